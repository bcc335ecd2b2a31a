//! What happens later at Banked.

use serde::{Deserialize, Serialize};

use super::bank;
use super::session::Session;
use crate::book::{Act, BookError};

/// Something that happens later. What it finds gone or further on, it leaves alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Due {
    /// A session's time is over: it fails when nobody has asked a bank.
    Expire {
        /// The session.
        id: String,
    },
    /// The scheme takes it.
    Pend {
        /// The session.
        id: String,
    },
    /// The money leaves the payer's account.
    Send {
        /// The session.
        id: String,
    },
    /// The bank refuses.
    Fail {
        /// The session.
        id: String,
        /// Why.
        reason: String,
    },
    /// A refund leaves the merchant's account.
    RefundSent {
        /// The refund.
        id: String,
    },
    /// The merchant's bank does not pay a refund.
    RefundFailed {
        /// The refund.
        id: String,
    },
}

/// Why a session fails that nobody paid: ISO 20022's "no answer from customer".
const NOBODY_PAID: &str = "NOAS";

impl Due {
    /// Its moment has come.
    pub(crate) fn happen(self, act: &Act<'_>) -> Result<(), BookError> {
        match self {
            Self::Expire { id } => return expire(act, &id),
            Self::Pend { id } => bank::pend(act, &id)?,
            Self::Send { id } => bank::send(act, &id)?,
            Self::Fail { id, reason } => bank::fail(act, &id, &reason)?,
            Self::RefundSent { id } => bank::refund_sent(act, &id)?,
            Self::RefundFailed { id } => bank::refund_failed(act, &id)?,
        };
        Ok(())
    }
}

fn expire(act: &Act<'_>, id: &str) -> Result<(), BookError> {
    if act.find::<Session>(id)?.is_some_and(|session| session.state.awaits()) {
        bank::fail(act, id, NOBODY_PAID)?;
    }
    Ok(())
}
