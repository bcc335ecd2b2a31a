//! What is said before and after.

use super::stage::Stage;

/// What stands, and where.
pub(super) fn introduction(stage: &Stage) -> String {
    let addresses = &stage.addresses;
    format!(
        "payhook demo: a shop, a pretend provider and a gateway, on this machine only\n\n\
         \x20 the shop            http://{shop}/\n\
         \x20 its merchant        http://{shop}/admin\n\
         \x20 the provider        http://{sandbox}/          webhooks, payments, the log of everything sent\n\
         \x20 the gateway         http://{public}/in/adyen and /in/banked; its API http://{admin}/\n\
         \x20 everything's files  {folder}\n\n\
         Its webhooks were made through the provider's own APIs, with an HMAC key generated there. People buy now:\n",
        shop = addresses.shop,
        sandbox = addresses.sandbox,
        public = addresses.public,
        admin = addresses.admin,
        folder = stage.folder.display(),
    )
}

/// What to click, for whoever is at the terminal.
pub(super) fn now_you(stage: &Stage) -> String {
    format!(
        "Now you:\n\n\
         \x20 1. Buy a kite at http://{shop}/ and pay by card: 4111 1111 4555 1142, 03/30, 737.\n\
         \x20    4917 6100 0000 0000 asks for 3-D Secure. Holder DECLINED is refused; try another card then.\n\
         \x20 2. Or pay by bank: account 050511.\n\
         \x20 3. The order's page turns to *paid* when the notification has come through the gateway, not before.\n\
         \x20 4. Give it back at http://{shop}/admin, or run a scenario with forged notifications at http://{sandbox}/.\n\
         \x20 5. Ask the gateway, from another terminal:\n\
         \x20        cd {folder}\n\
         \x20        payhook payments list\n\
         \x20        payhook deliveries list\n\n\
         What each notification does is told here. Ctrl-C ends it all{away}.\n",
        shop = stage.addresses.shop,
        sandbox = stage.addresses.sandbox,
        folder = stage.folder.display(),
        away = if stage.kept { "" } else { ", and leaves nothing behind" },
    )
}
