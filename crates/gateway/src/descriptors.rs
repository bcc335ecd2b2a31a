//! Descriptors: how many files and connections this process may have open at once, and what of them a listener may take.
//!
//! Shells and many supervisors start programs with 1,024, for the sake of programs that use `select`, and let them ask
//! for far more. Out of descriptors, a process accepts nobody: not the provider, and not whoever looks why.

use payhook_net::Limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// With so many every bound of connections holds as it is.
const ENOUGH: u64 = 8_192;

/// Asks for as many as the system allows this process. Where that is not granted, it has what it had.
pub fn raise() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = |wanted| setrlimit(Resource::Nofile, Rlimit { current: wanted, maximum }).is_ok();
    // A kernel that sets no limit may still refuse to have none: then as many as are of use.
    if current != maximum && !raised(maximum) && maximum.is_none() && current < Some(ENOUGH) {
        raised(Some(ENOUGH));
    }
    let Some(descriptors) = allowed() else { return };
    let connections_max = bound_by(Limits::default(), Share::Half, Some(descriptors)).connections_max;
    if connections_max < Limits::default().connections_max {
        tracing::warn!(
            descriptors,
            connections_max,
            "this process may have few files open, so it takes few connections; raise its limit (LimitNOFILE=, ulimit -n)"
        );
    }
}

/// What a listener may take of them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Share {
    /// The providers' listener.
    Half,
    /// The one for people and programs of the house. The rest is for deliveries and the store.
    Eighth,
}

/// The limits of a listener, as far as there are descriptors for them.
pub(crate) fn within(limits: Limits, share: Share) -> Limits {
    bound_by(limits, share, allowed())
}

fn allowed() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

fn bound_by(limits: Limits, share: Share, descriptors: Option<u64>) -> Limits {
    let divisor = match share {
        Share::Half => 2,
        Share::Eighth => 8,
    };
    let most = descriptors.map_or(usize::MAX, |all| usize::try_from(all / divisor).unwrap_or(usize::MAX));
    let connections_max = limits.connections_max.min(most);
    // Nobody alone takes them all, however few there are.
    let connections_per_peer_max = limits.connections_per_peer_max.min((connections_max / 4).max(1));
    Limits { connections_max, connections_per_peer_max, ..limits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_leaves_descriptors_for_deliveries_and_the_store() {
        let bounds = |share, descriptors| {
            let limits = bound_by(Limits::default(), share, descriptors);
            (limits.connections_max, limits.connections_per_peer_max)
        };
        assert_eq!(bounds(Share::Half, Some(65_536)), (4_096, 512));
        assert_eq!(bounds(Share::Half, None), (4_096, 512));
        assert_eq!((bounds(Share::Half, Some(1_024)), bounds(Share::Eighth, Some(1_024))), ((512, 128), (128, 32)));
        assert_eq!(bounds(Share::Eighth, Some(16)), (2, 1));
    }

    #[test]
    fn it_may_have_as_many_as_the_system_allows() {
        raise();
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        assert!(current == maximum || current >= Some(ENOUGH), "{current:?} of {maximum:?}");
    }
}
