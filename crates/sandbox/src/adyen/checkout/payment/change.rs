//! A modification: asked for at once, decided later.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What is to be done with a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChangeKind {
    Capture,
    Cancel,
    /// A cancel by the merchant's reference.
    TechnicalCancel,
    Refund,
    /// A cancel or a refund, whichever fits.
    Reversal,
    /// Another authorised amount.
    Adjustment,
}

impl ChangeKind {
    /// The code of the item that says what became of it.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Capture => "CAPTURE",
            Self::Cancel => "CANCELLATION",
            Self::TechnicalCancel => "TECHNICAL_CANCEL",
            Self::Refund => "REFUND",
            Self::Reversal => "CANCEL_OR_REFUND",
            Self::Adjustment => "AUTHORISATION_ADJUSTMENT",
        }
    }

    /// How long it takes to be decided. Adyen promises nothing; seconds are usual on its test platform.
    pub(crate) const fn takes(self) -> Duration {
        match self {
            Self::Cancel | Self::TechnicalCancel | Self::Adjustment => Duration::from_secs(5),
            Self::Capture => Duration::from_secs(10),
            Self::Refund | Self::Reversal => Duration::from_secs(15),
        }
    }
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChangeState {
    /// Received, not decided.
    Asked,
    /// It moved this much.
    Done {
        /// Minor units.
        moved: i64,
        /// Whether it gave captured money back, as a refund does.
        returned: bool,
    },
    /// Not done, for this reason.
    Refused(String),
    /// Done, and undone later by a bank.
    Undone,
}

/// A modification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    pub(crate) psp_reference: String,
    pub(crate) kind: ChangeKind,
    /// Minor units and currency as asked for; nothing when all of it is meant.
    pub(crate) amount: Option<crate::adyen::notice::Amount>,
    /// The merchant's reference of it.
    pub(crate) reference: Option<String>,
    pub(crate) state: ChangeState,
    /// When it was asked for, in microseconds.
    pub(crate) asked: i64,
    /// When it was decided.
    pub(crate) decided: Option<i64>,
    /// A capture that nobody asked for: the account captures by itself.
    pub(crate) automatic: bool,
}
