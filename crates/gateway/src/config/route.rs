//! `[[route]]`: which events go to which destinations.

pub(super) mod hold;
mod when;

use std::time::Duration;

use payhook_domain::kind::Kind;
use payhook_domain::route::Pattern;
use payhook_provider::CodeRow;

use super::destination::{Destination, lane};
use super::source::Source;
use super::typed::section::Section;
use super::words::mistakes::{Findings, Place};
use super::words::names;
use super::words::nearest::{nearest, suggestion};
use crate::routing::When;

/// Which events go where.
#[derive(Clone, Debug)]
pub struct Route {
    /// Its name: as typed, or its place in the file, `1`.
    pub name: String,
    /// Positions in `Resolved::sources` of the sources it looks at; never empty.
    pub sources: Vec<usize>,
    /// Patterns of which one must fit; never empty.
    pub events: Vec<Pattern>,
    /// A condition on the event; absent when there is none.
    pub when: Option<When>,
    /// What becomes of events that a later one overtook.
    pub when_stale: WhenStale,
    /// How long bad news waits for better news; only on routes that take nothing else.
    pub hold: Option<Duration>,
    /// Positions in `Resolved::destinations` of where it leads; never empty.
    pub to: Vec<usize>,
}

impl Route {
    /// One that leads to a destination a program brings, without conditions.
    pub(crate) fn plainly(name: &str, sources: Vec<usize>, events: Vec<Pattern>, to: usize) -> Self {
        let name = name.to_owned();
        Self { name, sources, events, when: None, when_stale: WhenStale::default(), hold: None, to: vec![to] }
    }
}

/// What becomes of an event that a later one of the same payment overtook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenStale {
    /// It is delivered, marked as stale.
    #[default]
    Deliver,
    /// It is not delivered.
    Skip,
}

impl WhenStale {
    const ALL: [Self; 2] = [Self::Deliver, Self::Skip];

    /// The word in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deliver => "deliver",
            Self::Skip => "skip",
        }
    }
}

/// What a route may name: what was typed elsewhere, and what of that could be resolved.
pub(super) struct Known<'k> {
    pub(super) source_names: Vec<&'k str>,
    pub(super) destination_names: Vec<&'k str>,
    pub(super) sources: &'k [Source],
    pub(super) destinations: &'k [Destination],
}

/// Reads every route.
pub(super) fn read_all(sections: &[Section<'_>], known: &Known<'_>, findings: &mut Findings) -> Vec<Route> {
    sections.iter().enumerate().map(|(index, section)| read(section, index, known, findings)).collect()
}

fn read(section: &Section<'_>, index: usize, known: &Known<'_>, findings: &mut Findings) -> Route {
    let name = names::read_or(section, (index + 1).to_string(), findings);
    let sources = if section.has("sources") {
        let names = known.sources.iter().map(|source| source.name.as_str()).collect::<Vec<_>>();
        positions(section, "sources", &known.source_names, &names, findings)
    } else {
        (0..known.sources.len()).collect()
    };
    let names = known.destinations.iter().map(|destination| destination.name.as_str()).collect::<Vec<_>>();
    let to = positions(section, "to", &known.destination_names, &names, findings);
    if !section.has("to") {
        let what = format!("{} leads nowhere: it has no `to`", section.title);
        findings.mistake(&section.place, what, "name a destination: to = [\"shop\"]");
    }
    let codes: Vec<CodeRow> =
        sources.iter().flat_map(|source| known.sources[*source].provider.codes()).copied().collect();
    let events = patterns(section, &codes, findings);
    let when_stale = WhenStale::ALL.map(|when_stale| (when_stale.as_str(), when_stale));
    let when_stale = lane::word(section, "when_stale", &when_stale, findings);
    let hold = hold::read(section, &events, &codes, findings);
    let events = events.into_iter().map(|(pattern, _)| pattern).collect();
    let when = when::read(section, &when::Asked { known, codes: &codes }, findings);
    Route { name, sources, events, when, when_stale, hold, to }
}

/// Where the named things stand among `resolved`; a name that was typed nowhere is a mistake. One that was typed but
/// could not be resolved is passed over, since its own mistake is noted.
fn positions(
    section: &Section<'_>,
    key: &str,
    typed: &[&str],
    resolved: &[&str],
    findings: &mut Findings,
) -> Vec<usize> {
    let mut found = Vec::new();
    if section.is_list(key) && section.items(key).is_empty() {
        let what = format!("`{key}` of {} is empty", section.title);
        findings.mistake(&section.place_of(key), what, suggestion("", typed.iter().copied()));
    }
    let thing = if key == "to" { "destination" } else { "source" };
    for (name, place) in section.texts(key, findings) {
        if !typed.contains(&name) {
            let what = format!("{} names an unknown {thing} `{name}`", section.title);
            findings.mistake(&place, what, suggestion(name, typed.iter().copied()));
        } else if let Some(position) = resolved.iter().position(|other| *other == name)
            && !found.contains(&position)
        {
            found.push(position);
        }
    }
    found
}

fn patterns(section: &Section<'_>, codes: &[CodeRow], findings: &mut Findings) -> Vec<(Pattern, Place)> {
    if !section.has("events") {
        return vec![(Pattern::new("*").expect("one character is a pattern"), section.place.clone())];
    }
    if section.is_list("events") && section.items("events").is_empty() {
        let what = format!("`events` of {} is empty: it would match nothing", section.title);
        findings.mistake(&section.place_of("events"), what, "remove it to match everything");
    }
    let codes: Vec<&str> = codes.iter().map(|row| row.code).collect();
    let mut patterns = Vec::new();
    for (text, place) in section.texts("events", findings) {
        let Some(pattern) = Pattern::new(text) else {
            let what = format!("`events` of {} has a pattern over {} bytes", section.title, Pattern::LEN_MAX);
            findings.mistake(&place, what, "use `*` for any run of characters");
            continue;
        };
        if !pattern.can_match(codes.iter().copied()) {
            let words = Kind::ALL.iter().map(|kind| kind.as_str()).chain(codes.iter().copied());
            let hint = nearest(text, words).map_or_else(
                || "it stays, for codes newer than this release".to_owned(),
                |word| format!("did you mean `{word}`?"),
            );
            findings.warning(&place, format!("`{text}` in {} fits no kind and no known code", section.title), hint);
        }
        patterns.push((pattern, place));
    }
    patterns
}
