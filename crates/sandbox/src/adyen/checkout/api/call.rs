//! One request: who asks, what, and whether it was asked before.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use serde_json::{Map, Value};

use super::fields::Fields;
use super::refusal::Refusal;
use crate::adyen::credential::is_ours;
use crate::book::{Act, Given};
use crate::http::{Asked, BODY_BYTES_MAX, Once, digest};
use crate::world::World;

/// The key that a request asked again is known by.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Longest such key.
const KEY_LENGTH_MAX: usize = 64;

/// A request whose sender has the API key.
pub(super) struct Call {
    world: Arc<World>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

/// What is answered: a status and a body.
pub(super) type Answer = Result<(StatusCode, Value), Refusal>;

impl FromRequest<Arc<World>> for Call {
    type Rejection = Refusal;

    async fn from_request(request: Request, world: &Arc<World>) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        authorised(world, &parts.headers)?;
        let request = Request::from_parts(parts.clone(), body);
        let body = Bytes::from_request(request, world).await.map_err(|_| Refusal::TooLarge(BODY_BYTES_MAX))?;
        Ok(Self { world: Arc::clone(world), method: parts.method, uri: parts.uri, headers: parts.headers, body })
    }
}

/// Whether the API key is right.
pub(super) fn authorised(world: &World, headers: &HeaderMap) -> Result<(), Refusal> {
    if is_ours(headers, &world.accounts) { Ok(()) } else { Err(Refusal::Unauthorised) }
}

impl Call {
    /// Answers a question, which changes nothing.
    pub(super) fn show(&self, work: impl FnOnce(&Act<'_>) -> Answer) -> Response {
        self.world
            .act(work)
            .map_or_else(IntoResponse::into_response, |(status, body)| answered(status, body.to_string()))
    }

    /// The query as pairs.
    pub(super) fn asks(&self, name: &str) -> Option<String> {
        let query = self.uri.query().unwrap_or_default();
        url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Does what is asked, once for each idempotency key. A request that is refused did nothing, and its key is free.
    pub(super) fn answer(&self, work: impl FnOnce(&Act<'_>, Fields<'_>) -> Answer) -> Response {
        self.answer_once(work).unwrap_or_else(IntoResponse::into_response)
    }

    fn answer_once(&self, work: impl FnOnce(&Act<'_>, Fields<'_>) -> Answer) -> Result<Response, Refusal> {
        let body = self.object()?;
        let Some(key) = self.key()? else {
            let (status, body) = self.world.act(|act| work(act, Fields::of(&body)))?;
            return Ok(answered(status, body.to_string()));
        };
        let digest = digest(self.method.as_str(), self.uri.path(), &self.body);
        let scope = format!("adyen/{}", self.world.accounts.company);
        let asked = Asked { scope: &scope, key, digest };
        let given = self.world.act(|act| match asked.look(act)? {
            Once::Again(given) => Ok(given),
            Once::Misused => Err(Refusal::AskedBefore),
            Once::New => {
                let (status, body) = work(act, Fields::of(&body))?;
                let (status, body) = (status.as_u16(), body.to_string());
                asked.answered(act, status, body.clone())?;
                Ok(Given { asked: asked.digest.clone(), status, body })
            }
        })?;
        let mut response = answered(StatusCode::from_u16(given.status).unwrap_or_default(), given.body);
        if let Ok(value) = HeaderValue::from_str(key) {
            response.headers_mut().insert(IDEMPOTENCY_KEY, value);
        }
        Ok(response)
    }

    fn object(&self) -> Result<Map<String, Value>, Refusal> {
        serde_json::from_slice(&self.body).map_err(|error| Refusal::Unreadable(format!("Unexpected input: {error}")))
    }

    /// The idempotency key, which belongs to a POST alone.
    fn key(&self) -> Result<Option<&str>, Refusal> {
        let Some(value) = self.headers.get(IDEMPOTENCY_KEY).filter(|_| self.method == Method::POST) else {
            return Ok(None);
        };
        let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_LENGTH_MAX);
        key.map(Some).ok_or(Refusal::Invalid("Idempotency-Key"))
    }
}

fn answered(status: StatusCode, body: String) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}
