//! What is known of a key set, and whether that answers now or the set has to be fetched first.
//!
//! Pure: the caller brings the time. A clock that was set back makes what was noted later than now count for nothing.

use std::time::Duration;

use payhook_domain::time::Timestamp;
use payhook_provider::Key;

use super::fetch::{Fetched, NotFetched};

/// From one fetch to the next because of a key that the set lacked: whoever forges can name a new one in each request.
pub(super) const REFETCH_EVERY: Duration = Duration::from_secs(30);

/// From a fetch that failed to the next: as long as a sender is asked to wait after a 503.
pub(super) const RETRY_EVERY: Duration = Duration::from_secs(5);

/// How long a set is used beyond its age while it cannot be fetched: as long as TrueLayer repeats a notification.
pub(super) const STALE_MAX: Duration = Duration::from_secs(72 * 60 * 60);

/// The set as it was last read, and how the last try to read it ended.
#[derive(Default)]
pub(super) struct Cache {
    held: Option<Held>,
    tried: Option<Tried>,
    counts: Counts,
}

struct Held {
    keys: Vec<Key>,
    at: Timestamp,
    age: Duration,
}

struct Tried {
    at: Timestamp,
    failure: Option<String>,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    fetched: u64,
    failed: u64,
}

/// What is known of one key.
#[derive(Debug)]
pub(super) enum Answer {
    /// The set has it.
    Has(Box<Key>),
    /// The set, as read just now or not long ago, has it not.
    Lacks,
    /// The set cannot be read now, so nobody can tell.
    Unknown,
}

/// How a set stands, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Keys that answer now.
    pub(crate) keys: usize,
    /// When it was last read.
    pub(crate) read_at: Option<Timestamp>,
    /// When the last try failed, and why; nothing where it did not.
    pub(crate) failure: Option<(Timestamp, String)>,
    /// How often it was read since the start.
    pub(crate) fetched: u64,
    /// How often it could not be.
    pub(crate) failed: u64,
}

impl Cache {
    /// What is known of a key; nothing where the set has to be fetched first.
    pub(super) fn answer(&self, kid: &str, now: Timestamp) -> Option<Answer> {
        let named = self.usable(now).and_then(|held| held.keys.iter().find(|key| key.name == kid));
        match (named, self.resting(now)) {
            (Some(key), _) if self.is_fresh(now) => Some(Answer::Has(Box::new(key.clone()))),
            (_, None) => None,
            (Some(key), Some(_)) => Some(Answer::Has(Box::new(key.clone()))),
            (None, Some(Tried { failure: None, .. })) => Some(Answer::Lacks),
            (None, Some(Tried { failure: Some(_), .. })) => Some(Answer::Unknown),
        }
    }

    /// Every key that is known; nothing where the set has to be fetched first.
    pub(super) fn keys(&self, now: Timestamp) -> Option<Vec<Key>> {
        let is_settled = self.is_fresh(now) || self.resting(now).is_some();
        is_settled.then(|| self.usable(now).map(|held| held.keys.clone()).unwrap_or_default())
    }

    /// Takes what a fetch that ended now came to. One that failed leaves the keys that are held.
    pub(super) fn note(&mut self, fetched: Result<Fetched, NotFetched>, now: Timestamp) {
        let failure = match fetched {
            Ok(Fetched { set, age }) => {
                self.held = Some(Held { keys: set.keys, at: now, age });
                self.counts.fetched += 1;
                None
            }
            Err(error) => {
                self.counts.failed += 1;
                Some(error.to_string())
            }
        };
        self.tried = Some(Tried { at: now, failure });
    }

    pub(super) fn standing(&self, now: Timestamp) -> Standing {
        let failure = self.tried.as_ref().and_then(|tried| Some((tried.at, tried.failure.clone()?)));
        Standing {
            keys: self.usable(now).map_or(0, |held| held.keys.len()),
            read_at: self.held.as_ref().map(|held| held.at),
            failure,
            fetched: self.counts.fetched,
            failed: self.counts.failed,
        }
    }

    fn usable(&self, now: Timestamp) -> Option<&Held> {
        self.held.as_ref().filter(|held| is_within(held.at, held.age + STALE_MAX, now))
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        self.held.as_ref().is_some_and(|held| is_within(held.at, held.age, now))
    }

