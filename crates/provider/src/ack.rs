//! What the sender hears.

use std::borrow::Cow;

use payhook_domain::error::Code;

/// What became of a request as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything authentic in it is on disk, and nothing in it was unauthentic.
    Accepted,
    /// Something in it was refused, for this reason.
    Refused(Code),
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    /// The HTTP status.
    pub status: u16,
    /// The media type of `body`.
    pub content_type: &'static str,
    /// The body.
    pub body: Cow<'static, str>,
}

impl Ack {
    /// The answer to a refused request: `{"error":{"code":…,"message":…}}`.
    #[must_use]
    pub fn refusal(status: u16, code: Code) -> Self {
        let body = format!(r#"{{"error":{{"code":"{}","message":"{}"}}}}"#, code.as_str(), code.meaning());
        Self { status, content_type: "application/json", body: Cow::Owned(body) }
    }
}
