//! Which destinations want an event: every destination of every fitting route, each once, however many routes fit.

use payhook_domain::event::Event;
use payhook_domain::id::NameId;
use payhook_store::Wanted;

use crate::config::Format;
use crate::plan::Plan;

/// Who wants `event` of `source`.
pub(crate) fn wanted(plan: &Plan, source: NameId, event: &Event) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let fitting = plan.routes.iter().filter(|route| route.wants(source, event.kind, &event.code));
    for target in fitting.flat_map(|route| &route.to).map(|position| &plan.destinations[*position]) {
        if wanted.iter().all(|already| already.destination != target.id) {
            wanted.push(Wanted {
                once_per_notification: target.settings.format == Format::Original,
                ..Wanted::plainly(target.id)
            });
        }
    }
    wanted
}
