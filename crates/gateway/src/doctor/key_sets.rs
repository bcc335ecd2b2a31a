//! `key_sets`: the keys that providers publish, where a source looks them up: whether they can be fetched.

use payhook_domain::time::Timestamp;

use super::finding::Finding;
use super::told::span;
use crate::key_set::Standing;

/// The rule, for one source.
pub(super) fn judge(source: &str, url: &str, standing: &Standing, now: Timestamp) -> Finding {
    let keys = standing.keys;
    let read = standing.read_at.map(|at| format!("read {} ago", span(now.since(at))));
    let hint = format!(
        "call {url} from this machine: name resolution, the way out, and the certificate. It is tried again by itself"
    );
    match (&standing.failure, read) {
        (Some((at, why)), _) if keys == 0 => {
            let what = format!("{source} looks its keys up at {url}, which cannot be read, last tried at {at}: {why}. What comes is answered 503");
            Finding::problem("key_sets", what, hint)
        }
        (Some((at, why)), read) => {
            let read = read.unwrap_or_default();
            let what = format!("{url} could not be read at {at}: {why}. {source} goes on with its {keys} keys, {read}; a new one is answered 503");
            Finding::warning("key_sets", what, hint)
        }
        (None, Some(read)) => Finding::ok("key_sets", format!("{source} knows {keys} keys of {url}, {read}")),
        (None, None) => {
            Finding::ok("key_sets", format!("{source} looks its keys up at {url}; none was needed since the start"))
        }
    }
    .about(source)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::doctor::finding::Severity::{Ok, Problem, Warning};

    #[test]
    fn a_set_that_cannot_be_read_is_a_problem_where_no_key_is_known() {
        let now = Timestamp::from_seconds(1_900_000_000);
        let failure = || Some((now.minus(Duration::from_secs(5)), "it answered 500".to_owned()));
        let read_at = Some(now.minus(Duration::from_secs(7_200)));
        for (keys, read_at, failure, severity) in [
            (0, None, None, Ok),
            (2, read_at, None, Ok),
            (2, read_at, failure(), Warning),
            (0, read_at, failure(), Problem),
            (0, None, failure(), Problem),
        ] {
            let standing = Standing { keys, read_at, failure, fetched: 0, failed: 0 };
            let finding = judge("truelayer", "https://keys.example.com/jwks", &standing, now);
            assert_eq!(finding.severity, severity, "{}", finding.what);
            assert_eq!(standing.failure.is_some(), finding.what.contains("it answered 500"), "{}", finding.what);
        }
    }
}
