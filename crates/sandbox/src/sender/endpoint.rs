//! Where a notification goes, in what manner, the key it is signed with now, and whether it fails.

use super::secured::Secured;
use super::treatment::SignedBy;
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
    /// What counts when it is called over TLS.
    pub(crate) secured: Secured,
}

/// The endpoint of a message, as of now; nothing when its webhook is gone or switched off.
pub(super) fn of(act: &Act<'_>, message: &Message) -> Result<Option<Endpoint>, BookError> {
    let webhook = &message.draft.endpoint;
    let adyens = message.draft.provider == "adyen";
    let usual = if adyens { adyen::endpoint(act, webhook)? } else { banked::endpoint(act, webhook)? };
    let Some(usual) = usual else { return Ok(None) };
    Ok(Some(match message.treatment().signed_by {
        SignedBy::Webhook => usual,
        SignedBy::Predecessor => {
            let replaced =
                if adyens { adyen::replaced_key(act, webhook)? } else { banked::replaced_key(act, webhook)? };
            Endpoint { key: replaced.or(usual.key), ..usual }
        }
        // A stranger knows where to, and no password.
        SignedBy::Stranger(key) => Endpoint { key: Some(key), basic: None, ..usual },
    }))
}

/// Lets the webhook of a message show whether its endpoint takes what it is sent.
pub(super) fn report(act: &Act<'_>, message: &Message, accepted: bool) -> Result<(), BookError> {
    if message.draft.provider == "adyen" { adyen::report(act, &message.draft.endpoint, accepted) } else { Ok(()) }
}
