//! The suite: sets served by a real endpoint, asked for by many at once, out of reach, too large, and changed on the way.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use payhook_domain::time::{Clock, Timestamp};
use payhook_net::Trust;
use payhook_provider::KeySet;
use payhook_testkit::receiver::{Behaviour, Receiver};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::cache::{REFETCH_EVERY, RETRY_EVERY};
use super::published::{KeyUnavailable, Published};

/// The public half of the key that TrueLayer publishes for tests.
pub(super) fn jwk(kid: &str) -> Value {
    json!({
        "kty": "EC", "crv": "P-521", "alg": "ES512", "use": "sig", "kid": kid,
        "x": "AKC7luJxaqFLkfHexVbFKCOtpYm2HUJVhrS0rZ6nbnS2Pdm0NK2uXmQG5Lp6xk0ffsPZq-KNhLcm-qQu2Advtt1j",
        "y": "AX1cjkGMiltikPrkX49qwuJDdcETaTsj-kyFP8jsF9W5XAB3Z4tBiQtc72DQnJYeKyAV_T6qZTtFKFr-Tp4iu-j7",
    })
}

/// A clock that is turned by hand.
struct Turned(AtomicI64);

impl Clock for Turned {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// A set at an endpoint of its own, and whoever asks for its keys.
struct Stage {
    runtime: Runtime,
    endpoint: Receiver,
    set: Arc<Published>,
    turned: Arc<Turned>,
    clock: Arc<dyn Clock>,
}

impl Stage {
    fn new() -> Self {
        let endpoint = Receiver::start(None);
        let url = endpoint.url().parse().expect("a URL");
        let turned = Arc::new(Turned(AtomicI64::new(1_900_000_000_000_000)));
        Self {
            runtime: Runtime::new().expect("a runtime"),
            endpoint,
            set: Arc::new(Published::new(url, &Trust::system()).expect("an address of this machine")),
            clock: Arc::clone(&turned) as Arc<dyn Clock>,
            turned,
        }
    }

    /// From now on the set holds these keys.
    fn serves(&self, kids: &[&str]) {
        let keys: Vec<Value> = kids.iter().map(|kid| jwk(kid)).collect();
        self.says(json!({ "keys": keys }).to_string());
    }

    /// The same, after a while.
    fn serves_late(&self, kids: &[&str], after: Duration) {
        let keys: Vec<Value> = kids.iter().map(|kid| jwk(kid)).collect();
        let body = json!({ "keys": keys }).to_string();
        self.endpoint.behave(move |_| {
            std::thread::sleep(after);
            Behaviour::Say(body.clone().into())
        });
    }

    fn says(&self, body: String) {
        self.endpoint.behave(move |_| Behaviour::Say(body.clone().into()));
    }

    fn asked(&self, kid: &str) -> Result<bool, KeyUnavailable> {
        let key = self.runtime.block_on(self.set.key(kid, &self.clock))?;
        assert!(key.as_ref().is_none_or(|key| key.name == kid));
        Ok(key.is_some())
    }

