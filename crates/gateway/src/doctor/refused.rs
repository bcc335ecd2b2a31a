//! `refused`: a source that refuses the same request again and again, or all that somebody signed, or turns away at the door what may
//! be the provider's.
//!
//! A provider repeats what was refused, mostly with the same bytes, and some hold back everything behind it. Strangers seldom come
//! with the same bytes three times. A provider that signs a time signs each repetition anew: those are told by their number,
//! and as a doubt, since strangers may sign, too.

use std::time::Duration;

use payhook_domain::time::Timestamp;

use super::finding::Finding;
use super::told::{DAY, counted, span};
use crate::plan::TurnedAway;

/// So often the same bytes have to come.
const TIMES_MIN: u64 = 3;

/// So many signed requests have to be refused in turn.
const SIGNED_MIN: usize = 3;

/// What came last longer ago than this is over.
const RECENT: Duration = Duration::from_secs(DAY);

/// What the check goes by, for one source.
pub(super) struct Refused {
    pub(super) source: String,
    /// When it last took something; nothing when it never did, as far as is known.
    pub(super) last_taken: Option<Timestamp>,
    /// What it refused.
    pub(super) requests: Vec<Request>,
    /// What it turned away for its address, of which nothing else is known.
    pub(super) turned_away: Option<TurnedAway>,
}

/// A refused request.
pub(super) struct Request {
    pub(super) times: u64,
    /// Whether somebody signed it, and not with a key that accepts.
    pub(super) is_signed: bool,
    pub(super) last_at: Timestamp,
    pub(super) why: String,
}

/// The rule.
pub(super) fn judge(refused: &Refused, now: Timestamp) -> Finding {
    let source = &refused.source;
    let is_past = |at: Timestamp| now.since(at) > RECENT || refused.last_taken.is_some_and(|taken| taken > at);
    let is_over = |request: &Request| is_past(request.last_at);
    let repeated = refused.requests.iter().filter(|request| request.times >= TIMES_MIN && !is_over(request));
    let Some(worst) = repeated.max_by_key(|request| request.times) else {
        let signed: Vec<_> = refused.requests.iter().filter(|request| request.is_signed && !is_over(request)).collect();
        if signed.len() >= SIGNED_MIN
            && let Some(newest) = signed.iter().max_by_key(|request| request.last_at)
        {
            return wrong_key(source, signed.len(), newest, now);
        }
        return match refused.turned_away.filter(|away| !is_past(away.last_at)) {
            Some(away) => foreign(source, away, now),
            None => {
                Finding::ok("refused", format!("{source} refuses nothing that comes again and again")).about(source)
            }
        };
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

fn wrong_key(source: &str, count: usize, newest: &Request, now: Timestamp) -> Finding {
    let what = format!(
        "{source} has refused {count} signed requests, the last {} ago, and taken nothing since: {}",
        span(now.since(newest.last_at)),
        newest.why
    );
    let hint = "`payhook quarantine list` and `payhook quarantine show` say why; if they are the provider's, the key is not the one it \
                signs with";
    Finding::warning("refused", what, hint).about(source)
}

/// Of these there is no list: nothing of them was read.
fn foreign(source: &str, away: TurnedAway, now: Timestamp) -> Finding {
    let TurnedAway { times, last_at, last_from } = away;
    let what = format!(
        "{source} has turned away {} whose address is not in its `allow_ips`, the last {} ago from {last_from}, and taken nothing \
         since",
        counted(times, "request", "requests"),
        span(now.since(last_at))
    );
    let hint = "if it is the provider's address, add it to `allow_ips`; if it is a proxy of yours, every request comes from it: ask for \
                `basic_auth` instead, or let the proxy look at addresses";
    Finding::warning("refused", what, hint).about(source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{self, Ok, Problem, Warning};

    fn severity(last_taken: Option<i64>, requests: &[(u64, i64)]) -> Severity {
        judged(last_taken, false, requests)
    }

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn judged(last_taken: Option<i64>, is_signed: bool, requests: &[(u64, i64)]) -> Severity {
        let requests = requests.iter().map(|(times, last_at)| Request {
            times: *times,
            is_signed,
            last_at: at(*last_at),
            why: "signature_mismatch".to_owned(),
        });
        let (source, last_taken) = ("adyen".to_owned(), last_taken.map(at));
        let refused = Refused { source, last_taken, requests: requests.collect(), turned_away: None };
        judge(&refused, at(100_000)).severity
    }

    #[test]
    fn what_was_turned_away_for_its_address_is_doubtful_until_something_is_taken() {
        let told = |last_taken: Option<i64>, last_at| {
            let last_from = std::net::Ipv4Addr::LOCALHOST.into();
            let turned_away = Some(TurnedAway { times: 7, last_at: at(last_at), last_from });
            let (source, last_taken) = ("mollie".to_owned(), last_taken.map(at));
            judge(&Refused { source, last_taken, requests: Vec::new(), turned_away }, at(100_000))
        };
        let finding = told(Some(98_000), 99_940);
        assert_eq!(finding.severity, Warning);
        assert!(finding.what.contains("turned away 7 requests") && finding.what.contains("60 s ago from 127.0.0.1"));
        assert!(finding.hint.as_deref().is_some_and(|hint| hint.contains("proxy")), "{finding:?}");
        assert_eq!(told(Some(99_950), 99_940).severity, Ok, "the provider comes in");
        assert_eq!(told(None, 10_000).severity, Ok, "long ago");
    }

    #[test]
    fn the_same_again_and_again_with_nothing_taken_since_is_a_problem() {
        assert_eq!(severity(None, &[(12, 99_000)]), Problem);
        assert_eq!(severity(Some(98_000), &[(1, 99_500), (3, 99_000)]), Problem);
    }

    #[test]
    fn signed_requests_of_which_none_was_taken_are_doubtful_however_they_differ() {
        let signed = |last_taken, requests: &[(u64, i64)]| judged(last_taken, true, requests);
        assert_eq!(signed(None, &[(1, 99_000), (1, 99_100), (1, 99_200)]), Warning);
        assert_eq!(signed(None, &[(1, 99_000), (1, 99_100)]), Ok);
        assert_eq!(signed(Some(99_150), &[(1, 99_000), (1, 99_100), (1, 99_200)]), Ok, "one was taken in between");
        assert_eq!(signed(None, &[(1, 10_000), (1, 10_100), (1, 10_200)]), Ok, "long ago");
        assert_eq!(signed(None, &[(1, 99_000), (1, 99_100), (9, 99_200)]), Problem);
    }

    #[test]
    fn what_strangers_send_what_is_long_ago_and_what_was_mended_since_is_none() {
        assert_eq!(severity(None, &[]), Ok);
        assert_eq!(severity(None, &[(1, 99_000), (2, 99_000), (1, 99_500)]), Ok);
        assert_eq!(severity(None, &[(12, 10_000)]), Ok);
        assert_eq!(severity(Some(99_500), &[(12, 99_000)]), Ok);
    }
}
