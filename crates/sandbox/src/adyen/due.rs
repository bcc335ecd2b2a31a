//! What happens later at Adyen.

use serde::{Deserialize, Serialize};

use super::checkout;
use super::notice::{Item, tell};
use crate::book::{Act, BookError};

/// Something that happens later.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Due {
    /// Something is told, whatever has happened meanwhile.
    Tell(Box<Item>),
    /// To a payment, or to what may become one.
    Checkout(checkout::Due),
}

impl Due {
    /// Its moment has come.
    pub(crate) fn happen(self, act: &Act<'_>) -> Result<(), BookError> {
        match self {
            Self::Tell(item) => tell(act, &item),
            Self::Checkout(due) => due.happen(act),
        }
    }
}