    fn later(&self, span: Duration) {
        let micros = i64::try_from(span.as_micros()).expect("not that long");
        self.turned.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// How often it was fetched.
    fn fetches(&self) -> usize {
        self.endpoint.count()
    }
}

#[test]
fn fifty_that_ask_at_once_have_it_fetched_once() {
    let stage = Stage::new();
    stage.serves_late(&["a"], Duration::from_millis(100));
    let answers = stage.runtime.block_on(async {
        let asking: Vec<_> = (0..50)
            .map(|_| {
                let (set, clock) = (Arc::clone(&stage.set), Arc::clone(&stage.clock));
                tokio::spawn(async move { set.key("a", &clock).await.is_ok_and(|key| key.is_some()) })
            })
            .collect();
        let mut answers = Vec::new();
        for one in asking {
            answers.push(one.await.expect("no panic"));
        }
        answers
    });
    assert_eq!(answers, [true; 50]);
    assert_eq!(stage.fetches(), 1);
    let asked = &stage.endpoint.deliveries()[0];
    assert!(asked.header("accept").contains("application/jwk-set+json") && asked.body.is_empty());
}

#[test]
fn a_flood_of_unknown_keys_fetches_once_in_a_while_and_slows_no_known_one() {
    let stage = Stage::new();
    stage.serves(&["a"]);
    for number in 0..200 {
        assert!(matches!(stage.asked(&format!("forged-{number}")), Ok(false)));
    }
    assert_eq!(stage.fetches(), 1);
    assert!(matches!(stage.asked("a"), Ok(true)));
    stage.later(REFETCH_EVERY);
    for number in 0..200 {
        assert!(matches!(stage.asked(&format!("forged-again-{number}")), Ok(false)));
    }
    assert_eq!(stage.fetches(), 2);
}

#[test]
fn a_key_that_is_new_in_the_set_is_found_and_one_that_left_it_is_known_no_more() {
    let stage = Stage::new();
    stage.serves(&["old"]);
    assert!(matches!(stage.asked("old"), Ok(true)));
    stage.later(REFETCH_EVERY);
    stage.serves(&["new"]);
    assert!(matches!(stage.asked("old"), Ok(true)), "its set is of age in an hour");
    assert!(matches!(stage.asked("new"), Ok(true)));
    assert!(matches!(stage.asked("old"), Ok(false)));
    assert_eq!(stage.fetches(), 2);
}

#[test]
fn nobody_can_tell_while_it_cannot_be_fetched() {
    for behaviour in [Behaviour::Answer(500), Behaviour::Answer(302), Behaviour::Drop, Behaviour::Say("<html>".into())]
    {
        let stage = Stage::new();
        stage.endpoint.behave(move |_| behaviour.clone());
        assert!(stage.asked("a").is_err() && stage.asked("a").is_err());
        let tried = stage.fetches();
        assert!(tried <= 2, "{tried}: a request that got no answer may be sent once more");
        assert_eq!(stage.set.standing(stage.clock.as_ref()).failed, 1, "the second did not try at once");
        stage.serves(&["a"]);
        stage.later(RETRY_EVERY);
        assert!(matches!(stage.asked("a"), Ok(true)), "it goes on by itself");
    }
}

#[test]
fn keys_that_are_known_are_used_while_it_cannot_be_fetched() {
    let stage = Stage::new();
    stage.serves(&["a"]);
    assert!(matches!(stage.asked("a"), Ok(true)));
    stage.endpoint.behave(|_| Behaviour::Answer(503));
    stage.later(Duration::from_secs(2 * 60 * 60));
    assert!(matches!(stage.asked("a"), Ok(true)));
    assert!(stage.asked("b").is_err(), "whether the set has it now nobody can tell");
    let standing = stage.set.standing(stage.clock.as_ref());
    assert_eq!((standing.keys, standing.fetched, standing.failed), (1, 1, 1));
    assert!(standing.failure.is_some_and(|(_, why)| why == "it answered 503 Service Unavailable"));
}

#[test]
fn a_set_that_is_too_large_is_refused() {
    let stage = Stage::new();
    let filled = |length: usize| {
        let set = json!({ "keys": [jwk("a")] }).to_string();
        set.clone() + &" ".repeat(length - set.len())
    };
    stage.says(filled(KeySet::LEN_MAX + 1));
    assert!(stage.asked("a").is_err());
    let why = stage.set.standing(stage.clock.as_ref()).failure.map(|(_, why)| why);
    assert_eq!(why.as_deref(), Some("it is longer than 64 KiB"));
    stage.says(filled(KeySet::LEN_MAX));
    stage.later(RETRY_EVERY);
    assert!(matches!(stage.asked("a"), Ok(true)));
}

#[test]
fn a_fetch_that_nobody_waits_for_any_more_is_finished_and_noted() {
    let stage = Stage::new();
    stage.endpoint.behave(|_| Behaviour::AnswerLate(500, Duration::from_millis(100)));
    stage.runtime.block_on(async {
        let (set, clock) = (Arc::clone(&stage.set), Arc::clone(&stage.clock));
        let asking = tokio::spawn(async move { set.key("a", &clock).await.is_err() });
        while stage.fetches() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        asking.abort();
        assert!(asking.await.is_err_and(|error| error.is_cancelled()), "its sender left");
    });
    assert!(stage.asked("a").is_err());
    assert_eq!(stage.fetches(), 1, "the next has not begun another");
}
