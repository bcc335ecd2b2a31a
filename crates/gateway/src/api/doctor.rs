//! The doctor: everything that goes wrong slowly, what it means, and what to do.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::Api;
use crate::doctor::{Severity, examine};

/// `GET /api/v1/doctor`
pub(crate) async fn show(State(api): State<Api>) -> Json<Value> {
    let findings = examine(&api.gateway).await;
    let worst = findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Ok);
    Json(json!({
        "now": api.gateway.clock.now(),
        "version": env!("CARGO_PKG_VERSION"),
        "worst": worst,
        "findings": findings,
    }))
}
