//! What can be waited for. Kept in the book, so that a restart forgets none of it.

use serde::{Deserialize, Serialize};

use crate::book::{Act, BookError};
use crate::{adyen, banked, story};

/// Something that happens later.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Due {
    /// At Adyen.
    Adyen(adyen::Due),
    /// At Banked.
    Banked(banked::Due),
    /// In the telling of a story.
    Story(story::Due),
}

impl Due {
    /// Its moment has come.
    pub(crate) fn happen(self, act: &Act<'_>) -> Result<(), BookError> {
        match self {
            Self::Adyen(due) => due.happen(act),
            Self::Banked(due) => due.happen(act),
            Self::Story(due) => due.happen(act),
        }
    }
}
