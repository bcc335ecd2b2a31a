//! Begins a telling.

use std::time::Duration;

use super::run::Run;
use super::{Due, Story, stories, story};
use crate::book::{Act, BookError};
use crate::sender::Fault;
use crate::sender::faults;

/// How many letters tell one telling from another.
const LETTERS: usize = 8;

/// What is to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The story's name.
    pub story: String,
    /// What decides amounts, cards and waits; nothing chooses one.
    pub seed: Option<u64>,
    /// What goes wrong on the way.
    pub faults: Vec<Fault>,
    /// Adyen's merchant account; nothing means the sandbox's first.
    pub merchant_account: Option<String>,
}

/// What has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The telling's id.
    pub run: String,
    /// The merchant's references of what is paid in it.
    pub references: Vec<String>,
}

/// Why nothing has begun.
#[derive(Debug, thiserror::Error)]
pub enum TellError {
    /// No story has this name.
    #[error("there is no story {0:?}; there are {names}", names = names())]
    NoSuchStory(String),
    /// It is none of the sandbox's merchant accounts.
    #[error("there is no merchant account {0:?}; there are {1}")]
    NoSuchAccount(String, String),
    /// The book could not be written.
    #[error(transparent)]
    Book(#[from] BookError),
}

fn names() -> String {
    stories().map(|story| story.name).collect::<Vec<_>>().join(", ")
}

/// Begins to tell a story. Its scenes follow by themselves, each at its time.
pub(crate) fn tell(act: &Act<'_>, wanted: Wanted) -> Result<Begun, TellError> {
    let told = story(&wanted.story).ok_or(TellError::NoSuchStory(wanted.story.clone()))?;
    let run = begin(act, told, wanted)?;
    faults::begin(act, &run.id, &run.faults)?;
    act.keep(&run)?;
    Due::Scene { run: run.id.clone() }.later(act, Duration::ZERO)?;
    Ok(Begun { references: vec![run.reference], run: run.id })
}

fn begin(act: &Act<'_>, story: &Story, wanted: Wanted) -> Result<Run, TellError> {
    let seed = match wanted.seed {
        Some(seed) => seed,
        // Short enough to be typed again.
        None => act.chance()?.below(1_000_000),
    };
    let letters = act.chance()?.letters(LETTERS);
    // Banked's references have eighteen characters, and no hyphen.
    let reference =
        if story.provider == "banked" { format!("Story {letters}") } else { format!("{}-{letters}", story.name) };
    Ok(Run {
        id: format!("run-{letters}"),
        story: story.name.to_owned(),
        seed,
        faults: wanted.faults,
        merchant_account: account(act, wanted.merchant_account)?,
        reference,
        payments: Vec::new(),
        report: None,
        began: act.now.as_micros(),
        scenes: 0,
        end: None,
    })
}

fn account(act: &Act<'_>, wanted: Option<String>) -> Result<String, TellError> {
    let accounts = act.accounts();
    match wanted {
        Some(account) if accounts.has_merchant(&account) => Ok(account),
        Some(account) => Err(TellError::NoSuchAccount(account, accounts.merchants.join(", "))),
        None => Ok(accounts.merchants.first().cloned().unwrap_or_default()),
    }
}
