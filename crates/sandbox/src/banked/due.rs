//! What happens later at Banked.

use serde::{Deserialize, Serialize};

use crate::book::{Act, BookError};

/// Something that happens later.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Due {
    /// A payment session moves on by itself.
    Session {
        /// Its id.
        id: String,
    },
}

impl Due {
    /// Its moment has come.
    pub(crate) fn happen(self, _act: &Act<'_>) -> Result<(), BookError> {
        match self {
            Self::Session { .. } => Ok(()),
        }
    }
}
