//! `[[scheme]]`: a provider that the user declares.

use std::collections::BTreeMap;

use payhook_provider::{Provider, declared};
use serde_json::{Map, Value as Json};

use crate::config::typed::section::Section;
use crate::config::typed::tree::{Node, Value};
use crate::config::words::mistakes::Findings;
use crate::config::words::names;

/// The providers a source can name: those of this release, and those declared here.
#[derive(Default)]
pub(in crate::config) struct Providers {
    declared: BTreeMap<String, Option<&'static dyn Provider>>,
}

impl Providers {
    /// Reads every scheme. One with a mistake keeps its name, so that a source of it is not told to be of an unknown one.
    pub(in crate::config) fn read(sections: &[Section<'_>], findings: &mut Findings) -> Self {
        names::check_unique(sections, findings);
        let mut declared = BTreeMap::new();
        for section in sections {
            if let Some((name, _)) = section.required("name", "name = \"acme-pay\"", findings) {
                declared.insert(name.to_owned(), read(section, name, findings));
            }
        }
        Self { declared }
    }

    /// The names a source may write.
    pub(in crate::config) fn names(&self) -> Vec<&str> {
        payhook_provider::all()
            .map(|provider| provider.name())
            .chain(self.declared.keys().map(String::as_str))
            .collect()
    }

    /// The provider with this name; `Some(None)` where its scheme has a mistake.
    pub(in crate::config) fn get(&self, name: &str) -> Option<Option<&'static dyn Provider>> {
        payhook_provider::by_name(name).map(Some).or_else(|| self.declared.get(name).copied())
    }
}

fn read(section: &Section<'_>, name: &str, findings: &mut Findings) -> Option<&'static dyn Provider> {
    let scheme = section.entries().filter(|(key, _)| *key != "name");
    let scheme: Map<String, Json> = scheme.map(|(key, node)| (key.to_owned(), json(node))).collect();
    let mistaken = |mistake: declared::SchemeMistake| {
        let hint = match mistake {
            declared::SchemeMistake::Taken(_) => "its events stay the same where `event.id` points at the same field",
            _ => "docs/reference/schemes.md explains every word, and leads to the schemes of this release as examples",
        };
        findings.mistake(&section.place, format!("{}: {mistake}", section.title), hint);
    };
    declared::of_user(name, Json::Object(scheme)).map_err(mistaken).ok()
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Text(text) => Json::from(text.as_str()),
        Value::Integer(number) => Json::from(*number),
        Value::Float(number) => Json::from(*number),
        Value::Flag(flag) => Json::from(*flag),
        Value::Date(text) => Json::from(text.as_str()),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Table(table) => table.iter().map(|(key, node)| (key.clone(), json(node))).collect(),
        Value::Missing => Json::Null,
    }
}
