//! A test notification: what a webhook would be told, about a payment that does not exist. Its reference has `test_` in it,
//! by which merchants tell it from a real one.

use super::Webhook;
use crate::adyen::notice::{Amount, Item, content};
use crate::book::{Act, BookError, Draft};

/// Codes that can be tried.
pub(crate) const CODES: [&str; 14] = [
    "AUTHORISATION",
    "CANCELLATION",
    "CAPTURE",
    "CHARGEBACK",
    "CHARGEBACK_REVERSED",
    "NOTIFICATIONTEST",
    "NOTIFICATION_OF_CHARGEBACK",
    "ORDER_CLOSED",
    "ORDER_OPENED",
    "REFUND",
    "REFUNDED_REVERSED",
    "REFUND_WITH_DATA",
    "REPORT_AVAILABLE",
    "REQUEST_FOR_INFORMATION",
];
/// What it is about, in minor units.
const VALUE: i64 = 1_000;

/// The draft of one, for the first merchant account that the webhook hears of.
pub(crate) fn trial(act: &Act<'_>, webhook: &Webhook, code: &str, success: bool) -> Result<Draft, BookError> {
    let item = item(act, webhook, code, success)?;
    Ok(Draft {
        endpoint: webhook.id.clone(),
        lane: format!("{} {}", webhook.id, item.psp_reference),
        provider: "adyen".to_owned(),
        event: item.event_code.clone(),
        subject: item.merchant_reference.clone(),
        content: content(&item, webhook, act.now),
        due: act.now,
    })
}

fn item(act: &Act<'_>, webhook: &Webhook, code: &str, success: bool) -> Result<Item, BookError> {
    let accounts = act.accounts();
    let heard = accounts.merchants.iter().find(|merchant| webhook.hears_of(merchant, &accounts.company));
    let mut chance = act.chance()?;
    let amount = Amount { currency: "EUR".to_owned(), value: VALUE };
    let item = Item::new(code, success, &format!("test_{}", chance.letters(11)), amount)
        .with_if("addAcquirerResult", "avsResult", "7 Both postal code and address match")
        .with_if("addAcquirerResult", "cvcResult", "1 Matches")
        .with_if("addRawAcquirerResult", "avsResultRaw", "Y")
        .with_if("addRawAcquirerResult", "cvcResultRaw", "M");
    Ok(Item {
        merchant_account: heard.unwrap_or(&accounts.company).clone(),
        merchant_reference: format!("testMerchantRef{}", chance.below(1_000)),
        payment_method: Some("visa".to_owned()),
        ..item
    })
}
