//! `POST /paymentLinks`, and what became of a link.

use std::time::Duration;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use payhook_domain::time::Timestamp;
use serde_json::{Value, json};

use super::call::Call;
use super::fields::Fields;
use super::refusal::Refusal;
use super::sessions::{begin, expiry};
use crate::adyen::checkout::offer::{Offer, OfferKind, Standing, close};
use crate::adyen::notice::date;
use crate::book::Act;

/// How long a link lasts, unless it says.
const LINK_LASTS: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest it may say.
const LINK_LASTS_MAX: Duration = Duration::from_secs(70 * 24 * 60 * 60);

/// Makes a link.
pub(super) async fn create(call: Call) -> Response {
    call.answer(|act, body| {
        let mut offer = link(act, body)?;
        let mut answer = Value::Object(body.object().clone());
        answer["id"] = json!(offer.id);
        answer["expiresAt"] = json!(date(Timestamp::from_micros(offer.expires)));
        answer["url"] = json!(act.address(&format!("/adyen/pay/{}", offer.id)));
        offer.answered = answer;
        begin(act, &offer)?;
        Ok((StatusCode::CREATED, shown(&offer)))
    })
}

fn link(act: &Act<'_>, body: Fields<'_>) -> Result<Offer, Refusal> {
    let merchant_account = body.merchant_account(act)?;
    let return_url = if body.text("returnUrl")?.is_some() { Some(body.return_url()?) } else { None };
    Ok(Offer {
        id: format!("PL{}", act.chance()?.hex(8)),
        kind: OfferKind::Link,
        amount: body.amount()?,
        reference: body.required("reference")?.to_owned(),
        return_url,
        shopper: body.shopper()?,
        metadata: body.metadata()?,
        merchant_order_reference: body.own("merchantOrderReference")?,
        standing: Standing::Active,
        result: act.chance()?.hex(32),
        expires: expiry(act, body, LINK_LASTS, LINK_LASTS_MAX)?,
        reusable: body.flag("reusable")?,
        payment: None,
        answered: Value::Null,
        merchant_account,
    })
}

/// Says what became of a link.
pub(super) async fn show(Path(id): Path<String>, call: Call) -> Response {
    call.show(|act| Ok((StatusCode::OK, shown(&the_link(act, &id)?))))
}

/// Ends a link: nothing else of it can be changed.
pub(super) async fn change(Path(id): Path<String>, call: Call) -> Response {
    call.answer(|act, body| {
        if body.required("status")? != "expired" {
            return Err(Refusal::Invalid("status"));
        }
        let link = the_link(act, &id)?;
        if !link.is_payable(act.now) {
            return Err(Refusal::Invalid("status"));
        }
        close(act, &link.id)?;
        Ok((StatusCode::OK, shown(&the_link(act, &id)?)))
    })
}

fn the_link(act: &Act<'_>, id: &str) -> Result<Offer, Refusal> {
    act.find::<Offer>(id)?.filter(|offer| offer.kind == OfferKind::Link).ok_or(Refusal::NotFound)
}

/// What was answered when it was made, and how it stands now.
fn shown(link: &Offer) -> Value {
    let mut answer = link.answered.clone();
    answer["reusable"] = json!(link.reusable);
    answer["status"] = json!(match link.standing {
        Standing::Active | Standing::Refused => "active",
        Standing::PaymentPending => "paymentPending",
        Standing::Completed => "completed",
        Standing::Canceled | Standing::Expired => "expired",
    });
    answer
}
