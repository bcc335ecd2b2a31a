//! Section: one table of the tree, asked for its values by sort.
//!
//! The shape was checked before, so what is of another sort is not there any more and reads as absent.

use super::tree::{Node, Table, Value};
use crate::config::words::mistakes::{Findings, Place};
use crate::config::words::units;

/// A value and where it stands.
pub(in crate::config) type Placed<T> = (T, Place);

/// One table.
pub(in crate::config) struct Section<'t> {
    table: &'t Table,
    /// Where the table begins.
    pub(in crate::config) place: Place,
    /// What findings call it: ``source `adyen` ``.
    pub(in crate::config) title: String,
}

/// What an absent section reads as.
static EMPTY: Table = Table::new();

impl<'t> Section<'t> {
    /// The whole tree.
    pub(in crate::config) fn root(table: &'t Table, place: Place) -> Self {
        Self { table, place, title: "the file".to_owned() }
    }

    /// The table `name`; an empty one when it is absent.
    pub(in crate::config) fn table(&self, name: &str) -> Self {
        self.table_if(name).unwrap_or(Self { table: &EMPTY, place: self.place.clone(), title: format!("[{name}]") })
    }

    /// The table `name`, when it is there.
    pub(in crate::config) fn table_if(&self, name: &str) -> Option<Self> {
        let node = self.table.get(name)?;
        let title = if self.title == "the file" { format!("[{name}]") } else { format!("`{name}` of {}", self.title) };
        Self::of(node, title)
    }

    /// The `[[name]]` tables.
    pub(in crate::config) fn tables(&self, name: &str) -> Vec<Self> {
        let items = self.items(name).iter().enumerate();
        let sections = items.filter_map(|(index, node)| {
            let mut section = Self::of(node, format!("{name} {}", index + 1))?;
            if let Some((own, _)) = section.text("name") {
                section.title = format!("{name} `{own}`");
            }
            Some(section)
        });
        sections.collect()
    }

    /// A list item that is a table.
    pub(in crate::config) fn of(node: &'t Node, title: String) -> Option<Self> {
        match &node.value {
            Value::Table(table) => Some(Self { table, place: node.place.clone(), title }),
            _ => None,
        }
    }

    /// Whether the key is there.
    pub(in crate::config) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Where the key stands, or the table when it is absent.
    pub(in crate::config) fn place_of(&self, key: &str) -> Place {
        self.table.get(key).map_or_else(|| self.place.clone(), |node| node.place.clone())
    }

