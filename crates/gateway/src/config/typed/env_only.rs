//! Environment-only mode: a configuration from the names the providers' example integrations use, without any file.

use std::sync::Arc;

use url::{Host, Url};

use super::tree::{Node, Table, Value};
use super::variables::Variables;
use crate::config::words::mistakes::{Findings, Place};

/// The variables that each make a source.
const ADYEN_KEY: &str = "ADYEN_HMAC_KEY";
const BANKED_KEY: &str = "BANKED_SIGNATURE_KEY";
const FORWARD_URL: &str = "PAYHOOK_FORWARD_URL";

/// The tree a file would have made of these variables.
pub(in crate::config) fn tree(variables: &Variables, findings: &mut Findings) -> Table {
    let read = Reader { variables };
    let mut root = Table::new();
    root.insert("version".to_owned(), Node { value: Value::Integer(1), place: Place::Environment });
    if let Some(port) = variables.get("PORT") {
        let place = Place::Variable(Arc::from("PORT"));
        if port.trim().parse::<u16>().is_err() {
            findings.mistake(&place, "is not a port", "write a number from 0 to 65535");
        } else {
            let public = Node { value: Value::text(&format!("0.0.0.0:{}", port.trim())), place: place.clone() };
            root.insert("server".to_owned(), table([("public", Some(public))], place));
        }
    }
    let sources: Vec<Node> = [read.adyen(), read.banked()].into_iter().flatten().collect();
    if sources.is_empty() {
        findings.mistake(
            &Place::Environment,
            format!("there is no payhook.toml, and neither {ADYEN_KEY} nor {BANKED_KEY} is set"),
            "set one of them, or write a file with `payhook init`",
        );
    }
    root.insert("source".to_owned(), list(sources));
    if let Some(destination) = read.destination() {
        root.insert("destination".to_owned(), list(vec![destination]));
        let to = list(vec![text("forward", Place::Environment)]);
        let name = text("forward", Place::Environment);
        root.insert(
            "route".to_owned(),
            list(vec![table([("name", Some(name)), ("to", Some(to))], Place::Environment)]),
        );
    }
    root
}

struct Reader<'v> {
    variables: &'v Variables,
}

impl Reader<'_> {
    fn adyen(&self) -> Option<Node> {
        let keys = self.texts(ADYEN_KEY)?;
        let place = keys.place.clone();
        let entries = [
            ("name", Some(text("adyen", place.clone()))),
            ("provider", Some(text("adyen", place.clone()))),
            ("keys", Some(keys)),
            ("merchant_accounts", self.texts("ADYEN_MERCHANT_ACCOUNT")),
            ("environment", self.text("ADYEN_ENVIRONMENT")),
            ("paths", Some(list(vec![text("/api/webhooks/notifications", place.clone())]))),
        ];
        Some(table(entries, place))
    }

    fn banked(&self) -> Option<Node> {
        let keys = self.texts(BANKED_KEY)?;
        let place = keys.place.clone();
        let entries = [
            ("name", Some(text("banked", place.clone()))),
            ("provider", Some(text("banked", place.clone()))),
            ("keys", Some(keys)),
            ("paths", Some(list(vec![text("/webhooks/banked", place.clone())]))),
        ];
        Some(table(entries, place))
    }

    fn destination(&self) -> Option<Node> {
        let url = self.text(FORWARD_URL)?;
        let place = url.place.clone();
        let entries = [
            ("name", Some(text("forward", place.clone()))),
            ("type", Some(text("http", place.clone()))),
            ("allow", self.variables.get(FORWARD_URL).and_then(|url| allowed(url, &place))),
            ("url", Some(url)),
            // Without the variable it is missing from the environment: said where it would be set.
            ("secret", Some(self.text("PAYHOOK_SIGNING_SECRET").unwrap_or_else(|| unset("PAYHOOK_SIGNING_SECRET")))),
        ];
        Some(table(entries, place))
    }

    /// A variable's text.
    fn text(&self, name: &str) -> Option<Node> {
        self.variables.get(name).map(|value| text(value, Place::Variable(Arc::from(name))))
    }

    /// A variable's texts, comma-separated. An empty one is an empty text, which is reported.
    fn texts(&self, name: &str) -> Option<Node> {
        let place = Place::Variable(Arc::from(name));
        let items = self.variables.get(name)?.split(',').map(|item| text(item.trim(), place.clone())).collect();
        Some(Node { value: Value::List(items), place })
    }
}

/// The forward host is the operator's own word, so it may be private: an address alone, a name wherever it leads.
fn allowed(url: &str, place: &Place) -> Option<Node> {
    let item = |range: &str| text(range, place.clone());
    let ranges = match Url::parse(url).ok()?.host()? {
        Host::Ipv4(address) => vec![item(&format!("{address}/32"))],
        Host::Ipv6(address) => vec![item(&format!("{address}/128"))],
        Host::Domain(_) => vec![item("0.0.0.0/0"), item("::/0")],
    };
    Some(Node { value: Value::List(ranges), place: place.clone() })
}

fn unset(name: &str) -> Node {
    text("", Place::Variable(Arc::from(name)))
}

fn text(text: &str, place: Place) -> Node {
    Node { value: Value::text(text), place }
}

fn list(items: Vec<Node>) -> Node {
    Node { value: Value::List(items), place: Place::Environment }
}

fn table<const N: usize>(entries: [(&str, Option<Node>); N], place: Place) -> Node {
    let entries = entries.into_iter().filter_map(|(key, node)| Some((key.to_owned(), node?)));
    Node { value: Value::Table(entries.collect()), place }
}
