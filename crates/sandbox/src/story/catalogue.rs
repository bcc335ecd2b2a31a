//! Every story there is.

use super::scene::Scene;
use super::{adyen, banked};

/// A story.
#[derive(Debug)]
pub struct Story {
    /// What it is asked for by: `refused-then-paid`.
    pub name: &'static str,
    /// At which provider it happens.
    pub provider: &'static str,
    /// What happens, in one sentence.
    pub about: &'static str,
    pub(super) scenes: &'static [Scene],
}

/// All of them, in the order in which they are listed.
pub fn stories() -> impl Iterator<Item = &'static Story> {
    adyen::STORIES.iter().chain(banked::STORIES)
}

/// The story of this name.
#[must_use]
pub fn story(name: &str) -> Option<&'static Story> {
    stories().find(|story| story.name == name)
}

#[cfg(test)]
mod tests {
    use payhook_provider::{by_name, sample};

    use super::*;

    #[test]
    fn every_story_has_a_name_that_no_other_and_no_event_has() {
        for (place, one) in stories().enumerate() {
            assert!(stories().skip(place + 1).all(|other| other.name != one.name), "{} is told twice", one.name);
            let provider = by_name(one.provider).expect("a provider");
            let event = sample::samples(one.provider).iter().any(|sample| sample.name == one.name)
                || provider.codes().iter().any(|row| row.code == one.name);
            assert!(!event, "{} is an event, too", one.name);
        }
    }
}
