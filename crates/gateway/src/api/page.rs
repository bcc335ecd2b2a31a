//! Lists: `?limit=&cursor=` in, `{ "data": […], "next_cursor": … }` out.

use axum::Json;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use payhook_store::{Page, PageRequest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Api, ApiError};

/// Rows of a page when the caller does not say.
const LIMIT_DEFAULT: usize = 50;

/// Query parameters; an unknown one is an error, since a misspelt filter would show everything.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Query(params) = Query::try_from_uri(&parts.uri).map_err(|error| {
            let reason = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            ApiError::bad_request(reason)
        })?;
        Ok(Self(params))
    }
}

/// A list's filter, which a cursor carries along.
pub(crate) trait Filter: Serialize + DeserializeOwned + Default + PartialEq {}
impl<T: Serialize + DeserializeOwned + Default + PartialEq> Filter for T {}

/// `limit` and `cursor`, as every list takes them.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Paging {
    pub(crate) limit: Option<usize>,
    pub(crate) cursor: Option<String>,
}

/// A list being asked for: its name, its filter, and where to begin.
pub(crate) struct Asked<F> {
    list: &'static str,
    pub(crate) filter: F,
    pub(crate) page: PageRequest,
}

impl<F: Filter> Asked<F> {
    /// Reads `paging`; a cursor brings its filter with it, and then no other may be given.
    pub(crate) fn new(api: &Api, list: &'static str, filter: F, paging: Paging) -> Result<Self, ApiError> {
        let limit = paging.limit.unwrap_or(LIMIT_DEFAULT);
        if limit == 0 || limit > PageRequest::LIMIT_MAX {
            return Err(ApiError::bad_request(format!("limit must be 1 to {}", PageRequest::LIMIT_MAX)));
        }
        let Some(cursor) = paging.cursor else {
            return Ok(Self { list, filter, page: PageRequest { limit, from: None } });
        };
        let (carried, from): (F, String) = api.cursors.read(list, &cursor)?;
        if filter != F::default() && filter != carried {
            return Err(ApiError::bad_request("a cursor carries its filter; give no other beside it"));
        }
        Ok(Self { list, filter: carried, page: PageRequest { limit, from: Some(from) } })
    }

    /// The answer.
    pub(crate) fn answer<T>(&self, api: &Api, page: Page<T>, view: impl Fn(&T) -> Value) -> Json<Value> {
        let next = page.next.and_then(|from| api.cursors.write(self.list, &self.filter, from));
        let data: Vec<Value> = page.rows.iter().map(view).collect();
        Json(json!({ "data": data, "next_cursor": next }))
    }
}