    /// The last try, while it is too near for another.
    fn resting(&self, now: Timestamp) -> Option<&Tried> {
        self.tried.as_ref().filter(|tried| {
            let rest = if tried.failure.is_some() { RETRY_EVERY } else { REFETCH_EVERY };
            is_within(tried.at, rest, now)
        })
    }
}

fn is_within(from: Timestamp, span: Duration, now: Timestamp) -> bool {
    from <= now && now.since(from) < span
}

#[cfg(test)]
mod tests {
    use payhook_provider::KeySet;
    use serde_json::json;

    use super::*;
    use crate::key_set::suite::jwk;

    const AGE: Duration = Duration::from_secs(600);
    const START: Timestamp = Timestamp::from_seconds(1_900_000_000);

    fn at(seconds: u64) -> Timestamp {
        START.plus(Duration::from_secs(seconds))
    }

    fn set(kids: &[&str]) -> Result<Fetched, NotFetched> {
        let keys: Vec<_> = kids.iter().map(|kid| jwk(kid)).collect();
        let set = KeySet::read(json!({ "keys": keys }).to_string().as_bytes()).expect("a set");
        Ok(Fetched { set, age: AGE })
    }

    fn failed() -> Result<Fetched, NotFetched> {
        Err(NotFetched::Status(http::StatusCode::BAD_GATEWAY))
    }

    /// The answer as a word.
    fn asked(cache: &Cache, kid: &str, seconds: u64) -> &'static str {
        match cache.answer(kid, at(seconds)) {
            None => "fetch",
            Some(Answer::Has(_)) => "has",
            Some(Answer::Lacks) => "lacks",
            Some(Answer::Unknown) => "unknown",
        }
    }

    #[test]
    fn a_key_answers_until_its_set_is_of_age_and_then_the_set_is_fetched() {
        let mut cache = Cache::default();
        assert_eq!(asked(&cache, "a", 0), "fetch");
        cache.note(set(&["a"]), at(0));
        assert_eq!([0, 599, 600].map(|seconds| asked(&cache, "a", seconds)), ["has", "has", "fetch"]);
        cache.note(set(&["b"]), at(600));
        assert_eq!([asked(&cache, "a", 600), asked(&cache, "b", 600)], ["lacks", "has"], "one was withdrawn");
    }

    #[test]
    fn an_unknown_key_has_the_set_fetched_again_but_not_at_once() {
        let mut cache = Cache::default();
        cache.note(set(&["a"]), at(0));
        assert_eq!([0, 29, 30].map(|seconds| asked(&cache, "b", seconds)), ["lacks", "lacks", "fetch"]);
        cache.note(set(&["a", "b"]), at(30));
        assert_eq!([asked(&cache, "b", 30), asked(&cache, "c", 59)], ["has", "lacks"]);
    }

    #[test]
    fn while_it_cannot_be_fetched_a_stale_set_answers_for_the_keys_it_names_and_for_no_other() {
        let mut cache = Cache::default();
        cache.note(set(&["a"]), at(0));
        cache.note(failed(), at(600));
        assert_eq!([600, 604, 605].map(|seconds| asked(&cache, "a", seconds)), ["has", "has", "fetch"]);
        assert_eq!([600, 605].map(|seconds| asked(&cache, "b", seconds)), ["unknown", "fetch"]);
        let end = (AGE + STALE_MAX).as_secs();
        cache.note(failed(), at(end - 1));
        assert_eq!([asked(&cache, "a", end - 1), asked(&cache, "a", end)], ["has", "unknown"], "not for ever");
    }

    #[test]
    fn nobody_can_tell_while_it_was_never_read() {
        let mut cache = Cache::default();
        cache.note(failed(), at(0));
        assert_eq!([0, 4, 5].map(|seconds| asked(&cache, "a", seconds)), ["unknown", "unknown", "fetch"]);
        let standing = cache.standing(at(0));
        assert_eq!((standing.keys, standing.read_at, standing.fetched, standing.failed), (0, None, 0, 1));
    }

    #[test]
    fn a_clock_that_was_set_back_neither_keeps_a_set_nor_forbids_a_fetch() {
        let mut cache = Cache::default();
        cache.note(set(&["a"]), at(1_000));
        assert_eq!([asked(&cache, "a", 999), asked(&cache, "b", 999)], ["fetch", "fetch"]);
        assert!(cache.keys(at(999)).is_none() && cache.keys(at(1_000)).is_some());
    }
}
