//! The weather: what goes wrong with notifications that belong to no story, one here and one there.

use std::time::Duration;

use super::plan::Plan;
use crate::book::{Act, BookError};

/// The name its plan is kept under. No story is called so: theirs have numbers.
pub(super) const WEATHER: &str = "weather";
/// One notification in so many meets it.
const ONE_IN: u64 = 3;
/// How long one waits to be overtaken. Somebody is waiting for it.
pub(super) const HOLD_MAX: Duration = Duration::from_secs(20);

/// Lays a fault on one in three of what was queued, drawn by the seed. The faults take turns, so that a short while has seen
/// each of them.
pub(super) fn lay_on(act: &Act<'_>, posted: Vec<i64>) -> Result<(), BookError> {
    let weather = act.weather();
    if weather.is_empty() || posted.is_empty() {
        return Ok(());
    }
    let mut plan = act.find::<Plan>(WEATHER)?.unwrap_or_else(|| Plan::new(WEATHER, Vec::new()));
    for id in posted {
        let mut chance = act.chance_aside(&format!("weather {id}"));
        if chance.below(ONE_IN) > 0 {
            continue;
        }
        if let Some(message) = act.message(id)?
            && message.draft.content.fault.is_none()
        {
            plan.faults = vec![weather[plan.turn % weather.len()]];
            plan.turn = plan.turn.wrapping_add(1);
            plan.lay_on(act, message)?;
        }
    }
    act.keep(&plan)
}
