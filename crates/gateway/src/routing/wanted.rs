//! Which destinations want an event: every destination of every fitting route, each once, however many routes fit.

use std::time::Duration;

use payhook_domain::event::Event;
use payhook_store::Wanted;

use super::failed::WhenFailed;
use super::fits;
use super::subject::Subject;
use super::when::Held;
use crate::config::WhenStale;
use crate::plan::{Own, Plan, Route, Source};

/// Who wants an event.
#[derive(Debug, Default)]
pub(crate) struct Routed {
    /// Each destination once.
    pub(crate) wanted: Vec<Wanted>,
    /// Conditions that failed on it, and so count as fitting.
    pub(crate) failed: Vec<WhenFailed>,
}

/// Who wants `event` of `source`, which stands in `body`.
pub(crate) fn wanted(plan: &Plan, source: &Source, event: &Event, body: &[u8]) -> Routed {
    wanted_through(plan, source, event, body, |_| true)
}

/// Who wants it by those routes that `counts` names.
pub(crate) fn wanted_through(
    plan: &Plan,
    source: &Source,
    event: &Event,
    body: &[u8],
    counts: impl Fn(&Route) -> bool,
) -> Routed {
    let subject = Subject::new(&source.settings.name, source.settings.provider.name(), event, body);
    let mut routed = Routed::default();
    let mut take = |position: usize| {
        let route = &plan.routes[position];
        if !route.sources.contains(&source.id) || !counts(route) {
            return;
        }
        match says(route, &subject) {
            Held::No => return,
            Held::Yes => {}
            Held::Failed(why) => routed.failed.push(WhenFailed { route: position, event: event.id, why }),
        }
        want(&mut routed.wanted, plan, route, event);
    };
    match plan.fits.known(event.kind, &event.code) {
        Some(known) => known.iter().copied().for_each(&mut take),
        None => {
            let patterns = plan.routes.iter().map(|route| route.events.as_slice());
            fits::fitting(event.kind, &event.code, patterns).for_each(&mut take);
        }
    }
    routed
}

/// Who wants one of payhook's own alerts by those routes that `counts` names: the destinations of routes with a pattern for
/// alerts, whatever their sources. `*` alone is none.
pub(crate) fn wanted_alert(plan: &Plan, event: &Event, body: &[u8], counts: impl Fn(&Route) -> bool) -> Vec<Wanted> {
    let subject = Subject::new(Own::NAME, Own::NAME, event, body);
    let mut wanted = Vec::new();
    for route in plan.routes.iter().filter(|route| counts(route)) {
        let mut named = route.events.iter().filter(|pattern| pattern.as_str().starts_with("alert."));
        if named.any(|pattern| pattern.fits(event.kind.as_str())) && says(route, &subject) != Held::No {
            want(&mut wanted, plan, route, event);
        }
    }
    // There is no provider's notification to be sent as it came.
    wanted.retain(|wanted| !wanted.once_per_notification);
    wanted
}

/// Adds the destinations of a fitting route. The longest hold wins, and only routes that all skip stale events skip.
fn want(wanted: &mut Vec<Wanted>, plan: &Plan, route: &Route, event: &Event) {
    let hold = route.hold.filter(|_| event.kind.can_be_held()).unwrap_or(Duration::ZERO);
    let skips_stale = route.when_stale == WhenStale::Skip;
    for target in route.to.iter().map(|position| &plan.destinations[*position]) {
        match wanted.iter_mut().find(|already| already.destination == target.id) {
            Some(already) => {
                already.hold = already.hold.max(hold);
                already.skips_stale &= skips_stale;
            }
            None => wanted.push(Wanted { skips_stale, hold, ..target.wanted() }),
        }
    }
}

/// Why a route takes an event or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Because {
    /// It fits.
    Fits,
    /// It fits because its condition failed, and why.
    WhenFailed(String),
    /// It does not look at this source.
    Source,
    /// None of its patterns fits.
    Events,
    /// Its condition does not hold.
    When,
}

/// What every route says of an event, in the file's order.
pub(crate) fn judge_each(plan: &Plan, source: &Source, event: &Event, body: &[u8]) -> Vec<Because> {
    let subject = Subject::new(&source.settings.name, source.settings.provider.name(), event, body);
    let judge = |route: &Route| {
        if !route.sources.contains(&source.id) {
            return Because::Source;
        }
        if !route.events.iter().any(|pattern| pattern.matches(event.kind, &event.code)) {
            return Because::Events;
        }
        match says(route, &subject) {
            Held::Yes => Because::Fits,
            Held::No => Because::When,
            Held::Failed(why) => Because::WhenFailed(why),
        }
    };
    plan.routes.iter().map(judge).collect()
}

fn says(route: &Route, subject: &Subject<'_>) -> Held {
    route.when.as_ref().map_or(Held::Yes, |when| when.holds(subject))
}
