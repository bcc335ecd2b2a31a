//! What a person does with a notification: have it sent now, or never.

use crate::book::{Act, BookError, Message, State};

/// Sends a notification now, whatever became of it before: when its turn comes in its lane, if it is behind others.
/// Nothing when there is no such notification.
pub(crate) fn retry(act: &Act<'_>, id: i64) -> Result<Option<Message>, BookError> {
    let Some(message) = act.message(id)? else { return Ok(None) };
    act.settle(id, State::Waiting, act.now, message.tries)?;
    act.message(id)
}

/// Sends all that wait for an endpoint now, one after the other; how many wait.
pub(crate) fn retry_all(act: &Act<'_>, endpoint: &str) -> Result<usize, BookError> {
    act.hurry(endpoint)
}

/// Gives up a notification that waits; what is behind it goes on. Nothing when there is no such notification.
pub(crate) fn ignore(act: &Act<'_>, id: i64) -> Result<Option<Message>, BookError> {
    let Some(message) = act.message(id)? else { return Ok(None) };
    if message.state == State::Waiting {
        act.settle(id, State::Ignored, act.now, message.tries)?;
    }
    act.message(id)
}
