//! The next scene of a telling, and its end.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::halt::Halt;
use super::run::{End, Run};
use super::scene::Verb;
use super::{adyen, banked, story};
use crate::book::{Act, BookError};
use crate::clockwork;

/// How long after the last scene a telling is over: every modification is decided by then, and told.
const SETTLES_IN: Duration = Duration::from_secs(2 * 60);

/// Something that happens later in a telling.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Due {
    /// The next scene.
    Scene { run: String },
    /// The end.
    End { run: String },
}

impl Due {
    /// Its moment has come.
    pub(crate) fn happen(self, act: &Act<'_>) -> Result<(), BookError> {
        match self {
            Self::Scene { run } => next(act, &run),
            Self::End { run } => end(act, &run, None),
        }
    }

    /// Lets it happen so much later.
    pub(super) fn later(self, act: &Act<'_>, delay: Duration) -> Result<(), BookError> {
        act.later(delay, &clockwork::Due::Story(self))
    }
}

fn next(act: &Act<'_>, id: &str) -> Result<(), BookError> {
    let Some(mut run) = act.find::<Run>(id)? else { return Ok(()) };
    let Some(story) = story(&run.story) else { return end(act, id, Some("this release has no such story".to_owned())) };
    let Some(scene) = story.scenes.get(run.scenes) else { return end(act, id, None) };
    let played = match scene.verb {
        Verb::Adyen(verb) => adyen::play(act, &mut run, verb),
        Verb::Banked(verb) => banked::play(act, &mut run, verb),
        Verb::Nothing => Ok(()),
    };
    match played {
        Ok(()) => {}
        Err(Halt::Unfit(why)) => return end(act, id, Some(why)),
        Err(Halt::Book(error)) => return Err(error),
    }
    run.scenes += 1;
    act.keep(&run)?;
    match story.scenes.get(run.scenes) {
        Some(scene) => Due::Scene { run: run.id.clone() }.later(act, run.wait(run.scenes, scene.wait)),
        None => Due::End { run: run.id }.later(act, SETTLES_IN),
    }
}

fn end(act: &Act<'_>, id: &str, stopped: Option<String>) -> Result<(), BookError> {
    let Some(run) = act.find::<Run>(id)? else { return Ok(()) };
    act.keep(&Run { end: Some(End { at: act.now.as_micros(), stopped }), ..run })
}
