//! The tree: TOML as it was typed, every value with its place.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};
use zeroize::Zeroizing;

use crate::config::words::mistakes::{Findings, Place};

/// A value and where it stands.
#[derive(Clone)]
pub(in crate::config) struct Node {
    /// What was typed.
    pub(in crate::config) value: Value,
    /// The line of its key, or of itself in a list; or its variable.
    pub(in crate::config) place: Place,
}

/// What was typed. Text is wiped when dropped: any of it may be a secret.
#[derive(Clone)]
pub(in crate::config) enum Value {
    Text(Zeroizing<String>),
    Integer(i64),
    Float(f64),
    Flag(bool),
    Date(String),
    List(Vec<Node>),
    Table(Table),
    /// Something that could not be used; its mistake is noted already.
    Missing,
}

/// A table's entries by key.
pub(in crate::config) type Table = BTreeMap<String, Node>;

impl Value {
    /// A text.
    pub(in crate::config) fn text(text: &str) -> Self {
        Self::Text(Zeroizing::new(text.to_owned()))
    }

    /// What sort of value it is, in words.
    pub(in crate::config) const fn sort(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Flag(_) => "true or false",
            Self::Date(_) => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Missing => "missing",
        }
    }
}

/// Reads a file's text. Every syntax error is a mistake; what could be read around them is returned.
pub(in crate::config) fn read(text: &str, file: &Arc<Path>, findings: &mut Findings) -> Table {
    let lines = Lines { starts: line_starts(text), file: Arc::clone(file) };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        // The library's own text would quote the line, which may hold a key.
        let place = error.span().map_or_else(|| Place::File(Arc::clone(file)), |span| lines.place(span.start));
        let what = error.message().lines().next().unwrap_or("not TOML").to_owned();
        let hint = match what.as_str() {
            "duplicate key" => "a key stands once; what there may be several of has double brackets: [[source]]",
            _ => "the file is TOML: texts in quotes, lists in [ ], one `key = value` per line",
        };
        findings.mistake(&place, what, hint);
    }
    lines.table(table.into_inner(), findings)
}

/// The headings that a text's syntax errors stand under, as they are typed; empty above the first.
pub(in crate::config) fn broken_headings(text: &str) -> Vec<&str> {
    let (_, errors) = DeTable::parse_recoverable(text);
    // An error is told at its place, which may be the heading's own line.
    let up_to = |at: usize| {
        let (before, behind) = text.split_at_checked(at).unwrap_or_default();
        &text[..before.len() + behind.find('\n').unwrap_or(behind.len())]
    };
    let heading = |at: usize| headings(up_to(at)).next_back().unwrap_or_default();
    errors.iter().map(|error| error.span().map_or("", |span| heading(span.start))).collect()
}

/// The lines that look like the heading of a table.
pub(in crate::config) fn headings(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.lines().map(str::trim_start).filter(|line| line.starts_with('['))
}

/// Reads one value as TOML writes it, for variables; nothing when it is not TOML.
pub(in crate::config) fn read_value(text: &str, place: &Place) -> Option<Value> {
    let value = DeValue::parse(text).ok()?;
    let mut findings = Findings::default();
    let node = Lines { starts: Vec::new(), file: Arc::from(Path::new("")) }.node(value, None, &mut findings);
    (findings.count() == 0).then(|| placed(node.value, place))
}

/// The value with every place in it replaced.
fn placed(value: Value, place: &Place) -> Value {
    let node = |node: Node| Node { value: placed(node.value, place), place: place.clone() };
    match value {
        Value::List(items) => Value::List(items.into_iter().map(node).collect()),
        Value::Table(table) => Value::Table(table.into_iter().map(|(key, item)| (key, node(item))).collect()),
        plain => plain,
    }
}

/// Turns byte offsets into lines, and the parser's values into ours.
struct Lines {
    starts: Vec<usize>,
    file: Arc<Path>,
}

impl Lines {
    fn place(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        Place::Line(Arc::clone(&self.file), u32::try_from(line).unwrap_or(u32::MAX))
    }

    fn table(&self, table: DeTable<'_>, findings: &mut Findings) -> Table {
        let entries = table.into_iter().map(|(key, value)| {
            let place = self.place(key.span().start);
            (key.into_inner().into_owned(), self.node(value, Some(place), findings))
        });
        entries.collect()
    }

    fn list(&self, items: DeArray<'_>, findings: &mut Findings) -> Value {
        Value::List(items.into_iter().map(|item| self.node(item, None, findings)).collect())
    }

    fn node(&self, value: Spanned<DeValue<'_>>, key: Option<Place>, findings: &mut Findings) -> Node {
        let place = key.unwrap_or_else(|| self.place(value.span().start));
        let value = match value.into_inner() {
            DeValue::String(text) => Value::text(&text),
            DeValue::Boolean(flag) => Value::Flag(flag),
            DeValue::Datetime(date) => Value::Date(date.to_string()),
            DeValue::Array(items) => self.list(items, findings),
            DeValue::Table(table) => Value::Table(self.table(table, findings)),
            DeValue::Integer(digits) => {
                let number = i64::from_str_radix(digits.as_str(), digits.radix());
                Value::Integer(number.unwrap_or_else(|_| {
                    findings.mistake(&place, "a number too large to count", "write a smaller one");
                    0
                }))
            }
            DeValue::Float(digits) => Value::Float(digits.as_str().parse().unwrap_or(f64::NAN)),
        };
        Node { value, place }
    }
}

/// Where each line begins.
fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}
