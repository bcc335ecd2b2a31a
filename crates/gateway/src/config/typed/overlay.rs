//! Overlay: variables such as `PAYHOOK__SERVER__PUBLIC` laid over what the file says.
//!
//! Two underscores stand between tables and keys; one of several tables is named by its `name`, with `_` for `-`:
//! `PAYHOOK__SOURCE__ADYEN__MAX_BODY`. Lists are written as in the file, `["a", "b"]`, or with commas.

use std::sync::Arc;

use super::keys::{self, Key, ROOT, Shape};
use super::tree::{self, Node, Table, Value};
use super::variables::Variables;
use crate::config::words::mistakes::{Findings, Place};
use crate::config::words::nearest::suggestion;

const PREFIX: &str = "PAYHOOK__";

/// Lays every `PAYHOOK__` variable over the tree.
pub(in crate::config) fn apply(root: &mut Table, variables: &Variables, findings: &mut Findings) {
    for (rest, name, value) in variables.with_prefix(PREFIX) {
        let segments: Vec<String> = rest.split("__").map(str::to_ascii_lowercase).collect();
        let place = Place::Variable(Arc::from(name));
        if let Err((what, hint)) = set(root, ROOT, &segments, value, &place) {
            findings.mistake(&place, what, hint);
        }
    }
}

type Problem = (String, String);

fn set(table: &mut Table, keys: &'static [Key], segments: &[String], text: &str, place: &Place) -> Result<(), Problem> {
    let (first, rest) = segments.split_first().expect("split yields one segment at least");
    let Some(key) = keys::find(keys, first) else {
        return Err((format!("there is no key `{first}`"), suggestion(first, keys::names(keys))));
    };
    match (&key.shape, rest) {
        (Shape::Table(inner) | Shape::TableOrFlag(inner) | Shape::TextOrTable(inner), [_, ..]) => {
            let empty = || Node { value: Value::Table(Table::new()), place: place.clone() };
            let node = table.entry(first.clone()).or_insert_with(empty);
            let plain = matches!(node.value, Value::Flag(_) | Value::Text(_));
            if plain && matches!(key.shape, Shape::TableOrFlag(_) | Shape::TextOrTable(_)) {
                *node = empty();
            }
            match &mut node.value {
                Value::Table(table) => set(table, inner, rest, text, place),
                _ => Ok(()),
            }
        }
        (Shape::Tables(inner), [name, key, rest @ ..]) => {
            let entry = named(table, first, name)?;
            let path: Vec<String> = std::iter::once(key).chain(rest).cloned().collect();
            set(entry, inner, &path, text, place)
        }
        (Shape::Tables(_), _) => Err((format!("`{first}` needs a name and a key"), format!("write {}", form(first)))),
        (Shape::Table(inner), []) => {
            let known: Vec<_> = keys::names(inner).collect();
            Err((format!("`{first}` is a table"), format!("add __ and one of its keys: {}", known.join(", "))))
        }
        (shape, []) => {
            table.insert(first.clone(), Node { value: value(text, shape, place), place: place.clone() });
            Ok(())
        }
        (_, [next, ..]) => Err((format!("`{first}` has no key `{next}`"), format!("end the name at `{first}`"))),
    }
}

/// The one of several tables that has this name.
fn named<'t>(table: &'t mut Table, kind: &str, name: &str) -> Result<&'t mut Table, Problem> {
    let unknown = || (format!("there is no {kind} `{name}`"), format!("add [[{kind}]] with this name to the file"));
    let Some(Node { value: Value::List(items), .. }) = table.get_mut(kind) else { return Err(unknown()) };
    let tables = items.iter_mut().filter_map(|item| match &mut item.value {
        Value::Table(table) => Some(table),
        _ => None,
    });
    let has_name = |table: &&mut Table| match table.get("name").map(|node| &node.value) {
        Some(Value::Text(own)) => own.to_ascii_lowercase().replace('-', "_") == name.replace('-', "_"),
        _ => false,
    };
    tables.into_iter().find(has_name).ok_or_else(unknown)
}

fn form(kind: &str) -> String {
    format!("{PREFIX}{}__NAME__KEY", kind.to_ascii_uppercase())
}

/// A variable's text as the sort of value its key takes. What does not read so stays text, and is reported as such.
fn value(text: &str, shape: &Shape, place: &Place) -> Value {
    match shape {
        Shape::TextOrNamed | Shape::TextOrTable(_) if !text.trim_start().starts_with('{') => Value::text(text),
        Shape::Text | Shape::Duration | Shape::Date => Value::text(text),
        Shape::Texts | Shape::Durations | Shape::TextsOrTables(_) if !text.trim_start().starts_with('[') => {
            let item = |text: &str| Node { value: Value::text(text.trim()), place: place.clone() };
            Value::List(text.split(',').map(item).collect())
        }
        _ => tree::read_value(text.trim(), place).unwrap_or_else(|| Value::text(text)),
    }
}
