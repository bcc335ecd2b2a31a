//! How deliveries of one payment follow each other to one destination: `order` and `on_dead`.

use crate::config::typed::section::Section;
use crate::config::words::mistakes::Findings;
use crate::config::words::nearest::suggestion;

/// Whether events of one payment wait for each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The next begins when the one before is settled for good.
    #[default]
    Payment,
    /// Each goes by itself.
    None,
}

/// What follows a dead letter of the same payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDead {
    /// The next goes on, and says which it missed.
    #[default]
    Continue,
    /// The next waits for a person.
    Stop,
}

impl Order {
    const ALL: [Self; 2] = [Self::Payment, Self::None];

    /// The word in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::None => "none",
        }
    }
}

impl OnDead {
    const ALL: [Self; 2] = [Self::Continue, Self::Stop];

    /// The word in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Stop => "stop",
        }
    }
}

/// Reads both; `on_dead = "stop"` needs an order to stop.
pub(in crate::config) fn read(section: &Section<'_>, findings: &mut Findings) -> (Order, OnDead) {
    let order = word(section, "order", &Order::ALL.map(|order| (order.as_str(), order)), findings);
    let on_dead = word(section, "on_dead", &OnDead::ALL.map(|on_dead| (on_dead.as_str(), on_dead)), findings);
    if order == Order::None && on_dead == OnDead::Stop {
        let what = format!("`on_dead` of {} is \"stop\", but with order = \"none\" nothing waits", section.title);
        findings.mistake(&section.place_of("on_dead"), what, "remove one of the two");
    }
    (order, on_dead)
}

/// One of a few words, or the default.
pub(in crate::config) fn word<T: Copy + Default>(
    section: &Section<'_>,
    key: &str,
    words: &[(&'static str, T)],
    findings: &mut Findings,
) -> T {
    let Some((typed, place)) = section.text(key) else { return T::default() };
    if let Some((_, meant)) = words.iter().find(|(word, _)| *word == typed) {
        return *meant;
    }
    let what = format!("`{key}` of {} is an unknown word", section.title);
    findings.mistake(&place, what, suggestion(typed, words.iter().map(|(word, _)| *word)));
    T::default()
}
