//! Probes, which anyone may ask: whether the gateway lives, and whether it takes notifications now.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use serde_json::{Value, json};

use super::Api;
use crate::readiness::{self, Reason};

/// `GET /healthz`: the process answers, and its writer makes progress. Asked `?prove=NONCE`, it shows that it has the token of
/// whoever asks.
pub(crate) async fn healthz(State(api): State<Api>, uri: Uri) -> (StatusCode, Json<Value>) {
    let (status, Json(mut answer)) = answer("alive", &readiness::against_life(&api.gateway.store.health()));
    let nonce = uri.query().and_then(|query| query.strip_prefix("prove="));
    if let Some(proof) = nonce.and_then(|nonce| api.token.proof(nonce)) {
        answer["proof"] = proof.into();
    }
    (status, Json(answer))
}

/// `GET /readyz`: it can take a notification now, or why not.
pub(crate) async fn readyz(State(api): State<Api>) -> (StatusCode, Json<Value>) {
    let stopping = *api.gateway.stopping.borrow();
    answer("ready", &readiness::against_taking(&api.gateway.store.health(), stopping))
}

fn answer(word: &str, reasons: &[Reason]) -> (StatusCode, Json<Value>) {
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ word: reasons.is_empty(), "reasons": reasons })))
}
