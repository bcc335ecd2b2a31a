//! The bank's own page: whose account, and whether to pay.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State as Given};
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;

use super::show;
use crate::banked::mock::Outcome;
use crate::banked::payer;
use crate::banked::session::{Session, State};
use crate::book::{Act, BookError};
use crate::world::World;

/// How long an account number is, in digits.
const ACCOUNT_DIGITS: std::ops::RangeInclusive<usize> = 6..=10;

#[derive(Default, Deserialize)]
pub(super) struct Account {
    #[serde(default)]
    account: String,
}

#[derive(Default, Deserialize)]
pub(super) struct Decision {
    #[serde(default)]
    decision: String,
}

/// The step the payer is at.
pub(super) async fn page(Given(world): Given<Arc<World>>, Path(id): Path<String>) -> Response {
    show::answer(&world, |act| step(act, &id, None, context! {}))
}

/// The payer said which account is theirs.
pub(super) async fn account(
    Given(world): Given<Arc<World>>,
    Path(id): Path<String>,
    form: Result<Form<Account>, FormRejection>,
) -> Response {
    let Form(Account { account }) = form.unwrap_or(Form(Account::default()));
    let account = account.trim();
    show::answer(&world, |act| {
        let digits = account.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !ACCOUNT_DIGITS.contains(&account.len()) {
            return step(act, &id, Some("An account number has 6 to 10 digits."), context! { account });
        }
        payer::identify(act, &id, account)?;
        Ok(show::on_to(&format!("/banked/bank/{id}")))
    })
}

/// The payer told the bank to pay, or not.
pub(super) async fn decision(
    Given(world): Given<Arc<World>>,
    Path(id): Path<String>,
    form: Result<Form<Decision>, FormRejection>,
) -> Response {
    let Form(Decision { decision }) = form.unwrap_or(Form(Decision::default()));
    show::answer(&world, |act| {
        let Some(wanted) = Outcome::of_button(&decision) else {
            return step(act, &id, Some("Press one of these buttons."), context! {});
        };
        Ok(match payer::decide(act, &id, wanted)? {
            Some((session, outcome)) => show::back_to_shop(&session, outcome.reason().is_none()),
            None => show::on_to(&format!("/banked/bank/{id}")),
        })
    })
}

/// The page of the step the payer is at, with what was `typed` into it before; away from a bank that is not asked.
fn step(act: &Act<'_>, id: &str, problem: Option<&str>, typed: Value) -> Result<Response, BookError> {
    let Some(session) = act.find::<Session>(id)? else { return Ok(show::gone()) };
    Ok(match session.state {
        State::AwaitingProvider => show::page_with(&session, "banked-account.html", problem, typed),
        State::AwaitingPaymentConsent => show::page(&session, "banked-consent.html", problem),
        _ => show::on_to(&format!("/banked/pay/{id}")),
    })
}
