//! Where the customer area begins: what to do first, where the APIs are, and what was sent last.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};

use super::frame::{Done, show as framed};
use super::log::rows;
use super::trouble::Trouble;
use crate::adyen::webhook::Webhook;
use crate::banked::webhook::Webhook as BankedWebhook;
use crate::book::{Act, BookError, Sought};
use crate::world::World;

/// Notifications shown.
const LATEST: u32 = 8;
/// Webhooks looked at for what is done already.
const WEBHOOKS_MAX: u32 = 100;

/// `/`.
pub(super) async fn show(State(world): State<Arc<World>>) -> Result<Response, Trouble> {
    let (steps, tally, latest) = world.act(|act| {
        let latest = rows(act, &act.log(&Sought::default(), LATEST)?)?;
        Ok::<_, Trouble>((steps(act)?, act.tally()?, latest))
    })?;
    let accounts = &world.accounts;
    let values = context! {
        steps, latest,
        tally => context! {
            waiting => tally.waiting, accepted => tally.accepted, ignored => tally.ignored, given_up => tally.given_up,
        },
        company => &accounts.company, merchants => &accounts.merchants,
        adyen_api_key => accounts.adyen_api_key_shown(),
        banked_api_key => &accounts.banked_api_key, banked_secret => accounts.banked_secret_shown(),
        checkout => world.address("/adyen/checkout/v71"), management => world.address("/adyen/management/v3"),
        banked => world.address("/banked/v2"),
    };
    Ok(framed(&world, "home", "area/home.html", &Done::default(), values))
}

/// What leads to a delivered notification, and how far that has come.
fn steps(act: &Act<'_>) -> Result<Value, BookError> {
    let adyen = act.newest::<Webhook>(WEBHOOKS_MAX)?;
    let banked = act.newest::<BankedWebhook>(WEBHOOKS_MAX)?;
    let keyed = adyen.iter().any(|webhook| !webhook.keys.is_empty());
    let first = adyen.first().map(|webhook| webhook.id.as_str());
    let key = keyed || banked.iter().any(|webhook| webhook.signature_key.is_some());
    let delivered = act.tally()?.accepted > 0;
    Ok(context! { webhook => !adyen.is_empty() || !banked.is_empty(), key, delivered, first })
}
