//! Merchant accounts at Adyen's side, and what each has chosen about all of its payments.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::{Value, context};

use super::fields::Fields;
use super::frame::{self, Done, go};
use super::trouble::Trouble;
use crate::adyen::checkout::{CaptureDelay, Settings};
use crate::book::BookError;
use crate::world::World;

/// `/area/accounts`.
pub(super) async fn show(State(world): State<Arc<World>>, Query(done): Query<Done>) -> Result<Response, Trouble> {
    let accounts = world.act(|act| {
        let all = world.accounts.merchants.iter().map(|merchant| Ok(view(&Settings::of(act, merchant)?)));
        all.collect::<Result<Vec<_>, BookError>>()
    })?;
    let values = context! { accounts, company => &world.accounts.company };
    Ok(frame::show(&world, "accounts", "area/accounts.html", &done, values))
}

/// `/area/accounts/{name}`: changes one, for payments that are made from now on.
pub(super) async fn change(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, Trouble> {
    if !world.accounts.has_merchant(&name) {
        return Err(Trouble::Missing("There is no such merchant account"));
    }
    world.act(|act| {
        let manual = fields.text("capture_delay") == "manual";
        let settings = Settings {
            capture_delay: if manual { CaptureDelay::Manual } else { CaptureDelay::Immediate },
            multiple_partial_captures: fields.ticked("multiple_partial_captures"),
            ..Settings::of(act, &name)?
        };
        act.keep(&settings)
    })?;
    Ok(go("/area/accounts", "kept"))
}

fn view(settings: &Settings) -> Value {
    context! {
        name => &settings.merchant_account,
        manual => settings.capture_delay == CaptureDelay::Manual,
        multiple_partial_captures => settings.multiple_partial_captures,
    }
}
