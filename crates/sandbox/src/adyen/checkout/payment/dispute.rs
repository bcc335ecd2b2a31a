//! A dispute about a payment, and its stages.

use serde::{Deserialize, Serialize};

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// The issuer asks; nothing is disputed yet.
    InformationRequested,
    /// Opened; no money moved.
    Opened,
    /// The money was taken.
    ChargedBack,
    /// The money came back, not for good.
    Reversed,
    /// The issuer let the defence stand.
    Won,
    /// The money was taken, for good.
    Lost,
}

/// A dispute. Every item about it has its reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dispute {
    pub(crate) psp_reference: String,
    /// What is disputed, in minor units.
    pub(crate) amount: i64,
    pub(crate) stage: Stage,
    /// Whether the merchant sent a defence.
    pub(crate) defended: bool,
    /// Until when it can be defended, in microseconds; nothing before it was opened.
    pub(crate) defence_ends: Option<i64>,
    /// When it moved last, in microseconds.
    pub(crate) moved: i64,
}

impl Dispute {
    /// Whether the disputed money is with the shopper.
    pub(crate) fn holds_money(&self) -> bool {
        matches!(self.stage, Stage::ChargedBack | Stage::Lost)
    }
}
