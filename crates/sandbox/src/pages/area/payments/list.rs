//! The newest payments of both providers.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::value::Serde;
use minijinja::{Value, context};

use super::PLACE;
use crate::adyen::checkout::Payment;
use crate::banked::session::Session;
use crate::book::BookError;
use crate::pages::area::frame::{Done, show};
use crate::pages::area::trouble::Trouble;
use crate::world::World;

/// Most of either that are listed.
const LISTED_MAX: u32 = 100;

/// `/area/payments`.
pub(in crate::pages::area) async fn list(State(world): State<Arc<World>>) -> Result<Response, Trouble> {
    let (adyen, banked) = world.act(|act| {
        let payments = act.newest::<Payment>(LISTED_MAX)?;
        let sessions = act.newest::<Session>(LISTED_MAX)?;
        Ok::<_, BookError>((payments.iter().map(payment).collect(), sessions.iter().map(session).collect()))
    })?;
    let (adyen, banked): (Vec<Value>, Vec<Value>) = (adyen, banked);
    Ok(show(&world, PLACE, "area/payments.html", &Done::default(), context! { adyen, banked }))
}

fn payment(payment: &Payment) -> Value {
    context! {
        id => &payment.psp_reference, reference => &payment.reference, method => &payment.method,
        amount => payment.amount.decimal(), currency => &payment.amount.currency,
        state => Serde(payment.state), made => payment.made,
    }
}

fn session(session: &Session) -> Value {
    context! {
        id => &session.id, reference => &session.reference, amount => session.formatted(), state => Serde(session.state),
        made => &session.created_at,
    }
}
