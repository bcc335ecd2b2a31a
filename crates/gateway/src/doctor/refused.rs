//! `refused`: a source that refuses the same request again and again.
//!
//! A provider repeats what was refused, with the same bytes, and some hold back everything behind it. Strangers seldom come
//! with the same bytes three times.

use std::time::Duration;

use payhook_domain::time::Timestamp;

use super::finding::Finding;
use super::told::{DAY, span};

/// So often the same bytes have to come.
const TIMES_MIN: u64 = 3;

/// What came last longer ago than this is over.
const RECENT: Duration = Duration::from_secs(DAY);

/// What the check goes by, for one source.
pub(super) struct Refused {
    pub(super) source: String,
    /// When it last took something; nothing when it never did, as far as is known.
    pub(super) last_taken: Option<Timestamp>,
    /// What it refused.
    pub(super) requests: Vec<Request>,
}

/// A refused request.
pub(super) struct Request {
    pub(super) times: u64,
    pub(super) last_at: Timestamp,
    pub(super) why: String,
}

/// The rule.
pub(super) fn judge(refused: &Refused, now: Timestamp) -> Finding {
    let source = &refused.source;
    let is_over = |request: &Request| {
        now.since(request.last_at) > RECENT || refused.last_taken.is_some_and(|taken| taken > request.last_at)
    };
    let repeated = refused.requests.iter().filter(|request| request.times >= TIMES_MIN && !is_over(request));
    let Some(worst) = repeated.max_by_key(|request| request.times) else {
        return Finding::ok("refused", format!("{source} refuses nothing that comes again and again")).about(source);
    };
    let what = format!(
        "{source} has refused the same request {} times, the last {} ago, and taken nothing since: {}",
        worst.times,
        span(now.since(worst.last_at)),
        worst.why
    );
    let hint = "`payhook quarantine list` and `payhook quarantine show` say why; the provider repeats it, and may hold back what \
                comes behind it";
    Finding::problem("refused", what, hint).about(source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{self, Ok, Problem};

    fn severity(last_taken: Option<i64>, requests: &[(u64, i64)]) -> Severity {
        let at = Timestamp::from_seconds;
        let requests = requests.iter().map(|(times, last_at)| Request {
            times: *times,
            last_at: at(*last_at),
            why: "signature_mismatch".to_owned(),
        });
        let refused =
            Refused { source: "adyen".to_owned(), last_taken: last_taken.map(at), requests: requests.collect() };
        judge(&refused, at(100_000)).severity
    }

    #[test]
    fn the_same_again_and_again_with_nothing_taken_since_is_a_problem() {
        assert_eq!(severity(None, &[(12, 99_000)]), Problem);
        assert_eq!(severity(Some(98_000), &[(1, 99_500), (3, 99_000)]), Problem);
    }

    #[test]
    fn what_strangers_send_what_is_long_ago_and_what_was_mended_since_is_none() {
        assert_eq!(severity(None, &[]), Ok);
        assert_eq!(severity(None, &[(1, 99_000), (2, 99_000), (1, 99_500)]), Ok);
        assert_eq!(severity(None, &[(12, 10_000)]), Ok);
        assert_eq!(severity(Some(99_500), &[(12, 99_000)]), Ok);
    }
}
