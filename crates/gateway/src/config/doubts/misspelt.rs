//! Variables that look like settings and set nothing: `PAYHOOK_SERVER__PUBLIC`, with one underscore where there are two.
//!
//! Not every `PAYHOOK_` is meant for the configuration: `PAYHOOK_TOKEN` is a command's, and Kubernetes sets
//! `PAYHOOK_SERVICE_HOST` for a service of this name. What would be a key with its underscores doubled is.

use std::sync::Arc;

use crate::config::typed::keys::{self, ROOT, Shape};
use crate::config::typed::tree::{Node, Table, Value};
use crate::config::typed::variables::Variables;
use crate::config::words::mistakes::{Findings, Place};

const PREFIX: &str = "PAYHOOK_";

/// Warns of each that the tree does not ask for either, which is as it was typed, not yet expanded.
pub(in crate::config) fn look(tree: &Table, variables: &Variables, findings: &mut Findings) {
    for name in variables.names() {
        let is_taken = || tree.values().any(|node| takes(node, &format!("${{{name}}}")));
        if let Some(meant) = name.strip_prefix(PREFIX).and_then(meant).filter(|_| !is_taken()) {
            let place = Place::Variable(Arc::from(name));
            findings.warning(
                &place,
                "it sets nothing: two underscores stand before each part",
                format!("write {meant}"),
            );
        }
    }
}

/// Whether a text in it asks for this variable.
fn takes(node: &Node, variable: &str) -> bool {
    match &node.value {
        Value::Text(text) => text.contains(variable),
        Value::List(items) => items.iter().any(|item| takes(item, variable)),
        Value::Table(inner) => inner.values().any(|node| takes(node, variable)),
        _ => false,
    }
}

/// The variable that would set something.
fn meant(rest: &str) -> Option<String> {
    let (table, behind) = rest.split_once('_')?;
    let behind = behind.trim_start_matches('_');
    let key = behind.split("__").next().unwrap_or_default().to_ascii_lowercase();
    let sets = match &keys::find(ROOT, &table.to_ascii_lowercase())?.shape {
        Shape::Table(inner) => keys::find(inner, &key).is_some(),
        Shape::Tables(_) => behind.contains("__"),
        _ => false,
    };
    sets.then(|| format!("{PREFIX}_{table}__{behind}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_a_key_with_its_underscores_doubled_is_told() {
        for (typed, said) in [
            ("SERVER__PUBLIC", Some("PAYHOOK__SERVER__PUBLIC")),
            ("SERVER_PUBLIC", Some("PAYHOOK__SERVER__PUBLIC")),
            ("STORE__RETENTION__EVENTS", Some("PAYHOOK__STORE__RETENTION__EVENTS")),
            ("SOURCE__ADYEN__MAX_BODY", Some("PAYHOOK__SOURCE__ADYEN__MAX_BODY")),
            ("SERVER_PORT", None),
            ("SERVER_PUBLICLY", None),
            ("SERVICE_HOST", None),
            ("PORT_8080_TCP", None),
            ("_SERVER__PUBLIC", None),
            ("TOKEN", None),
            ("STORE_STATEMENTS", None),
        ] {
            assert_eq!(meant(typed).as_deref(), said, "{typed}");
        }
    }
}
