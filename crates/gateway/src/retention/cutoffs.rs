//! From the ages that are configured to the instants before which things go.

use payhook_domain::id::NameId;
use payhook_domain::time::Timestamp;
use payhook_store::{Before, Cutoffs, NameKind};

use crate::config::{Age, Retention};
use crate::gateway::Gateway;

/// A configured source: its number, its provider's, and its own ages.
type Configured = (NameId, NameId, Option<Retention>);

/// What is older than the configuration that runs says.
pub(crate) fn cutoffs(gateway: &Gateway) -> Cutoffs {
    let plan = gateway.plan.load();
    let own = |source: &crate::plan::Source| (source.id, source.provider_id, source.settings.retention);
    let sources: Vec<Configured> =
        plan.sources.iter().map(own).chain([(plan.own.source, plan.own.provider, None)]).collect();
    let known = |id| sources.iter().any(|(source, ..)| *source == id);
    let any_left = gateway.names.ids(NameKind::Source).into_iter().any(|id| !known(id));
    of(&plan.retention, &sources, any_left, gateway.clock.now())
}

/// `any_left`: there were sources that are not configured any more, of whatever provider.
fn of(usual: &Retention, sources: &[Configured], any_left: bool, now: Timestamp) -> Cutoffs {
    let own = sources.iter().filter_map(|(source, _, own)| Some((*source, before(own.as_ref()?, now))));
    let with_own = sources.iter().filter(|(.., own)| own.is_some());
    let mut providers: Vec<NameId> = with_own.map(|(_, provider, _)| *provider).collect();
    providers.sort_unstable();
    providers.dedup();
    let payments_of = providers.into_iter().map(|provider| {
        let of_it = sources.iter().filter(|(_, of, _)| *of == provider).map(|(.., own)| own.unwrap_or(*usual));
        let longest = of_it.chain(any_left.then_some(*usual)).map(|ages| ages.payments).reduce(Age::longer);
        (provider, cutoff(longest.unwrap_or(usual.payments), now))
    });
    Cutoffs {
        now,
        usual: before(usual, now),
        own: own.collect(),
        payments: cutoff(usual.payments, now),
        payments_of: payments_of.collect(),
    }
}

fn before(kept: &Retention, now: Timestamp) -> Before {
    Before { bodies: cutoff(kept.bodies, now), attempts: cutoff(kept.attempts, now), events: cutoff(kept.events, now) }
}

fn cutoff(age: Age, now: Timestamp) -> Option<Timestamp> {
    match age {
        Age::Until(age) => Some(now.minus(age)),
        Age::Never => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const ADYEN: NameId = NameId(10);
    const BANKED: NameId = NameId(11);

    fn kept(days: u32) -> Retention {
        let age = Age::Until(DAY * days);
        Retention { bodies: age, attempts: age, events: age, payments: age }
    }

    fn days_before(days: u32) -> Option<Timestamp> {
        Some(now().minus(DAY * days))
    }

    const fn now() -> Timestamp {
        Timestamp::from_seconds(1_800_000_000)
    }

    #[test]
    fn payments_stay_as_long_as_the_source_of_their_provider_that_keeps_them_longest() {
        let sources =
            [(NameId(1), ADYEN, Some(kept(30))), (NameId(2), ADYEN, Some(kept(60))), (NameId(3), BANKED, None)];
        let cut = of(&kept(90), &sources, false, now());
        assert_eq!(cut.payments_of, [(ADYEN, days_before(60))]);
        assert_eq!((cut.payments, cut.usual.events), (days_before(90), days_before(90)));
        let own: Vec<_> = cut.own.iter().map(|(source, before)| (source.0, before.bodies)).collect();
        assert_eq!(own, [(1, days_before(30)), (2, days_before(60))]);
    }

    #[test]
    fn a_source_without_ages_of_its_own_and_one_that_is_not_configured_any_more_count_as_usual() {
        let beside = [(NameId(1), ADYEN, Some(kept(30))), (NameId(2), ADYEN, None)];
        assert_eq!(of(&kept(90), &beside, false, now()).payments_of, [(ADYEN, days_before(90))]);
        let alone = [(NameId(1), ADYEN, Some(kept(30)))];
        assert_eq!(of(&kept(90), &alone, false, now()).payments_of, [(ADYEN, days_before(30))]);
        assert_eq!(of(&kept(90), &alone, true, now()).payments_of, [(ADYEN, days_before(90))]);
        let never = [(NameId(1), ADYEN, Some(Retention { payments: Age::Never, ..kept(30) }))];
        assert_eq!(of(&kept(90), &never, true, now()).payments_of, [(ADYEN, None)]);
    }
}
