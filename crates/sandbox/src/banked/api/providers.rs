//! `/providers`: the banks a payer can choose.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use super::answer::answer;
use super::ask::Ask;
use super::reply::Reply;
use crate::banked::mock::BANKS;
use crate::world::World;

pub(super) async fn list(State(world): State<Arc<World>>, ask: Ask) -> Response {
    answer(&world, &ask, |_| {
        let banks = BANKS.map(|bank| json!({ "id": bank.id, "name": bank.name, "status": "available" }));
        Ok(Reply::of(StatusCode::OK, &banks)?)
    })
}
