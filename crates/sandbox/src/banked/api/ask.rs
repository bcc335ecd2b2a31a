//! One request: who asks, under which idempotency key, with what body.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::response::Response;
use bytes::Bytes;
use data_encoding::BASE64;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, StatusCode};

use super::reply::{Refusal, Reply};
use crate::accounts::Accounts;
use crate::http::digest;
use crate::world::World;

/// Longest idempotency key, in bytes. Banked recommends a UUID.
const KEY_BYTES_MAX: usize = 255;

/// A request by someone who may ask, whole.
pub(super) struct Ask {
    path: String,
    /// Of a request that changes something.
    pub(super) key: Option<String>,
    /// What tells this request from another under the same key.
    pub(super) digest: String,
    pub(super) body: Bytes,
}

impl Ask {
    /// The id that its path ends with, as it stands there: ours need no decoding.
    pub(super) fn id(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

impl FromRequest<Arc<World>> for Ask {
    type Rejection = Response;

    async fn from_request(request: Request, world: &Arc<World>) -> Result<Self, Response> {
        read(request, world).await.map_err(|refusal| Reply::from(refusal).into())
    }
}

async fn read(request: Request, world: &Arc<World>) -> Result<Ask, Refusal> {
    if !knows(&world.accounts, request.headers()) {
        return Err(Refusal::unauthorized());
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let key = if method == Method::GET { None } else { idempotency_key(request.headers())? };
    let body = Bytes::from_request(request, world).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::too_large(),
        _ => Refusal::unreadable("the body broke off"),
    })?;
    Ok(Ask { key, digest: digest(method.as_str(), &path, &body), path, body })
}

/// Whether the request carries the one pair of keys. The sandbox's secrets protect nothing, so a plain comparison will do.
fn knows(accounts: &Accounts, headers: &HeaderMap) -> bool {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some((scheme, coded)) = given.split_once(' ') else { return false };
    let pair = format!("{}:{}", accounts.banked_api_key, accounts.banked_secret);
    scheme.eq_ignore_ascii_case("basic")
        && BASE64.decode(coded.trim().as_bytes()).is_ok_and(|given| given == pair.as_bytes())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    match key.to_str() {
        Ok(key) if (1..=KEY_BYTES_MAX).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Refusal::unreadable("Idempotency-Key takes 1 to 255 visible letters; a UUID is best")),
    }
}
