//! What a form says: names and values, some of them several times.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Longest text that is taken from a form, in characters.
pub(super) const TEXT_MAX: usize = 2_000;

/// What is wrong with a form, by the name of the field.
pub(super) type Mistakes = BTreeMap<&'static str, String>;

/// The fields of a form.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// What was typed, without the spaces around it.
    pub(super) fn text(&self, name: &str) -> String {
        self.all(name).next().unwrap_or_default().trim().chars().take(TEXT_MAX).collect()
    }

    /// The same, when something was typed.
    pub(super) fn some(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Whether a box was ticked.
    pub(super) fn ticked(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// Every value of a name.
    pub(super) fn all<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    /// The values of a name that are among those offered, in the order in which they are.
    pub(super) fn chosen(&self, name: &str, offered: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
        let offered = offered.into_iter().map(Into::into);
        offered.filter(|one| self.all(name).any(|value| value == one)).collect()
    }
}

/// Whether a URL can be posted to.
pub(super) fn reachable(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
