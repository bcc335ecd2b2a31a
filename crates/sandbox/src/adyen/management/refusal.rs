//! What is answered when it does not work: RFC 7807 with Adyen's additions.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use crate::book::BookError;
use crate::chance::Chance;

/// A field that cannot be as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InvalidField {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) message: String,
}

/// Why it does not work.
#[derive(Debug)]
pub(super) enum Refusal {
    /// No credential, or not ours.
    Unauthorized,
    /// An account that the credential has no rights for.
    Forbidden,
    /// No such thing.
    NotFound,
    /// This path does not take this method.
    Method,
    /// The body is no JSON object.
    Unreadable(String),
    /// It is, but not one that can be followed.
    Invalid(Vec<InvalidField>),
    /// The sandbox's own fault.
    Book(BookError),
}

impl From<BookError> for Refusal {
    fn from(error: BookError) -> Self {
        Self::Book(error)
    }
}

/// Status, error code, the end of the type's URL, title.
type Kind = (StatusCode, &'static str, &'static str, &'static str);

impl Refusal {
    /// One field that cannot be as it is.
    pub(super) fn field(name: &str, value: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![InvalidField { name: name.to_owned(), value: value.into(), message: message.into() }])
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "00_401", "security/unauthorized", "Unauthorized"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "00_403", "security/forbidden", "Forbidden"),
            Self::NotFound => (StatusCode::NOT_FOUND, "00_404", "general/not-found", "Not found"),
            Self::Method => {
                (StatusCode::METHOD_NOT_ALLOWED, "00_405", "general/method-not-allowed", "Method not allowed")
            }
            Self::Unreadable(_) => (StatusCode::BAD_REQUEST, "00_400", "general/bad-request", "Bad request"),
            Self::Invalid(_) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "31_007",
                "validation",
                "The request is missing required fields or contains invalid data.",
            ),
            Self::Book(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "00_500",
                "general/internal-server-error",
                "The request could not be processed.",
            ),
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Unauthorized => "Missing or invalid credentials; send the sandbox's API key as x-API-key".to_owned(),
            Self::Forbidden => "You do not have the rights to access this account".to_owned(),
            Self::NotFound => "There is nothing at this path".to_owned(),
            Self::Method => "This path does not take this method".to_owned(),
            Self::Unreadable(why) => format!("The body cannot be read as a JSON object: {why}"),
            Self::Invalid(fields) => {
                let named: Vec<_> = fields.iter().map(|field| format!("{}: {}", field.name, field.message)).collect();
                named.join("; ")
            }
            Self::Book(error) => error.to_string(),
        }
    }

    fn body(&self) -> Value {
        let (status, code, kind, title) = self.kind();
        let mut body = json!({
            "type": format!("https://docs.adyen.com/errors/{kind}"),
            "title": title,
            "status": status.as_u16(),
            "detail": self.detail(),
            "requestId": request_id(),
            "errorCode": code,
        });
        if let Self::Invalid(fields) = self {
            let shown =
                |field: &InvalidField| json!({ "name": field.name, "value": field.value, "message": field.message });
            body["invalidFields"] = fields.iter().map(shown).collect();
        }
        body
    }
}

/// Names a request, not a payment: it need not be the same again from the same seed.
fn request_id() -> String {
    Chance::new(getrandom::u64().unwrap_or_default(), 0).psp_reference()
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Self::Book(error) = &self {
            tracing::error!(%error, "the sandbox's book could not be read or written");
        }
        let (status, ..) = self.kind();
        (status, Json(self.body())).into_response()
    }
}
