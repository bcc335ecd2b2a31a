//! `reads`: whether questions to the store are answered quickly, by asking some, and by those that were slow of late.

use std::time::Duration;

use payhook_domain::time::Timestamp;
use serde::Serialize;

use super::finding::Finding;
use super::told::span;

/// A question that takes longer is slow: five times what is promised of a store of five million events.
pub(crate) const SLOW: Duration = Duration::from_millis(250);

/// A question the doctor asked, and how long its answer took.
pub(super) struct Measured {
    pub(super) question: &'static str,
    pub(super) took: Duration,
}

/// A question to the API that was slow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SlowRead {
    /// When it was answered.
    pub(crate) at: Timestamp,
    /// The route, without what stood in its place: `/api/v1/events/{id}`.
    pub(crate) route: String,
    /// How long it took, in milliseconds.
    pub(crate) took_ms: u64,
}

const HINT: &str = "a time or a reference narrows a list; a slow disk, or a page cache that is too small for the store's file, makes all \
                    of them slow";

/// The rule.
pub(super) fn judge(measured: &[Measured], slow: &[SlowRead]) -> Vec<Finding> {
    vec![own(measured), others(slow)]
}

fn own(measured: &[Measured]) -> Finding {
    let slowest = measured.iter().max_by_key(|one| one.took);
    let Some(Measured { question, took }) = slowest else { return Finding::ok("reads", "nothing was asked") };
    let what = format!("of {} questions to the store, the slowest ({question}) took {}", measured.len(), span(*took));
    if *took > SLOW { Finding::warning("reads", what, HINT) } else { Finding::ok("reads", what) }
}

fn others(slow: &[SlowRead]) -> Finding {
    let Some(worst) = slow.iter().max_by_key(|one| one.took_ms) else {
        return Finding::ok("reads", format!("no question to the API took longer than {} since the start", span(SLOW)));
    };
    let what = format!(
        "{} slow questions to the API are remembered; the slowest, {} at {}, took {}",
        slow.len(),
        worst.route,
        worst.at,
        span(Duration::from_millis(worst.took_ms))
    );
    Finding::warning("reads", what, HINT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{Ok, Warning};

    #[test]
    fn the_slowest_of_what_was_asked_decides() {
        let asked = |took| judge(&[Measured { question: "a", took }, Measured { question: "b", took: SLOW / 9 }], &[]);
        assert_eq!(asked(SLOW)[0].severity, Ok);
        let told = &asked(SLOW * 2)[0];
        assert_eq!(told.severity, Warning);
        assert!(told.what.contains("(a) took 500 ms"), "{}", told.what);
    }

    #[test]
    fn what_was_slow_of_late_is_told_with_its_route() {
        let read = |route: &str, took_ms| SlowRead { at: Timestamp::from_seconds(1), route: route.to_owned(), took_ms };
        let told = &judge(&[], &[read("/api/v1/events", 300), read("/api/v1/payments", 900)])[1];
        assert_eq!(told.severity, Warning);
        assert!(told.what.contains("/api/v1/payments") && told.what.starts_with("2 slow"), "{}", told.what);
        assert_eq!(judge(&[], &[])[1].severity, Ok);
    }
}
