//! Who hears of it: every active standard webhook of the company or the merchant account whose settings let it through.

use super::{Item, shape};
use crate::adyen::webhook::Webhook;
use crate::book::{Act, BookError, Draft};

/// Codes that are only sent to webhooks that name them. From the page "Webhook types".
pub(crate) const ONLY_WHEN_NAMED: [&str; 6] = [
    "OFFER_CLOSED",
    "RECURRING_CONTRACT",
    "POSTPONED_REFUND",
    "AUTHENTICATION",
    "MANUAL_REVIEW_ACCEPT",
    "MANUAL_REVIEW_REJECT",
];

/// Queues the item for everyone who is to hear of it.
pub(crate) fn tell(act: &Act<'_>, item: &Item) -> Result<(), BookError> {
    let company = &act.accounts().company;
    let mut webhooks = act.all_of::<Webhook>(company)?;
    webhooks.extend(act.all_of::<Webhook>(&item.merchant_account)?);
    for webhook in webhooks {
        let hears = webhook.active
            && webhook.kind == "standard"
            && webhook.hears_of(&item.merchant_account, company)
            && takes(&webhook, item);
        if hears {
            queue(act, &webhook, item)?;
        }
    }
    Ok(())
}

/// Queues the item for one webhook, whatever its settings say of its code.
pub(crate) fn queue(act: &Act<'_>, webhook: &Webhook, item: &Item) -> Result<i64, BookError> {
    act.post(&Draft {
        endpoint: webhook.id.clone(),
        lane: webhook.id.clone(),
        provider: "adyen".to_owned(),
        event: item.event_code.clone(),
        subject: item.merchant_reference.clone(),
        content: shape::content(item, webhook, act.now),
        due: act.now,
    })
}

fn takes(webhook: &Webhook, item: &Item) -> bool {
    let named = webhook.include_event_codes.iter().any(|named| named == &item.event_code);
    let usual = !item.only_when_named && !ONLY_WHEN_NAMED.contains(&item.event_code.as_str());
    named || (webhook.include_event_codes.is_empty() && usual)
}
