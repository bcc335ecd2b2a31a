//! `keys`: which come to their end, which are used though retired, and which nothing is signed with.
//!
//! A key's date warns and never refuses, so what matters is what the newest notifications were signed with.

use std::time::Duration;

use payhook_domain::time::Timestamp;

use super::finding::Finding;
use super::told::{DAY, span};

/// Newest notifications of a source whose signatures are made again.
pub(super) const LOOKED_AT_MAX: usize = 64;
/// Fewer say nothing of a key they were not signed with.
const LOOKED_AT_MIN: usize = 10;
/// How long before its end a key is told of: time enough to change it without haste.
const NEAR: Duration = Duration::from_secs(14 * DAY);
/// How long a refusal because of a retired key is a matter of now.
const REFUSED: Duration = Duration::from_secs(DAY);

/// A key of a source.
#[derive(Clone, Debug)]
pub(super) struct KeyUse {
    pub(super) name: String,
    pub(super) retired: bool,
    pub(super) valid_until: Option<Timestamp>,
    /// When the newest notification came that it made the signature of, among those looked at.
    pub(super) last_used: Option<Timestamp>,
}

/// What the check goes by, for one source.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    pub(super) source: String,
    pub(super) keys: Vec<KeyUse>,
    /// Notifications whose signatures were made again.
    pub(super) looked_at: usize,
    /// The last refusal because of a retired key: when, and of which.
    pub(super) refused: Option<(Timestamp, String)>,
}

/// The rule.
pub(super) fn judge(keys: &Keys, now: Timestamp) -> Vec<Finding> {
    let mut findings: Vec<Finding> = keys.refused.iter().filter_map(|refused| retired(keys, refused, now)).collect();
    findings.extend(keys.keys.iter().filter(|key| !key.retired).filter_map(|key| ending(keys, key, now)));
    findings.extend(keys.keys.iter().filter(|key| !key.retired && is_unused(keys, key)).map(|key| unused(keys, key)));
    if findings.is_empty() {
        let valid = keys.keys.iter().filter(|key| !key.retired).count();
        let what = format!("{}: {valid} of {} keys accept, and none needs anything", keys.source, keys.keys.len());
        findings.push(Finding::ok("keys", what).about(&keys.source));
    }
    findings
}

fn retired(keys: &Keys, (at, detail): &(Timestamp, String), now: Timestamp) -> Option<Finding> {
    let source = &keys.source;
    (now.since(*at) < REFUSED).then(|| {
        let what = format!("{source} still sends what a retired key signs, and is refused, last at {at}: {detail}");
        let hint = format!(
            "take `retired` off the key, reload, and release what was refused (`payhook quarantine list --source {source}`); retire \
             it when the provider signs with another"
        );
        Finding::problem("keys", what, hint).about(source)
    })
}

fn ending(keys: &Keys, key: &KeyUse, now: Timestamp) -> Option<Finding> {
    let (until, source) = (key.valid_until?, &keys.source);
    let used = key.last_used.map_or_else(String::new, |at| format!(", and was used last at {at}"));
    let about = format!("{source}/{}", key.name);
    if until < now {
        let what = format!("the key {} of {source} was valid until {until}; it still accepts{used}", key.name);
        let hint = "add the next key, let the provider sign with it, then set `retired = true` on this one";
        // It refuses nothing, so it is no problem yet: a clock that jumped must not make it one.
        return Some(Finding::warning("keys", what, hint).about(about));
    }
    let left = until.since(now);
    (left < NEAR).then(|| {
        let what = format!("the key {} of {source} is valid for {} more{used}", key.name, span(left));
        let hint =
            "make the next one now and add it beside this (`payhook keys generate`), then switch the provider over";
        Finding::warning("keys", what, hint).about(about)
    })
}

fn is_unused(keys: &Keys, key: &KeyUse) -> bool {
    let another = keys.keys.iter().any(|other| other.last_used.is_some());
    key.last_used.is_none() && another && keys.looked_at >= LOOKED_AT_MIN
}

fn unused(keys: &Keys, key: &KeyUse) -> Finding {
    let (name, source) = (&key.name, &keys.source);
    let what =
        format!("none of the newest {} notifications of {source} was signed with the key {name}", keys.looked_at);
    let hint =
        "a new key: switch the provider over to it. An old one: set `retired = true`, so that nobody else can use it";
    Finding::warning("keys", what, hint).about(format!("{source}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{Ok, Problem, Warning};

    const NOW: Timestamp = Timestamp::from_seconds(1_900_000_000);

    fn key(name: &str, valid_days: Option<i64>, used: bool) -> KeyUse {
        let valid_until = valid_days.map(|days| Timestamp::from_seconds(1_900_000_000 + days * 86_400));
        KeyUse { name: name.to_owned(), retired: false, valid_until, last_used: used.then_some(NOW) }
    }

    fn of(keys: Vec<KeyUse>, looked_at: usize) -> Keys {
        Keys { source: "adyen".to_owned(), keys, looked_at, refused: None }
    }

    fn told(keys: &Keys) -> Vec<(crate::doctor::finding::Severity, Option<String>)> {
        judge(keys, NOW).into_iter().map(|finding| (finding.severity, finding.about)).collect()
    }

    #[test]
    fn a_key_is_told_of_before_and_after_its_end() {
        assert_eq!(told(&of(vec![key("a", Some(15), true)], 64))[0].0, Ok);
        let one = |severity| [(severity, Some("adyen/a".to_owned()))];
        assert_eq!(told(&of(vec![key("a", Some(13), true)], 64)), one(Warning));
        assert_eq!(told(&of(vec![key("a", Some(-1), true)], 64)), one(Warning));
        let retired = KeyUse { retired: true, ..key("a", Some(-1), false) };
        assert_eq!(told(&of(vec![retired, key("b", None, true)], 64))[0].0, Ok, "it accepts nothing any more");
    }

    #[test]
    fn a_key_that_nothing_is_signed_with_is_told_once_there_is_enough_to_go_by() {
        let keys = || vec![key("old", None, true), key("new", None, false)];
        assert_eq!(told(&of(keys(), 9))[0].0, Ok);
        assert_eq!(told(&of(keys(), 10)), [(Warning, Some("adyen/new".to_owned()))]);
        assert_eq!(told(&of(vec![key("only", None, false)], 0))[0].0, Ok, "nothing came yet");
    }

    #[test]
    fn a_retired_key_that_is_still_used_is_a_problem_while_it_is_news() {
        let refused = |hours: u64| {
            let at = NOW.minus(Duration::from_secs(hours * 3_600));
            told(&Keys { refused: Some((at, "the key old makes it".to_owned())), ..of(vec![key("a", None, true)], 64) })
                [0]
            .0
        };
        assert_eq!([refused(1), refused(25)], [Problem, Ok]);
    }
}
