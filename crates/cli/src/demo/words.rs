//! What is said before and after, for a terminal of eighty columns.

use super::stage::Stage;
use crate::output::{BOLD, DIM};

/// How wide an address is, and the gap behind it.
const PLACE: usize = 33;

/// What stands, and where.
pub(super) fn introduction(stage: &Stage) -> String {
    let addresses = &stage.addresses;
    let shop = format!("http://{}/", addresses.shop);
    let places = [
        ("shop", shop.clone(), "buy a kite"),
        ("merchant", shop + "admin", "its orders; give money back"),
        ("provider", format!("http://{}/", addresses.sandbox), "payments, and all that it sent"),
        ("gateway", format!("http://{}/in/adyen", addresses.public), "payhook, where that is sent to"),
        ("files", stage.folder.display().to_string(), ""),
    ];
    let mut said = format!(
        "{BOLD}payhook demo{BOLD:#}: a shop, a pretend payment provider, and payhook between them.\n\
         Everything runs on this machine, and no money moves.\n\n"
    );
    for (name, place, what) in places {
        let gap = if what.is_empty() { 0 } else { PLACE.saturating_sub(place.len()) };
        said.push_str(&format!("  {BOLD}{name:<10}{BOLD:#}{place}{:gap$}{DIM}{what}{DIM:#}\n", ""));
    }
    said.push_str(
        "\nThe webhooks and their keys were made through the provider's own APIs.\n\
         Some people buy by themselves now.\n",
    );
    said
}

/// What is told from here on, to whoever is at the terminal.
pub(super) fn heading() -> String {
    format!("{BOLD}What payhook was told, as it wrote it down{BOLD:#} (times are UTC):\n")
}

/// What to do, for whoever is at the terminal.
pub(super) fn now_you(stage: &Stage) -> String {
    let (shop, sandbox) = (stage.addresses.shop, stage.addresses.sandbox);
    format!(
        "{BOLD}Now you{BOLD:#}\n\n\
         \x20 1. Buy a kite at http://{shop}/ and pay by card:\n\
         \x20      4111 1111 4555 1142   expires 03/30, code 737\n\
         \x20      4917 6100 0000 0000   the same, and its bank asks for 3-D Secure\n\
         \x20    With the name DECLINED on it a card is refused; try another one then.\n\
         \x20 2. Or pay by bank: account 050511.\n\
         \x20 3. The order's page says paid when the notification came through payhook,\n\
         \x20    and not before.\n\
         \x20 4. Give the money back at http://{shop}/admin\n\
         \x20 5. Try to cheat. Nobody signed this:\n\
         \x20      curl http://{public}/in/adyen -d '{{\"paid\": true}}'\n\
         \x20 6. Have a story told with forged, late and repeated notifications:\n\
         \x20      http://{sandbox}/area/stories\n\
         \x20 7. Ask payhook, in another terminal:\n\
         \x20      cd {folder}\n\
         \x20      {program} payments list\n\
         \x20      {program} quarantine list\n\n\
         What comes of it is told here. Ctrl-C ends it all{away}.\n",
        public = stage.addresses.public,
        folder = stage.folder.display(),
        program = program(),
        away = if stage.is_kept() { "" } else { " and leaves nothing behind" },
    )
}

/// After Ctrl-C.
pub(super) fn goodbye(stage: &Stage) -> String {
    if stage.is_kept() {
        format!("\nStopped. `payhook demo --data {}` goes on from here.", stage.folder.display())
    } else {
        "\nStopped, and nothing is left behind.".to_owned()
    }
}

/// What to type for payhook: its name where the shell finds it by that, and its whole path otherwise.
fn program() -> String {
    let by_path = std::env::args().next().is_some_and(|typed| typed.contains('/'));
    let path = std::env::current_exe().ok().filter(|_| by_path);
    path.map_or_else(|| "payhook".to_owned(), |path| path.display().to_string())
}
