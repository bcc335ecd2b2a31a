//! `retention` of the store and of sources: how long what was received is kept.

use std::fmt;
use std::time::Duration;

use crate::config::typed::section::Section;
use crate::config::words::mistakes::Findings;
use crate::config::words::units;

/// How long each kind is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// The bytes of notifications.
    pub bodies: Age,
    /// Attempts.
    pub attempts: Age,
    /// Events with their deliveries.
    pub events: Age,
    /// Payments, behind their last event.
    pub payments: Age,
}

/// How old something may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// It goes when it is older.
    Until(Duration),
    /// It stays for ever.
    Never,
}

impl Age {
    const fn days(days: u64) -> Self {
        Self::Until(Duration::from_secs(days * 24 * 60 * 60))
    }

    /// The longer of the two.
    pub(crate) fn longer(self, other: Self) -> Self {
        match (self, other) {
            (Self::Until(one), Self::Until(other)) => Self::Until(one.max(other)),
            _ => Self::Never,
        }
    }

    fn is_longer_than(self, other: Self) -> bool {
        self != other && self.longer(other) == self
    }
}

/// In days, as far as they are whole.
impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::Until(age) => write!(f, "{}d", age.as_secs() / (24 * 60 * 60)),
        }
    }
}

/// 90 days of bytes and attempts, 25 months of events and payments: two years and the time it takes to close them.
impl Default for Retention {
    fn default() -> Self {
        let (short, long) = (Age::days(90), Age::days(25 * units::MONTH_DAYS));
        Self { bodies: short, attempts: short, events: long, payments: long }
    }
}

const HINT: &str = "write a whole number and d, months or years, or never: \"90d\", \"25 months\"";

/// Reads the key of the store.
pub(in crate::config) fn read(section: &Section<'_>, findings: &mut Findings) -> Retention {
    read_beside(section, Retention::default(), findings)
}

/// Reads the key of a source, where it has one. What it says nothing of is as the store has it.
pub(in crate::config) fn read_own(
    section: &Section<'_>,
    store: Retention,
    findings: &mut Findings,
) -> Option<Retention> {
    section.has("retention").then(|| read_beside(section, store, findings))
}

/// One text is for bytes and attempts. Where nothing is said of events and payments they are kept as usual, or as long as
/// what is longer.
fn read_beside(section: &Section<'_>, usual: Retention, findings: &mut Findings) -> Retention {
    if section.text("retention").is_some() {
        let age = age(section, "retention", findings).unwrap_or(usual.bodies);
        let events = usual.events.longer(age);
        return Retention { bodies: age, attempts: age, events, payments: usual.payments.longer(events) };
    }
    let Some(table) = section.table_if("retention") else { return usual };
    let mut one = |key, usual| age(&table, key, findings).unwrap_or(usual);
    let (bodies, attempts) = (one("bodies", usual.bodies), one("attempts", usual.attempts));
    let events = one("events", usual.events.longer(bodies).longer(attempts));
    let payments = one("payments", usual.payments.longer(events));
    let retention = Retention { bodies, attempts, events, payments };
    for (key, kept) in [("bodies", retention.bodies), ("attempts", retention.attempts)] {
        if kept.is_longer_than(retention.events) {
            let what = format!("`{key}` of {} are kept longer than `events`, and go with them", table.title);
            findings.mistake(&table.place_of(key), what, "keep events at least as long");
        }
    }
    if retention.events.is_longer_than(retention.payments) {
        let what = format!("`events` of {} are kept longer than `payments`", table.title);
        findings.mistake(
            &table.place_of("payments"),
            what,
            "a payment stays as long as any of its events; keep it as long",
        );
    }
    retention
}

fn age(section: &Section<'_>, key: &str, findings: &mut Findings) -> Option<Age> {
    let (text, place) = section.text(key)?;
    if text.trim() == "never" {
        return Some(Age::Never);
    }
    match units::age(text) {
        Ok(age) if age.is_zero() => {
            findings.mistake(&place, format!("`{key}` of {} is nothing at all", section.title), HINT);
            None
        }
        Ok(age) => Some(Age::Until(age)),
        Err(error) => {
            findings.mistake(&place, format!("`{key}` of {} {}", section.title, error.what()), HINT);
            None
        }
    }
}
