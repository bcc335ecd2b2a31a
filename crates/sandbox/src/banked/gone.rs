//! What was deleted, so that deleting it again can be told from a mistake.

use serde::{Deserialize, Serialize};

use crate::book::Document;

/// The id of a session or webhook that is no more.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Gone {
    pub(crate) id: String,
}

impl Document for Gone {
    const KIND: &'static str = "banked gone";

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &str {
        ""
    }
}
