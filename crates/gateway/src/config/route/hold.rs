//! `hold`: how long bad news waits for better news, and whether a route may ask for it.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;

use payhook_domain::kind::Kind;
use payhook_domain::route::Pattern;
use payhook_provider::CodeRow;

use crate::config::typed::section::Section;
use crate::config::words::mistakes::{Findings, Place};

/// A day: later than that, better news is another story.
const HOLD_RANGE: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(86_400);
const EVENTS_HINT: &str = "events = [\"payment.refused\", \"payment.failed\", \"payment.abandoned\"]";

/// Reads the key. Money that moved is never held: each pattern may fit only kinds that better news can overtake.
pub(in crate::config) fn read(
    section: &Section<'_>,
    patterns: &[(Pattern, Place)],
    codes: &[CodeRow],
    findings: &mut Findings,
) -> Option<Duration> {
    let (hold, place) = section.duration("hold", findings)?;
    if !HOLD_RANGE.contains(&hold) {
        let what = format!("`hold` of {} is not between 1s and 24h", section.title);
        findings.mistake(&place, what, "write \"10m\", or remove it");
    }
    if !section.has("events") {
        let what = format!("{} holds every event, and only bad news may be held", section.title);
        findings.mistake(&place, what, format!("add {EVENTS_HINT}"));
    }
    for (pattern, place) in patterns.iter().filter(|_| section.has("events")) {
        let fitting = fitting(pattern, codes);
        let text = pattern.as_str();
        if let Some(kind) = fitting.iter().find(|kind| !is_held(kind)) {
            let what = format!("{} holds, but `{text}` also fits {kind}, which is never held", section.title);
            findings.mistake(place, what, format!("give held events a route of their own: {EVENTS_HINT}"));
        } else if fitting.is_empty() {
            let what = format!("{} holds, but `{text}` fits nothing that is known to be bad news", section.title);
            findings.mistake(place, what, format!("write {EVENTS_HINT}"));
        }
    }
    Some(hold)
}

fn is_held(kind: &str) -> bool {
    Kind::parse(kind).is_some_and(Kind::can_be_held)
}

/// The words of the kinds an event may have that the pattern fits, by its kind or by its code.
fn fitting(pattern: &Pattern, codes: &[CodeRow]) -> BTreeSet<&'static str> {
    // Only a pattern that names alerts takes them.
    let takes_alerts = pattern.as_str().starts_with("alert.");
    let by_kind = Kind::ALL.iter().copied().filter(|kind| pattern.fits(kind.as_str()));
    let by_kind = by_kind.filter(|kind| takes_alerts || !kind.as_str().starts_with("alert."));
    let by_code = codes.iter().filter(|row| pattern.fits(row.code)).flat_map(|row| [row.kind, row.kind_failed]);
    by_kind.chain(by_code).map(Kind::as_str).collect()
}
