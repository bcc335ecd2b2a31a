//! What becomes of a notification after a try, and what its webhook shows of it.

use super::endpoint;
use super::faults::Fault;
use super::ladder::{Verdict, verdict};
use super::treatment::Treatment;
use crate::book::{Act, Attempt, BookError, Content, Draft, Message, State};

/// Writes down a try, and where the message stands after it.
pub(super) fn settle(act: &Act<'_>, message: &Message, attempt: &Attempt) -> Result<(), BookError> {
    let tries = message.tries + 1;
    let treatment = message.treatment();
    let (state, due) = match verdict(&message.draft.provider, attempt.status, tries, message.queued, act.now) {
        Verdict::Accepted => (State::Accepted, act.now),
        Verdict::Again(wait) if !treatment.once => (State::Waiting, act.after(wait)),
        Verdict::Again(_) | Verdict::GivenUp => (State::GivenUp, act.now),
    };
    act.tried(message.id, tries, attempt)?;
    // A person may have ignored it meanwhile.
    let waits = act.message(message.id)?.is_some_and(|message| message.state == State::Waiting);
    if waits || state == State::Accepted {
        act.settle(message.id, state, due, tries)?;
    }
    // What a fault added says nothing about the endpoint: it may well refuse it.
    if !treatment.once {
        endpoint::report(act, message, state == State::Accepted)?;
    }
    if treatment.again && state == State::Accepted {
        repeat(act, message, treatment)?;
    }
    Ok(())
}

/// Sends what was accepted once more, as a provider does that did not hear the answer.
fn repeat(act: &Act<'_>, message: &Message, treatment: Treatment) -> Result<(), BookError> {
    act.tells(&message.story);
    let once = Treatment { signed_by: treatment.signed_by, ..Treatment::once(Fault::Duplicate) };
    let plain = &message.draft;
    act.post(&Draft {
        lane: format!("{} duplicate {}", plain.endpoint, message.id),
        content: Content { fault: Some(once), ..plain.content.clone() },
        due: act.now,
        ..plain.clone()
    })?;
    Ok(())
}
