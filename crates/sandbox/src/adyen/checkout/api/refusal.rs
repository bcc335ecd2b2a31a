//! What is answered to a request that is not as it should be: Adyen's body, with its codes.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use crate::book::BookError;

/// Why a request is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub(in crate::adyen::checkout) enum Refusal {
    /// The body is no JSON object, or a field is of another type than it should be.
    #[error("{0}")]
    Unreadable(String),
    #[error("HTTP Status Response - Unauthorized")]
    Unauthorised,
    #[error("Invalid Merchant Account")]
    MerchantAccount,
    /// The account may not do this.
    #[error("Not allowed")]
    NotAllowed,
    #[error("Return URL is missing.")]
    ReturnUrl,
    #[error("Required field '{0}' is not provided.")]
    Missing(&'static str),
    #[error("Required field '{0}' is null")]
    Null(&'static str),
    #[error("Invalid amount specified")]
    Amount,
    #[error("Unsupported currency specified")]
    Currency,
    #[error("Invalid card number")]
    CardNumber,
    /// A field has a value that it cannot have.
    #[error("Invalid value for field '{0}'")]
    Invalid(&'static str),
    #[error("Original pspReference required for this operation")]
    Original,
    #[error("Payment details are not supported")]
    NotSupported,
    /// The key was used for another request.
    #[error("request already processed or in progress")]
    AskedBefore,
    #[error("Not found")]
    NotFound,
    #[error("Method not allowed")]
    Method,
    #[error("the request is larger than {0} bytes")]
    TooLarge(usize),
    #[error("Internal error")]
    Book(#[from] BookError),
}

impl Refusal {
    /// Status, code, and type.
    const fn words(&self) -> (StatusCode, &'static str, &'static str) {
        const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
        match self {
            Self::Unreadable(_) => (StatusCode::BAD_REQUEST, "702", "validation"),
            Self::Unauthorised => (StatusCode::UNAUTHORIZED, "000", "security"),
            Self::MerchantAccount => (StatusCode::FORBIDDEN, "901", "security"),
            Self::NotAllowed => (StatusCode::FORBIDDEN, "010", "security"),
            Self::ReturnUrl => (UNPROCESSABLE, "14_030", "validation"),
            Self::Missing(_) => (UNPROCESSABLE, "130", "validation"),
            Self::Null(_) | Self::Invalid(_) => (UNPROCESSABLE, "702", "validation"),
            Self::Amount => (UNPROCESSABLE, "137", "validation"),
            Self::Currency => (UNPROCESSABLE, "138", "validation"),
            Self::CardNumber => (UNPROCESSABLE, "101", "validation"),
            Self::Original => (UNPROCESSABLE, "167", "validation"),
            Self::NotSupported => (StatusCode::INTERNAL_SERVER_ERROR, "905", "configuration"),
            Self::AskedBefore => (UNPROCESSABLE, "704", "validation"),
            Self::NotFound => (StatusCode::NOT_FOUND, "702", "validation"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "702", "validation"),
            Self::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "702", "validation"),
            Self::Book(_) => (StatusCode::INTERNAL_SERVER_ERROR, "703", "internal"),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Self::Book(error) = &self {
            tracing::error!(%error, "the sandbox's book could not be read or written");
        }
        let (status, code, kind) = self.words();
        let body =
            json!({ "status": status.as_u16(), "errorCode": code, "message": self.to_string(), "errorType": kind });
        (status, Json(body)).into_response()
    }
}
