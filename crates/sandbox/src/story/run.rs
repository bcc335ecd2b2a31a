//! One telling of a story, kept in the book.

use serde::{Deserialize, Serialize};

use super::halt::Halt;
use crate::book::Document;
use crate::sender::Fault;

/// A telling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) id: String,
    /// The story's name.
    pub(crate) story: String,
    pub(crate) seed: u64,
    pub(crate) faults: Vec<Fault>,
    pub(crate) merchant_account: String,
    /// The merchant's reference of what is paid.
    pub(crate) reference: String,
    /// The provider's references of the payments, oldest first.
    pub(crate) payments: Vec<String>,
    /// The name of a report's file.
    pub(crate) report: Option<String>,
    /// When it began, in microseconds of the sandbox's time.
    pub(crate) began: i64,
    /// How many scenes have been.
    pub(crate) scenes: usize,
    pub(crate) end: Option<End>,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End {
    /// When, in microseconds of the sandbox's time.
    pub(crate) at: i64,
    /// Why it ended before its last scene.
    pub(crate) stopped: Option<String>,
}

impl Document for Run {
    const KIND: &'static str = "run";

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &str {
        ""
    }
}

impl Run {
    /// The payment it is about: the newest.
    pub(super) fn payment(&self) -> Result<&str, Halt> {
        let payment = self.payments.last().map(String::as_str);
        payment.ok_or_else(|| Halt::Unfit("nothing was paid yet".to_owned()))
    }
}
