//! Where a value stands in a request.

use std::borrow::Cow;

use http::HeaderName;

use super::pointer::Pointer;
use crate::{Policy, RawRequest, fields};

/// A request, and what its source was configured with.
#[derive(Clone, Copy)]
pub(super) struct Seen<'r> {
    pub(super) request: RawRequest<'r>,
    pub(super) policy: &'r Policy,
}

/// One place: `header:Stripe-Signature`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Header(HeaderName),
    Query(Box<str>),
    Form(Box<str>),
    Json(Pointer),
    /// A value that the source sets under `parameters`.
    Config(Box<str>),
    Literal(Box<str>),
}

impl Place {
    /// Reads `header:NAME`, `query:NAME`, `form:NAME`, `json:/POINTER`, `config:NAME` or `literal:TEXT`.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let (kind, name) = text.split_once(':').ok_or_else(|| unknown(text))?;
        if name.is_empty() {
            return Err(format!("`{text}` names nothing behind the colon"));
        }
        Ok(match kind {
            "header" => Self::Header(
                HeaderName::from_bytes(name.as_bytes())
                    .map_err(|_| format!("`{name}` cannot be the name of a header"))?,
            ),
            "query" => Self::Query(name.into()),
            "form" => Self::Form(name.into()),
            "json" => Self::Json(Pointer::read(name)?),
            "config" => Self::Config(name.into()),
            "literal" => Self::Literal(name.into()),
            _ => return Err(unknown(text)),
        })
    }

    /// What stands there; nothing when it stands there more than once.
    pub(super) fn find<'r>(&'r self, seen: &Seen<'r>) -> Option<Cow<'r, str>> {
        match self {
            Self::Header(name) => seen.request.header_named(name).map(Cow::Borrowed),
            Self::Query(name) => fields::find(seen.request.target.split_once('?')?.1, name),
            Self::Form(name) => fields::find(std::str::from_utf8(seen.request.body).ok()?, name),
            Self::Json(pointer) => pointer.find(seen.request.body),
            Self::Config(name) => seen.policy.parameters.get(&**name).map(|value| Cow::Borrowed(value.as_str())),
            Self::Literal(text) => Some(Cow::Borrowed(text)),
        }
    }

    /// Whether it is in the body, and so signed with it.
    pub(super) fn is_in_body(&self) -> bool {
        matches!(self, Self::Form(_) | Self::Json(_))
    }
}

/// As it is written.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header:{name}"),
            Self::Query(name) => write!(f, "query:{name}"),
            Self::Form(name) => write!(f, "form:{name}"),
            Self::Json(pointer) => write!(f, "json:{pointer}"),
            Self::Config(name) => write!(f, "config:{name}"),
            Self::Literal(text) => write!(f, "literal:{text}"),
        }
    }
}

fn unknown(text: &str) -> String {
    format!(
        "`{text}` is no place: write header:NAME, query:NAME, form:NAME, json:/POINTER, config:NAME or literal:TEXT"
    )
}

/// The first of several places where something stands; an empty text is nothing.
pub(super) fn first<'r>(places: &'r [Place], seen: &Seen<'r>) -> Option<Cow<'r, str>> {
    places.iter().find_map(|place| place.find(seen).filter(|found| !found.is_empty()))
}
