//! The receiving end: a webhook from payhook, verified, and applied once. **This is the part to copy.**
//!
//! 1. *Verify* over the bytes as they came. Whoever cannot sign is told 401, and nothing else happens.
//! 2. *Apply* in one transaction that begins with the webhook's id. Either all of it is on the disk, or none: a kill in
//!    between leaves a webhook that comes again, never half an effect. An id that is there already changes nothing.
//! 3. *Answer* 2xx only now. Anything else, and payhook comes again.
//!
//! The order of arrival does not matter: each event carries what payhook believes of the payment, with a version that only
//! grows. The highest one heard is believed, and an order stands as its payments add up.

use std::sync::Arc;

use axum::extract::State;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use rusqlite::Transaction;
use serde::Deserialize;

use crate::book::{self, BookError, Order, Payment};
use crate::shop::Till;
use crate::standing::Standing;
use crate::{clock, money};

/// What the shop reads of an event. What it does not know it ignores: payhook adds fields, and renames none.
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Data {
    provider: String,
    reference: Option<String>,
    provider_reference: Option<String>,
    amount: Option<Amount>,
    payment: Option<Believed>,
    revision: i64,
    original: serde_json::Value,
}

#[derive(Deserialize)]
struct Amount {
    value: i64,
    currency: String,
}

/// What payhook believes of the payment. Absent for an event about no payment: a report, an alert.
#[derive(Deserialize)]
struct Believed {
    id: String,
    version: i64,
    status: String,
    currency: Option<String>,
    authorised: i64,
    captured: i64,
    refunded: i64,
    disputed: i64,
}

/// `POST /webhooks/payhook`
pub(crate) async fn webhook(State(till): State<Arc<Till>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let now = clock::now();
    let id = match till.secret.verify(&headers, &body, now) {
        Ok(id) => id.to_owned(),
        Err(unverified) => {
            tracing::warn!(%unverified, "a webhook was refused; hint: PAYHOOK_SIGNING_SECRET is the destination's secret");
            return StatusCode::UNAUTHORIZED;
        }
    };
    let Ok(event) = serde_json::from_slice::<Event>(&body) else { return StatusCode::BAD_REQUEST };
    match till.book.act(move |act| apply(act, &id, &event, now)).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!(%error, "a webhook could not be applied; it comes again");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// One transaction: the id, what is believed of the payment, where the order stands, and what follows from it.
fn apply(act: &Transaction<'_>, id: &str, event: &Event, now: i64) -> Result<(), BookError> {
    if !write_down(act, id, event, now)? {
        return Ok(());
    }
    // The payment is written down even while no event has named its order: the one that does finds it here.
    let Some(payment) = event.payment() else { return Ok(()) };
    let Some(reference) = book::believe(act, &payment)? else { return Ok(()) };
    let Some(order) = book::by_reference(act, &reference)? else { return Ok(()) };
    if book::restand(act, &order)? == Standing::Paid {
        thank(act, &order, now)?;
    }
    Ok(())
}

/// Spends the id. False when it was spent before: the same webhook, sent again.
fn write_down(act: &Transaction<'_>, id: &str, event: &Event, now: i64) -> Result<bool, BookError> {
    let Event { kind, data } = event;
    let sql = "INSERT OR IGNORE INTO webhooks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let payment = data.payment.as_ref().map(|payment| &payment.id);
    let amount = data.amount.as_ref().map(|amount| amount.value);
    let currency = data.amount.as_ref().map(|amount| &amount.currency);
    let reason = data.original["reason"].as_str();
    let (reference, name) = (&data.reference, &data.provider_reference);
    let values = (id, data.revision, kind, reference, payment, name, amount, currency, reason, now);
    Ok(act.execute(sql, values)? == 1)
}

/// Mail for the buyer, once per order however often it is paid: the order is the key. Whatever sends mail takes it from there.
fn thank(act: &Transaction<'_>, order: &Order, now: i64) -> Result<(), BookError> {
    let subject = format!("Your order {} is paid", order.reference);
    let body = format!("Thank you! We received {} and are packing your kites.", money::show(order.total));
    let sql = "INSERT OR IGNORE INTO outbox VALUES (?1, ?2, ?3, ?4, ?5)";
    act.execute(sql, (&order.reference, &order.email, subject, body, now))?;
    Ok(())
}

impl Event {
    fn payment(&self) -> Option<Payment> {
        let believed = self.data.payment.as_ref()?;
        // Events of captures and refunds name those; captures and refunds are asked for by the name of the payment.
        let names_payment = ["payment.authorised", "payment.initiated", "payment.pending", "payment.sent"];
        let provider_reference = self.data.provider_reference.clone();
        Some(Payment {
            id: believed.id.clone(),
            reference: self.data.reference.clone(),
            provider: self.data.provider.clone(),
            provider_reference: provider_reference.filter(|_| names_payment.contains(&self.kind.as_str())),
            version: believed.version,
            status: believed.status.clone(),
            currency: believed.currency.clone(),
            authorised: believed.authorised,
            captured: believed.captured,
            refunded: believed.refunded,
            disputed: believed.disputed,
        })
    }
}
