//! What is configured: sources, keys, routes. Never a key or a secret.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::Api;

/// `GET /api/v1/sources`
pub(crate) async fn sources(State(api): State<Api>) -> Json<Value> {
    let plan = api.gateway.plan.load_full();
    let view = plan.sources.iter().map(|source| {
        json!({
            "name": source.settings.name,
            "provider": source.settings.provider.name(),
            "paths": source.settings.paths,
            "environment": source.settings.environment.map(|environment| environment.as_str()),
            "merchant_accounts": source.settings.merchant_accounts,
            "keys": source.settings.keys.len(),
            "basic_auth": source.settings.basic_auth.is_some(),
        })
    });
    list(view)
}

/// `GET /api/v1/keys`
pub(crate) async fn keys(State(api): State<Api>) -> Json<Value> {
    let plan = api.gateway.plan.load_full();
    let of_source = plan.sources.iter().flat_map(|source| source.settings.keys.iter().map(move |key| (source, key)));
    list(of_source.map(|(source, key)| {
        json!({ "source": source.settings.name, "name": key.name, "check_value": key.check_value, "retired": key.retired })
    }))
}

/// `GET /api/v1/routes`
pub(crate) async fn routes(State(api): State<Api>) -> Json<Value> {
    let plan = api.gateway.plan.load_full();
    let source_name =
        |id| plan.sources.iter().find(|source| source.id == id).map(|source| source.settings.name.as_str());
    list(plan.routes.iter().map(|route| {
        json!({
            "name": route.name,
            "sources": route.sources.iter().filter_map(|id| source_name(*id)).collect::<Vec<_>>(),
            "events": route.events.iter().map(|pattern| pattern.as_str()).collect::<Vec<_>>(),
            "to": route.to.iter().map(|position| plan.destinations[*position].settings.name.as_str()).collect::<Vec<_>>(),
        })
    }))
}

fn list(rows: impl Iterator<Item = Value>) -> Json<Value> {
    Json(json!({ "data": rows.collect::<Vec<_>>(), "next_cursor": null }))
}
