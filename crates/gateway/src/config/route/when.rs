//! `when` of a route, and the names in it: a source or a provider that there is not would make it false for every event.

use payhook_provider::CodeRow;

use super::Known;
use crate::config::typed::section::Section;
use crate::config::words::mistakes::{Findings, Place};
use crate::config::words::nearest::{nearest, suggestion};
use crate::plan::Own;
use crate::routing::{When, Wrong};

/// Whom a condition can be asked about.
pub(super) struct Asked<'a> {
    pub(super) known: &'a Known<'a>,
    /// The codes of the route's sources.
    pub(super) codes: &'a [CodeRow],
}

pub(super) fn read(section: &Section<'_>, asked: &Asked<'_>, findings: &mut Findings) -> Option<When> {
    let (text, place) = section.text("when")?;
    let wrong = |Wrong { what, hint }| findings.mistake(&place, format!("`when` of {} {what}", section.title), hint);
    let when = When::compile(text).map_err(wrong).ok()?;
    names(&when, section, &place, asked, findings);
    if let Some(why) = when.doubt() {
        let what = format!(
            "`when` of {} can be said of no event ({why}), which counts as true: it takes them all",
            section.title
        );
        findings.warning(
            &place,
            what,
            "compare texts with texts and numbers with numbers; `payhook routes test` shows what it says",
        );
    }
    Some(when)
}

/// Sources and providers that are not configured are mistakes, as they are in `sources`. Codes may be newer than this release: one
/// is doubted when it is nearly another.
fn names(when: &When, section: &Section<'_>, place: &Place, asked: &Asked<'_>, findings: &mut Findings) {
    let known = asked.known;
    let providers: Vec<&str> = known.sources.iter().map(|source| source.provider.name()).collect();
    for (field, names) in [("source", &known.source_names), ("provider", &providers)] {
        let is_unknown = |text: &&str| *text != Own::NAME && !names.contains(text);
        // What could not be resolved has a mistake of its own, and its provider may be meant.
        let is_whole = known.sources.len() == known.source_names.len();
        for text in when.texts(field).filter(is_unknown).filter(|_| is_whole) {
            let what = format!("`when` of {} asks for the {field} `{text}`, which is not configured", section.title);
            findings.mistake(place, what, suggestion(text, names.iter().copied()));
        }
    }
    let codes = || asked.codes.iter().map(|row| row.code);
    for text in when.texts("code").filter(|text| !codes().any(|code| code == *text)) {
        if let Some(near) = nearest(text, codes()) {
            let what = format!("`when` of {} asks for the code `{text}`, which is not known", section.title);
            findings.warning(place, what, format!("did you mean `{near}`?"));
        }
    }
}
