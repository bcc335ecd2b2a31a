//! The weather: what goes wrong with notifications that belong to no story, one here and one there.

use std::time::Duration;

use super::plan::Plan;
use crate::book::{Act, BookError, Message};

/// What the names of its plans begin with. No story is called so: theirs have numbers.
const WEATHER: &str = "weather";
/// Of so many of a provider's in a row, one meets it.
const ONE_IN: u64 = 3;
/// How long one waits to be overtaken. Somebody is waiting for it.
pub(super) const HOLD_MAX: Duration = Duration::from_secs(20);

/// Lays faults on what was queued.
pub(super) fn lay_on(act: &Act<'_>, posted: Vec<i64>) -> Result<(), BookError> {
    if act.weather().is_empty() {
        return Ok(());
    }
    for id in posted {
        if let Some(message) = act.message(id)?
            && message.draft.content.fault.is_none()
        {
            meet(act, message)?;
        }
    }
    Ok(())
}

/// Which of each three meets it, the seed draws. The faults take turns, and each provider has turns of its own: another
/// account's is told apart by its name at one, and by its key at another, so that a short while has to see both.
fn meet(act: &Act<'_>, message: Message) -> Result<(), BookError> {
    let name = format!("{WEATHER} {}", message.draft.provider);
    let mut plan = act.find::<Plan>(&name)?.unwrap_or_else(|| Plan::new(&name, Vec::new()));
    let (round, place) = (plan.seen / ONE_IN, plan.seen % ONE_IN);
    plan.seen += 1;
    if act.chance_aside(&format!("{name} {round}")).below(ONE_IN) == place {
        let turn = usize::try_from(round).unwrap_or(0) % act.weather().len();
        plan.faults = vec![act.weather()[turn]];
        plan.lay_on(act, message)?;
    }
    act.keep(&plan)
}

/// Whether a plan of this name is the weather's.
pub(super) fn has(plan: &str) -> bool {
    plan.starts_with(WEATHER)
}
