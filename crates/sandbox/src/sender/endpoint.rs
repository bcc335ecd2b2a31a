//! Where a notification goes.

use crate::book::{Act, BookError, Message};
use crate::{adyen, banked};

/// A webhook, as far as sending to it is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) url: String,
    /// The key that is good now, as the provider writes it; without one nothing is signed.
    pub(crate) key: Option<String>,
    /// User name and password of Basic auth.
    pub(crate) basic: Option<(String, String)>,
    /// Further headers, such as a SOAP action.
    pub(crate) headers: Vec<(String, String)>,
}

/// The endpoint of a message, as of now; nothing when its webhook is gone or switched off.
pub(super) fn of(act: &Act<'_>, message: &Message) -> Result<Option<Endpoint>, BookError> {
    match message.draft.provider.as_str() {
        "adyen" => adyen::endpoint(act, &message.draft.endpoint),
        "banked" => banked::endpoint(act, &message.draft.endpoint),
        _ => Ok(None),
    }
}