    /// A text, as typed.
    pub(in crate::config) fn text(&self, key: &str) -> Option<Placed<&'t str>> {
        let node = self.table.get(key)?;
        match &node.value {
            Value::Text(text) => Some((text.as_str(), node.place.clone())),
            _ => None,
        }
    }

    /// A text that must be there and not be empty.
    pub(in crate::config) fn required(
        &self,
        key: &str,
        hint: &str,
        findings: &mut Findings,
    ) -> Option<Placed<&'t str>> {
        match self.text(key) {
            Some((text, place)) if text.trim().is_empty() => {
                findings.mistake(&place, format!("`{key}` of {} is empty", self.title), hint);
                None
            }
            Some(found) => Some(found),
            None => {
                if !self.has(key) {
                    findings.mistake(&self.place, format!("{} has no `{key}`", self.title), hint);
                }
                None
            }
        }
    }

    /// The texts of a list; those that are empty are mistakes.
    pub(in crate::config) fn texts(&self, key: &str, findings: &mut Findings) -> Vec<Placed<&'t str>> {
        let mut texts = Vec::new();
        for node in self.items(key) {
            match &node.value {
                Value::Text(text) if text.trim().is_empty() => {
                    findings.mistake(&node.place, format!("`{key}` of {} has an empty text", self.title), "remove it");
                }
                Value::Text(text) => texts.push((text.as_str(), node.place.clone())),
                _ => {}
            }
        }
        texts
    }

    /// The items of a list.
    pub(in crate::config) fn items(&self, key: &str) -> &'t [Node] {
        match self.table.get(key).map(|node| &node.value) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    /// Whether the key is there with a list behind it.
    pub(in crate::config) fn is_list(&self, key: &str) -> bool {
        matches!(self.table.get(key).map(|node| &node.value), Some(Value::List(_)))
    }

    /// A whole number.
    pub(in crate::config) fn integer(&self, key: &str) -> Option<Placed<i64>> {
        let node = self.table.get(key)?;
        match node.value {
            Value::Integer(number) => Some((number, node.place.clone())),
            _ => None,
        }
    }

    /// A number.
    #[expect(clippy::cast_precision_loss, reason = "a jitter is between 0 and 1")]
    pub(in crate::config) fn number(&self, key: &str) -> Option<Placed<f64>> {
        let node = self.table.get(key)?;
        match node.value {
            Value::Integer(number) => Some((number as f64, node.place.clone())),
            Value::Float(number) => Some((number, node.place.clone())),
            _ => None,
        }
    }

    /// `true` or `false`; `false` when absent.
    pub(in crate::config) fn flag(&self, key: &str) -> bool {
        matches!(self.table.get(key).map(|node| &node.value), Some(Value::Flag(true)))
    }

    /// Whether the key is there with `true` or `false` behind it.
    pub(in crate::config) fn is_flag(&self, key: &str) -> bool {
        matches!(self.table.get(key).map(|node| &node.value), Some(Value::Flag(_)))
    }

    /// Every text of a table whose keys are names of the writer's own.
    pub(in crate::config) fn named_texts(&self) -> Vec<(&'t str, &'t str, Place)> {
        let texts = self.table.iter().filter_map(|(name, node)| match &node.value {
            Value::Text(text) => Some((name.as_str(), text.as_str(), node.place.clone())),
            _ => None,
        });
        texts.collect()
    }

    /// Every entry, whatever its sort.
    pub(in crate::config) fn entries(&self) -> impl Iterator<Item = (&'t str, &'t Node)> + use<'t> {
        self.table.iter().map(|(name, node)| (name.as_str(), node))
    }

    /// A date as it was typed, bare or in quotes.
    pub(in crate::config) fn date(&self, key: &str) -> Option<Placed<&'t str>> {
        let node = self.table.get(key)?;
        match &node.value {
            Value::Date(date) => Some((date.as_str(), node.place.clone())),
            Value::Text(text) => Some((text.as_str(), node.place.clone())),
            _ => None,
        }
    }

    /// A size in bytes.
    pub(in crate::config) fn size(&self, key: &str, findings: &mut Findings) -> Option<Placed<u64>> {
        let node = self.table.get(key)?;
        let read = match &node.value {
            Value::Text(text) => units::size(text).map_err(|error| error.what()),
            Value::Integer(bytes) => u64::try_from(*bytes).map_err(|_| "is negative"),
            _ => return None,
        };
        let hint = units::SIZE_HINT;
        read.map_err(|what| findings.mistake(&node.place, format!("`{key}` of {} {what}", self.title), hint))
            .ok()
            .map(|bytes| (bytes, node.place.clone()))
    }

    /// A duration.
    pub(in crate::config) fn duration(
        &self,
        key: &str,
        findings: &mut Findings,
    ) -> Option<Placed<std::time::Duration>> {
        let (text, place) = self.text(key)?;
        self.as_duration(key, text, &place, findings).map(|duration| (duration, place))
    }

    /// The durations of a list, when the key is there and all can be read.
    pub(in crate::config) fn durations(&self, key: &str, findings: &mut Findings) -> Option<Vec<std::time::Duration>> {
        if !self.has(key) {
            return None;
        }
        let texts = self.texts(key, findings);
        texts.into_iter().map(|(text, place)| self.as_duration(key, text, &place, findings)).collect()
    }

    fn as_duration(
        &self,
        key: &str,
        text: &str,
        place: &Place,
        findings: &mut Findings,
    ) -> Option<std::time::Duration> {
        let what = |error: units::NotAQuantity| format!("`{key}` of {} {}", self.title, error.what());
        units::duration(text).map_err(|error| findings.mistake(place, what(error), units::DURATION_HINT)).ok()
    }
}
