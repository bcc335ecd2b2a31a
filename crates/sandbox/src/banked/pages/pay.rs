//! Banked's page: what is to be paid, and the choice of a bank.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State as Given};
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;

use super::show;
use crate::banked::mock::{self, BANKS};
use crate::banked::payer;
use crate::banked::session::{Session, State};
use crate::world::World;

#[derive(Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    bank: String,
}

/// The choice of a bank, or what became of the payment.
pub(super) async fn page(Given(world): Given<Arc<World>>, Path(id): Path<String>) -> Response {
    show::answer(&world, |act| {
        Ok(match act.find::<Session>(&id)? {
            None => show::gone(),
            Some(session) => match session.state {
                State::AwaitingPayer => choice(&session, None),
                State::AwaitingProvider | State::AwaitingPaymentConsent => show::on_to(&format!("/banked/bank/{id}")),
                _ => show::page(&session, "banked-done.html", None),
            },
        })
    })
}

/// A bank was chosen.
pub(super) async fn choose(
    Given(world): Given<Arc<World>>,
    Path(id): Path<String>,
    form: Result<Form<Choice>, FormRejection>,
) -> Response {
    let Form(Choice { bank }) = form.unwrap_or(Form(Choice::default()));
    show::answer(&world, |act| {
        if let Some(bank) = mock::bank(&bank) {
            payer::choose(act, &id, bank)?;
            return Ok(show::on_to(&format!("/banked/bank/{id}")));
        }
        Ok(match act.find::<Session>(&id)? {
            Some(session) if session.state == State::AwaitingPayer => {
                choice(&session, Some("Choose one of these banks."))
            }
            _ => show::on_to(&format!("/banked/pay/{id}")),
        })
    })
}

/// The payer turns back.
pub(super) async fn cancel(Given(world): Given<Arc<World>>, Path(id): Path<String>) -> Response {
    show::answer(&world, |act| {
        Ok(match payer::turn_back(act, &id)? {
            Some(session) => show::back_to_shop(&session, false),
            None => show::on_to(&format!("/banked/pay/{id}")),
        })
    })
}

fn choice(session: &Session, problem: Option<&str>) -> Response {
    let banks = BANKS.map(|bank| context! { id => bank.id, name => bank.name });
    show::page_with(session, "banked-pay.html", problem, context! { banks })
}
