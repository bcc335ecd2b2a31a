//! Shape: whether what was typed has the keys and the sorts of values a configuration has.

use super::keys::{self, Key, ROOT, Shape};
use super::tree::{Node, Table, Value};
use crate::config::words::mistakes::Findings;
use crate::config::words::nearest::suggestion;

/// Reports every unknown key, every key not built yet and every value of the wrong sort. Unknown keys are taken out and
/// wrong values become missing, so that those who read the tree next meet only what they can read.
pub(in crate::config) fn check(root: &mut Table, findings: &mut Findings) {
    table(root, ROOT, "the file", findings);
}

fn table(entries: &mut Table, keys: &'static [Key], title: &str, findings: &mut Findings) {
    entries.retain(|name, node| match keys::find(keys, name) {
        None => {
            findings.mistake(
                &node.place,
                format!("unknown key `{name}` in {title}"),
                suggestion(name, keys::names(keys)),
            );
            false
        }
        Some(key) if !key.built => {
            findings.mistake(
                &node.place,
                format!("`{name}` in {title} is not built yet"),
                format!("remove it; it will set {}", key.meaning),
            );
            false
        }
        Some(key) => {
            value(node, &key.shape, name, title, findings);
            true
        }
    });
}

fn value(node: &mut Node, shape: &Shape, name: &str, title: &str, findings: &mut Findings) {
    match (shape, &mut node.value) {
        (_, Value::Missing) => {}
        (Shape::Table(keys) | Shape::TableOrFlag(keys) | Shape::TextOrTable(keys), Value::Table(inner)) => {
            table(inner, keys, &titled(name, title), findings)
        }
        (Shape::Tables(keys), Value::List(items)) => {
            items.iter_mut().for_each(|item| one_of_tables(item, keys, name, findings));
        }
        (Shape::TextsOrTables(keys), Value::List(items)) => items.iter_mut().for_each(|item| match &mut item.value {
            Value::Text(_) | Value::Missing => {}
            Value::Table(inner) => table(inner, keys, &titled(name, title), findings),
            _ => wrong(item, name, title, "a text or a table in its list", findings),
        }),
        (Shape::TextOrNamed | Shape::Named, Value::Table(inner)) => {
            inner.iter_mut().for_each(|(own, item)| match &item.value {
                Value::Text(_) | Value::Missing => {}
                _ => wrong(item, own, &titled(name, title), "a text in quotes", findings),
            })
        }
        (Shape::Texts | Shape::Durations, Value::List(items)) => items.iter_mut().for_each(|item| match &item.value {
            Value::Text(_) | Value::Missing => {}
            _ => wrong(item, name, title, "texts in its list", findings),
        }),
        (shape, found) if fits(shape, found) => {}
        (shape, _) => wrong(node, name, title, wanted(shape), findings),
    }
}

fn one_of_tables(item: &mut Node, keys: &'static [Key], name: &str, findings: &mut Findings) {
    match &mut item.value {
        Value::Table(inner) => {
            let title = match inner.get("name").map(|node| &node.value) {
                Some(Value::Text(own)) => format!("{name} `{}`", own.as_str()),
                _ => format!("[[{name}]]"),
            };
            table(inner, keys, &title, findings);
        }
        _ => wrong(item, name, "the file", "tables under a heading in double brackets", findings),
    }
}

fn wrong(node: &mut Node, name: &str, title: &str, wanted: &str, findings: &mut Findings) {
    findings.mistake(
        &node.place,
        format!("`{name}` in {title} is {}", node.value.sort()),
        format!("it takes {wanted}"),
    );
    node.value = Value::Missing;
}

/// Whether a plain value is of the shape.
fn fits(shape: &Shape, value: &Value) -> bool {
    match shape {
        Shape::Text | Shape::TextOrNamed | Shape::TextOrTable(_) | Shape::Duration => matches!(value, Value::Text(_)),
        Shape::Size => matches!(value, Value::Text(_) | Value::Integer(_)),
        Shape::Integer => matches!(value, Value::Integer(_)),
        Shape::Number => matches!(value, Value::Integer(_) | Value::Float(_)),
        Shape::Flag | Shape::TableOrFlag(_) => matches!(value, Value::Flag(_)),
        Shape::Date => matches!(value, Value::Text(_) | Value::Date(_)),
        Shape::Any => true,
        Shape::Texts
        | Shape::Durations
        | Shape::TextsOrTables(_)
        | Shape::Table(_)
        | Shape::Tables(_)
        | Shape::Named => false,
    }
}

/// What the shape takes, in words.
fn wanted(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text => "a text in quotes",
        Shape::Duration => "a duration in quotes, \"10s\"",
        Shape::Size => "a size in quotes, \"1 MiB\"",
        Shape::Integer => "a whole number",
        Shape::Number => "a number",
        Shape::Flag => "true or false",
        Shape::Date => "a date, 2027-01-31",
        Shape::Named => "a table of texts, { name = \"...\" }",
        Shape::Texts => "a list of texts, [\"...\"]",
        Shape::Durations => "a list of durations, [\"5s\", \"5m\"]",
        Shape::TextsOrTables(_) => "a list, [\"...\"]",
        Shape::TextOrNamed => "a text in quotes, or a table of them",
        Shape::TextOrTable(_) => "a text in quotes, or a table",
        Shape::TableOrFlag(_) => "a table, or false",
        Shape::Table(_) => "a table",
        Shape::Tables(_) => "tables under a heading in double brackets",
        Shape::Any => "anything",
    }
}

fn titled(name: &str, title: &str) -> String {
    match title {
        "the file" => format!("[{name}]"),
        _ => format!("`{name}` of {title}"),
    }
}
