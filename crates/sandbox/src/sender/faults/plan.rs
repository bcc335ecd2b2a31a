//! The faults of a story, kept in the book, laid on whatever is queued for it.
//!
//! A story goes on over days, by timers; so its faults are kept with its name, and every act that queues something for it
//! lays them on before it is committed.

use serde::{Deserialize, Serialize};

use super::{Fault, weather};
use crate::book::{Act, BookError, Document};

/// Which faults a story has, and how far they have come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) story: String,
    pub(super) faults: Vec<Fault>,
    /// What waits to be overtaken.
    pub(super) held: Option<i64>,
    /// Whether the burst was.
    pub(super) burst: bool,
    /// Of the weather: how many notifications have come into it.
    #[serde(default)]
    pub(super) seen: u64,
}

impl Document for Plan {
    const KIND: &'static str = "faults";

    fn id(&self) -> &str {
        &self.story
    }

    fn owner(&self) -> &str {
        ""
    }
}

impl Plan {
    /// The plan of a story that begins.
    pub(super) fn new(story: &str, faults: Vec<Fault>) -> Self {
        Self { story: story.to_owned(), faults, held: None, burst: false, seen: 0 }
    }

    pub(super) fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }
}

/// Begins a story: from here on this act tells it, and so does whatever it lets happen later.
pub(crate) fn begin(act: &Act<'_>, story: &str, faults: &[Fault]) -> Result<(), BookError> {
    let mut faults = faults.to_vec();
    faults.sort_unstable();
    faults.dedup();
    act.keep(&Plan::new(story, faults))?;
    act.tells(story);
    Ok(())
}

/// Lays the faults of the act's story on what the act has queued for it. What was treated already is left as it is.
pub(crate) fn lay_on(act: &Act<'_>) -> Result<(), BookError> {
    let posted = act.take_posted();
    if act.story().is_empty() {
        return weather::lay_on(act, posted);
    }
    if posted.is_empty() {
        return Ok(());
    }
    let Some(mut plan) = act.find::<Plan>(&act.story())? else { return Ok(()) };
    for id in posted {
        if let Some(message) = act.message(id)?
            && message.draft.content.fault.is_none()
        {
            plan.lay_on(act, message)?;
        }
    }
    act.keep(&plan)
}
