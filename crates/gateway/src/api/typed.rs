//! Reads what a caller typed: ids, names and times.

use std::fmt::Display;
use std::str::FromStr;

use payhook_domain::id::NameId;
use payhook_domain::time::Timestamp;
use payhook_store::NameKind;

use super::{Api, ApiError};

/// An id of the wanted sort, or which sort was expected.
pub(crate) fn id<T: FromStr<Err: Display>>(text: &str) -> Result<T, ApiError> {
    text.parse().map_err(|error| ApiError::bad_request(format!("{text:?} is {error}")))
}

/// The number of the source called so, when one is asked for.
pub(crate) fn source(api: &Api, name: Option<&str>) -> Result<Option<NameId>, ApiError> {
    named(api, NameKind::Source, name)
}

/// The number of the destination called so, when one is asked for.
pub(crate) fn destination(api: &Api, name: Option<&str>) -> Result<Option<NameId>, ApiError> {
    named(api, NameKind::Destination, name)
}

/// The instant in RFC 3339, when one is asked for.
pub(crate) fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, ApiError> {
    text.map(|text| {
        Timestamp::parse_rfc3339(text)
            .ok_or_else(|| ApiError::bad_request(format!("{name} must be RFC 3339, as 2026-11-21T10:02:03Z")))
    })
    .transpose()
}

fn named(api: &Api, kind: NameKind, name: Option<&str>) -> Result<Option<NameId>, ApiError> {
    let number = |name: &str| {
        let known = api.gateway.names.id(kind, name);
        known.ok_or_else(|| ApiError::bad_request(api.gateway.plan.load().nobody(kind, name)))
    };
    name.map(number).transpose()
}
