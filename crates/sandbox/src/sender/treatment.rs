//! How a message is sent when it is not sent in the usual way.

use serde::{Deserialize, Serialize};

use super::faults::Fault;

/// What is unusual about a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Treatment {
    /// Why: the faults that made it so, for the log.
    pub(crate) faults: Vec<Fault>,
    /// By whose key it is signed.
    pub(crate) signed_by: SignedBy,
    /// It is sent once and never again, whatever is answered.
    pub(crate) once: bool,
    /// Only so many thousandths of the signed body are sent.
    pub(crate) cut: Option<u16>,
    /// When it was accepted it is sent once more.
    pub(crate) again: bool,
}

impl Treatment {
    /// A copy that is sent once.
    pub(super) fn once(fault: Fault) -> Self {
        Self { faults: vec![fault], once: true, ..Self::default() }
    }
}

/// Whose key signs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignedBy {
    /// The webhook's, the one that is good now.
    #[default]
    Webhook,
    /// The webhook's, the one that was good before it; the one that is good now when there was none.
    Predecessor,
    /// A stranger's, which is not in the merchant's configuration.
    Stranger(String),
}
