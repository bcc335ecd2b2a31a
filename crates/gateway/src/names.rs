//! Names and numbers: the store numbers sources, destinations and providers; people know them by name. Names that left
//! the configuration stay known, since old events carry them.

use std::collections::HashMap;
use std::sync::RwLock;

use payhook_domain::id::NameId;
use payhook_store::{Name, NameKind};

/// Every name ever enrolled.
#[derive(Default)]
pub(crate) struct NameBook {
    names: RwLock<HashMap<(NameKind, NameId), String>>,
}

impl NameBook {
    /// Takes in names read from the store.
    pub(crate) fn learn(&self, names: Vec<Name>) {
        let mut known = self.names.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.extend(names.into_iter().map(|name| ((name.kind, name.id), name.name)));
    }

    /// The name of a number; the number itself when nobody knows it.
    pub(crate) fn name(&self, kind: NameKind, id: NameId) -> String {
        let known = self.names.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.get(&(kind, id)).cloned().unwrap_or_else(|| id.0.to_string())
    }

    /// Every number of this kind.
    pub(crate) fn ids(&self, kind: NameKind) -> Vec<NameId> {
        let known = self.names.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.keys().filter(|(of, _)| *of == kind).map(|(_, id)| *id).collect()
    }

    /// The number of a name.
    pub(crate) fn id(&self, kind: NameKind, name: &str) -> Option<NameId> {
        let known = self.names.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.iter().find(|((of, _), text)| *of == kind && *text == name).map(|((_, id), _)| *id)
    }
}
