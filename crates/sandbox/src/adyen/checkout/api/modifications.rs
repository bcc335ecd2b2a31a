//! Captures, cancels, refunds, reversals, amount updates: each is answered *received*, and decided later.

use std::pin::Pin;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::fields::Fields;
use super::refusal::Refusal;
use crate::adyen::checkout::modify::{Request, receive};
use crate::adyen::checkout::payment::{ChangeKind, Payment, State};
use crate::adyen::notice::{Amount, Item, tell};
use crate::book::Act;

type Answered = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler for modifications of this kind, of the payment in the path.
pub(super) fn by_payment(kind: ChangeKind) -> impl Fn(Path<String>, Call) -> Answered + Clone + Send + Sync + 'static {
    move |Path(payment), call| Box::pin(async move { call.answer(|act, body| modify(act, body, kind, &payment)) })
}

fn modify(act: &Act<'_>, body: Fields<'_>, kind: ChangeKind, payment: &str) -> Answer {
    let account = body.merchant_account(act)?;
    let needs_amount = matches!(kind, ChangeKind::Capture | ChangeKind::Refund | ChangeKind::Adjustment);
    let amount = if needs_amount { Some(body.amount()?) } else { None };
    if amount.as_ref().is_some_and(|amount| amount.value == 0) {
        return Err(Refusal::Amount);
    }
    let found = act.find::<Payment>(payment)?.filter(|found| found.merchant_account == account);
    let mut payment = found.ok_or(Refusal::Original)?;
    let reference = body.own("reference")?;
    let request = Request { kind, amount: amount.clone(), reference: reference.clone() };
    let psp_reference = receive(act, &mut payment, request)?;
    let mut answer = received(&account, &psp_reference, reference.as_deref());
    answer["paymentPspReference"] = json!(payment.psp_reference);
    if let Some(amount) = amount {
        answer["amount"] = json!(amount);
    }
    for name in ["merchantRefundReason", "capturePspReference", "industryUsage"] {
        if let Some(value) = body.text(name)? {
            answer[name] = json!(value);
        }
    }
    Ok((StatusCode::CREATED, answer))
}

fn received(account: &str, psp_reference: &str, reference: Option<&str>) -> Value {
    let mut answer = json!({ "merchantAccount": account, "pspReference": psp_reference, "status": "received" });
    if let Some(reference) = reference {
        answer["reference"] = json!(reference);
    }
    answer
}

/// `POST /cancels`: a cancel of the payment that has this reference of the merchant's.
pub(super) async fn by_reference(call: Call) -> Response {
    call.answer(|act, body| {
        let account = body.merchant_account(act)?;
        let wanted = body.required("paymentReference")?;
        let reference = body.own("reference")?;
        let mut payments = Payment::of_reference(act, &account, wanted)?;
        let place = payments.iter().rposition(|payment| payment.state == State::Authorised);
        let psp_reference = match place.or(payments.len().checked_sub(1)) {
            Some(place) => {
                let kind = ChangeKind::TechnicalCancel;
                receive(act, &mut payments[place], Request { kind, amount: None, reference: reference.clone() })?
            }
            None => nothing_to_cancel(act, &account, wanted)?,
        };
        let mut answer = received(&account, &psp_reference, reference.as_deref());
        answer["paymentReference"] = json!(wanted);
        Ok((StatusCode::CREATED, answer))
    })
}

/// TECHNICAL_CANCEL without success: no payment has that reference. Nothing says an amount; it is zero.
fn nothing_to_cancel(act: &Act<'_>, account: &str, wanted: &str) -> Result<String, Refusal> {
    let psp_reference = act.chance()?.psp_reference();
    let amount = Amount { currency: "EUR".to_owned(), value: 0 };
    let mut item = Item::new("TECHNICAL_CANCEL", false, &psp_reference, amount);
    account.clone_into(&mut item.merchant_account);
    wanted.clone_into(&mut item.merchant_reference);
    item.reason = Some("Original transaction not found".to_owned());
    tell(act, &item)?;
    Ok(psp_reference)
}
