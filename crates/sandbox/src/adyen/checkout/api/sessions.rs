//! `POST /sessions` and its result.

use std::time::Duration;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use payhook_domain::time::Timestamp;
use serde_json::{Value, json};

use super::call::Call;
use super::fields::Fields;
use super::refusal::Refusal;
use crate::adyen::checkout::due::Due;
use crate::adyen::checkout::offer::{Offer, OfferKind, Standing};
use crate::adyen::notice::date;
use crate::book::{Act, BookError};

/// How long a session lasts, unless it says.
const SESSION_LASTS: Duration = Duration::from_secs(60 * 60);
/// The longest it may say. Adyen allows a day.
const SESSION_LASTS_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Makes a session.
pub(super) async fn create(call: Call) -> Response {
    call.answer(|act, body| {
        let mut offer = session(act, body)?;
        let mut answer = Value::Object(body.object().clone());
        answer["id"] = json!(offer.id);
        answer["sessionData"] = json!(format!("Ab02b4c0!{}", act.chance()?.hex(64)));
        answer["expiresAt"] = json!(date(Timestamp::from_micros(offer.expires)));
        answer["mode"] = json!(body.text("mode")?.unwrap_or("embedded"));
        answer["url"] = json!(act.address(&format!("/adyen/pay/{}", offer.id)));
        offer.answered = answer.clone();
        begin(act, &offer)?;
        Ok((StatusCode::CREATED, answer))
    })
}

fn session(act: &Act<'_>, body: Fields<'_>) -> Result<Offer, Refusal> {
    let merchant_account = body.merchant_account(act)?;
    Ok(Offer {
        id: format!("CS{}", act.chance()?.hex(8)),
        kind: OfferKind::Session,
        amount: body.amount()?,
        reference: body.required("reference")?.to_owned(),
        return_url: Some(body.return_url()?),
        shopper: body.shopper()?,
        metadata: body.metadata()?,
        merchant_order_reference: body.own("merchantOrderReference")?,
        standing: Standing::Active,
        result: act.chance()?.hex(32),
        expires: expiry(act, body, SESSION_LASTS, SESSION_LASTS_MAX)?,
        reusable: false,
        payment: None,
        answered: Value::Null,
        merchant_account,
    })
}

/// When it is over: after the usual time, or when the request says, within bounds.
pub(super) fn expiry(act: &Act<'_>, body: Fields<'_>, usual: Duration, most: Duration) -> Result<i64, Refusal> {
    let Some(asked) = body.text("expiresAt")? else { return Ok(act.after(usual).as_micros()) };
    let asked = Timestamp::parse_rfc3339(asked).ok_or(Refusal::Invalid("expiresAt"))?;
    let fits = asked > act.now && asked <= act.after(most);
    if fits { Ok(asked.as_micros()) } else { Err(Refusal::Invalid("expiresAt")) }
}

/// Keeps it, and lets it be over in its time.
pub(super) fn begin(act: &Act<'_>, offer: &Offer) -> Result<(), BookError> {
    act.keep(offer)?;
    let lasts = Timestamp::from_micros(offer.expires).since(act.now);
    Due::Close { offer: offer.id.clone() }.later(act, lasts)
}

/// Says what came of a session, to whoever has its result.
pub(super) async fn show(Path(id): Path<String>, call: Call) -> Response {
    call.show(|act| {
        let offer = act.find::<Offer>(&id)?.filter(|offer| offer.kind == OfferKind::Session);
        let offer = offer.ok_or(Refusal::NotFound)?;
        match call.asks("sessionResult") {
            None => Err(Refusal::Missing("sessionResult")),
            Some(result) if result != offer.result => Err(Refusal::Invalid("sessionResult")),
            Some(_) => Ok((StatusCode::OK, json!({ "id": offer.id, "status": offer.standing }))),
        }
    })
}
