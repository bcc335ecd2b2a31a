//! A payment at Adyen: where it stands, what was asked of it, what was told of it, and what a bank may do now.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::value::Serde;
use minijinja::{Value, context};

use super::PLACE;
use super::told::told;
use super::verbs::Verb;
use crate::adyen::checkout::bank::Unfit;
use crate::adyen::checkout::{Change, ChangeState, Dispute, Payment};
use crate::pages::area::frame::{self, Done, go};
use crate::pages::area::trouble::Trouble;
use crate::world::World;

/// Said of a reference that is none.
const MISSING: &str = "There is no such payment at Adyen’s side";

/// `/area/payments/adyen/{id}`.
pub(in crate::pages::area) async fn show(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Trouble> {
    let (payment, told) = world.act(|act| {
        let payment = act.find::<Payment>(&id)?.ok_or(Trouble::Missing(MISSING))?;
        Ok::<_, Trouble>((payment, told(act, &id)?))
    })?;
    let verbs = Verb::possible(&world, &id);
    let verbs = verbs.iter().map(|verb| context! { word => verb.word, label => verb.label, code => verb.code });
    let values = context! { payment => view(&payment), told, verbs => verbs.collect::<Vec<_>>() };
    Ok(frame::show(&world, PLACE, "area/payment-adyen.html", &done, values))
}

/// `/area/payments/adyen/{id}/{verb}`: lets it happen.
pub(in crate::pages::area) async fn happen(
    State(world): State<Arc<World>>,
    Path((id, verb)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let verb = Verb::of(&verb).ok_or(Trouble::Missing("A bank does no such thing"))?;
    match world.act(|act| verb.happen(act, &id)) {
        Ok(()) => Ok(go(&format!("/area/payments/adyen/{id}"), "happened")),
        Err(Unfit::Book(error)) => Err(error.into()),
        Err(Unfit::Unknown(_)) => Err(Trouble::Missing(MISSING)),
        // The button was there when the page was shown; meanwhile something else has happened.
        Err(Unfit::State(_)) => Ok(go(&format!("/area/payments/adyen/{id}"), "too-late")),
    }
}

fn view(payment: &Payment) -> Value {
    let money = |value: i64| payment.in_currency(value).decimal();
    let sums = [
        ("authorised", payment.money.authorised),
        ("captured", payment.money.captured),
        ("refunded", payment.money.refunded),
        ("charged back", payment.money.charged_back),
        ("cancelled", payment.money.cancelled),
        ("expired", payment.money.expired),
    ];
    let sums =
        sums.into_iter().filter(|(_, value)| *value != 0).map(|(name, value)| context! { name, value => money(value) });
    context! {
        id => &payment.psp_reference, reference => &payment.reference, account => &payment.merchant_account,
        amount => payment.amount.decimal(), currency => &payment.amount.currency, method => &payment.method,
        card => payment.card.as_ref().map(|card| format!("{} … {}", card.bin, card.last4)),
        state => Serde(payment.state), made => payment.made, expires => payment.open.then_some(payment.expires),
        sums => sums.collect::<Vec<_>>(),
        changes => payment.changes.iter().rev().map(|one| change(payment, one)).collect::<Vec<_>>(),
        disputes => payment.disputes.iter().rev().map(|one| dispute(payment, one)).collect::<Vec<_>>(),
    }
}

fn change(payment: &Payment, change: &Change) -> Value {
    let (came, why) = match &change.state {
        ChangeState::Asked => ("asked", None),
        ChangeState::Done { .. } => ("done", None),
        ChangeState::Refused(why) => ("refused", Some(why)),
        ChangeState::Undone => ("undone", None),
    };
    let moved = match &change.state {
        ChangeState::Done { moved, .. } => Some(*moved),
        _ => change.amount.as_ref().map(|amount| amount.value),
    };
    context! {
        code => change.kind.code(), id => &change.psp_reference, came, why, automatic => change.automatic,
        amount => moved.map(|value| payment.in_currency(value).decimal()), asked => change.asked,
    }
}

fn dispute(payment: &Payment, dispute: &Dispute) -> Value {
    context! {
        id => &dispute.psp_reference, amount => payment.in_currency(dispute.amount).decimal(), stage => Serde(dispute.stage),
        defended => dispute.defended, moved => dispute.moved, ends => dispute.defence_ends,
    }
}
