//! Whether the gateway lives, and whether it takes notifications now: what stands against it, each with what to do.

use std::time::Duration;

use payhook_store::{Health, Writing};
use serde::Serialize;

/// Longest the writer may be at one transaction before it counts as stuck: providers give up on an answer after 10 s.
pub(crate) const WRITING_MAX: Duration = Duration::from_secs(10);

/// Something that stands against it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Reason {
    /// A word for programs; never renamed.
    pub(crate) code: &'static str,
    /// What is so.
    pub(crate) what: String,
    /// What to do.
    pub(crate) hint: &'static str,
}

/// What stands against the process being alive: its writer makes no progress.
pub(crate) fn against_life(health: &Health) -> Vec<Reason> {
    writer(health.writing, WRITING_MAX).into_iter().collect()
}

/// What stands against taking a notification now.
pub(crate) fn against_taking(health: &Health, stopping: bool) -> Vec<Reason> {
    let stopping = stopping.then(|| Reason {
        code: "stopping",
        what: "payhook is told to stop, and finishes what it has in hand".to_owned(),
        hint: "start it again; providers repeat what they could not deliver",
    });
    let failing = health.failing.as_ref().map(|error| Reason {
        code: "store_unavailable",
        what: format!("the store cannot be written: {error}"),
        hint: health.remedy,
    });
    let below_reserve = health.below_reserve.then(|| Reason {
        code: "disk_reserve",
        what: format!("free disk space is below the reserve: {} MiB are left", health.disk_free >> 20),
        hint: "make room on the store's disk, or lower `reserve` of [store]; it goes on by itself",
    });
    [stopping, writer(health.writing, WRITING_MAX), failing, below_reserve].into_iter().flatten().collect()
}

/// Whether the writer is at something for longer than `max`, or gone.
pub(crate) fn writer(writing: Writing, max: Duration) -> Option<Reason> {
    let what = match writing {
        Writing::Idle => return None,
        Writing::For(since) if since < max => return None,
        Writing::For(since) => format!("the store's writer has been at one transaction for {} s", since.as_secs()),
        Writing::Ended => "the store's writer has ended".to_owned(),
    };
    let hint =
        "look at the disk's latency and at the kernel's log (`dmesg`); a restart loses nothing that was acknowledged";
    Some(Reason { code: "writer_stuck", what, hint })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(reasons: &[Reason]) -> Vec<&str> {
        reasons.iter().map(|reason| reason.code).collect()
    }

    #[test]
    fn a_healthy_store_has_nothing_against_it() {
        let at_work = Health { writing: Writing::For(Duration::from_secs(9)), ..Health::default() };
        assert!(against_life(&at_work).is_empty() && against_taking(&at_work, false).is_empty());
    }

    #[test]
    fn each_trouble_is_a_reason_of_its_own_and_only_the_writer_is_a_matter_of_life() {
        let health = Health {
            failing: Some("disk I/O error".to_owned()),
            remedy: "look at the disk",
            below_reserve: true,
            disk_free: 5 << 20,
            ..Health::default()
        };
        assert_eq!(codes(&against_taking(&health, true)), ["stopping", "store_unavailable", "disk_reserve"]);
        assert_eq!(against_taking(&health, true)[1].hint, "look at the disk", "what fits the fault");
        assert!(against_life(&health).is_empty(), "it refuses, and goes on by itself");
        for writing in [Writing::For(WRITING_MAX), Writing::Ended] {
            let health = Health { writing, ..Health::default() };
            assert_eq!(codes(&against_life(&health)), ["writer_stuck"]);
            assert_eq!(codes(&against_taking(&health, false)), ["writer_stuck"]);
        }
    }
}
