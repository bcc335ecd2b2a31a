//! A test notification, and then what came of it.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;

use super::find;
use crate::adyen::webhook::{TRIAL_CODES, trial};
use crate::pages::area::fields::Fields;
use crate::pages::area::frame::go;
use crate::pages::area::trouble::Trouble;
use crate::sender::at_once;
use crate::world::World;

/// Sends one of the code chosen, also for a webhook that is switched off.
pub(in crate::pages::area) async fn test(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, Trouble> {
    let code = fields.text("code");
    let code = TRIAL_CODES.into_iter().find(|known| *known == code).unwrap_or(TRIAL_CODES[0]);
    let (draft, endpoint) = world.act(|act| {
        let webhook = find(act, &id)?;
        let draft = trial(act, &webhook, code, fields.text("success") != "false")?;
        Ok::<_, Trouble>((draft, webhook.endpoint(act.now)))
    })?;
    let message = at_once(&world, &draft, &endpoint).await?;
    Ok(go(&format!("/area/log/{message}"), "tested"))
}
