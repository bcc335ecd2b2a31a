//! What is configured: sources and keys. Never a key or a secret.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};

use super::Api;
use crate::config::Captures;

/// `GET /api/v1/sources`
pub(crate) async fn sources(State(api): State<Api>) -> Json<Value> {
    let plan = api.gateway.plan.load_full();
    let view = plan.sources.iter().map(|source| {
        json!({
            "name": source.settings.name,
            "provider": source.settings.provider.name(),
            "paths": source.settings.paths,
            "environment": source.settings.environment.map(|environment| environment.as_str()),
            "account": source.settings.own_account(),
            "merchant_accounts": source.settings.merchant_accounts,
            "capture": captures(&source.settings.capture),
            "keys": source.settings.keys.len(),
            "jwks_url": source.settings.policy.key_set,
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

/// A word for every account, or a table of words by account; null where nothing was configured.
fn captures(captures: &Captures) -> Value {
    let mut by_account = Map::new();
    for (account, word) in captures.settings() {
        match account {
            None => return word.into(),
            Some(account) => by_account.insert(account.to_owned(), word.into()),
        };
    }
    if by_account.is_empty() { Value::Null } else { by_account.into() }
}

/// A duration as the API shows it, in milliseconds.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A list that is never longer than a page.
pub(super) fn list(rows: impl Iterator<Item = Value>) -> Json<Value> {
    Json(json!({ "data": rows.collect::<Vec<_>>(), "next_cursor": null }))
}
