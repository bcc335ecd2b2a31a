//! What is told in a round: events about one payment, or a story.

use std::cell::RefCell;

use anyhow::Context;
use payhook_domain::time::Timestamp;
use payhook_provider::{Provider, sample};
use payhook_sandbox::{Line, Story, script};
use serde_json::Value;

use super::plan::Step;

/// What every round tells, each about another payment.
pub(super) enum Script<'t> {
    /// These, by a sample's name or the provider's code, and the moment they happen at.
    Events(&'t [String], Timestamp),
    /// A whole story.
    Story(Told),
}

/// The moment of a story that is known.
#[derive(Clone, Copy)]
pub(super) enum When {
    /// It begins then.
    Begins(Timestamp),
    /// Its last notification is of then, and none is dated later.
    Ends(Timestamp),
}

/// A story, and the round of it that was asked for last: the next step is of the same, most likely.
pub(super) struct Told {
    story: &'static Story,
    when: When,
    last: RefCell<Option<(u64, Vec<Line>)>>,
}

impl Script<'_> {
    /// A story to be told.
    pub(super) fn story(story: &'static Story, when: When) -> Self {
        Self::Story(Told { story, when, last: RefCell::default() })
    }

    /// How many notifications make a round. Of a story every seed tells as many.
    pub(super) fn length(&self, seed: u64) -> anyhow::Result<usize> {
        match self {
            Self::Events(events, _) => Ok(events.len()),
            Self::Story(told) => told.with_round(seed, <[Line]>::len),
        }
    }

    /// One notification, composed: what it is called, and what it says.
    pub(super) fn line(&self, provider: &dyn Provider, step: Step) -> anyhow::Result<(String, Value)> {
        match self {
            Self::Events(events, at) => {
                let (provider, event) = (provider.name(), &events[step.event]);
                let composed = sample::compose(provider, event, step.seed, *at);
                Ok((event.clone(), composed.with_context(|| format!("{provider} has no event `{event}`"))?))
            }
            Self::Story(told) => {
                let line = told.with_round(step.seed, |lines| lines.get(step.event).cloned())?;
                let line = line.with_context(|| format!("`{}` tells less by this seed", told.story.name))?;
                Ok((line.event, line.value))
            }
        }
    }
}

impl Told {
    fn round(&self, seed: u64) -> anyhow::Result<Vec<Line>> {
        let begun = |at| script(self.story, seed, at);
        match self.when {
            When::Begins(at) => Ok(begun(at)?),
            When::Ends(at) => {
                // The seed decides how long everything takes, whenever it begins.
                let last = begun(at)?.iter().map(|line| line.at).max().unwrap_or(at);
                Ok(begun(at.minus(last.since(at)))?)
            }
        }
    }

    fn with_round<T>(&self, seed: u64, look: impl FnOnce(&[Line]) -> T) -> anyhow::Result<T> {
        let mut last = self.last.borrow_mut();
        let lines = match last.take() {
            Some((told, lines)) if told == seed => lines,
            _ => self.round(seed)?,
        };
        let seen = look(&lines);
        *last = Some((seed, lines));
        Ok(seen)
    }
}
