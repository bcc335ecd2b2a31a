//! What REPORT_AVAILABLE offers, for whoever has the API key.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use super::call::authorised;
use super::refusal::Refusal;
use crate::adyen::checkout::bank::Report;
use crate::world::World;

/// Gives out a file.
pub(super) async fn download(
    State(world): State<Arc<World>>,
    Path((account, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let found = authorised(&world, &headers).and_then(|()| {
        if !world.accounts.has_merchant(&account) {
            return Err(Refusal::NotAllowed);
        }
        world.act(|act| act.find::<Report>(&Report::id_of(&account, &file))?.ok_or(Refusal::NotFound))
    });
    match found {
        Ok(report) => (StatusCode::OK, [(CONTENT_TYPE, "text/csv; charset=utf-8")], report.content).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}
