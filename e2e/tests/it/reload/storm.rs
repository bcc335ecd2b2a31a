//! Ten reloads a second, every other one wrong: no request is lost or answered wrongly, and each refusal is explained.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use payhook_testkit::gateway::Gateway;
use payhook_testkit::notifications::{Adyen, Item};
use payhook_testkit::poster::Fate;
use payhook_testkit::receiver::Receiver;
use payhook_testkit::scale;
use serde_json::Value;

use super::{CONNECTIONS, EVERY, KEY_FORGED, PATIENCE, PAUSE, digest, fine, said, taken};
use crate::stage::{KEY, SECRET, authorisation, nothing_is_lost, setup, until};

/// Reloads a second, and how far behind that the whole may end: a share of its length.
const PER_SECOND: usize = 10;
const LATE_MAX: f64 = 0.1;

/// A configuration that cannot be taken, made of one that can, and what is said of it, with the attempt's number
/// or the line that follows so many empty ones.
type Mistake = (fn(&str, usize) -> String, &'static str);

const MISTAKES: [Mistake; 8] = [
    (|text, n| "\n".repeat(n) + &text.replacen("version = 1", "version = = 1", 1), "payhook.toml:LINE:"),
    (|text, n| "\n".repeat(n) + &text.replacen("provider =", "provder =", 1), "did you mean"),
    (|text, n| text.replacen(KEY, &format!("${{NO_SUCH_VARIABLE_{n}}}"), 1), "`${NO_SUCH_VARIABLE_NUMBER}` is not set"),
    (|text, n| text.replacen("name = \"shop\"", &format!("name = \"store\"\n# {n}"), 1), "shop"),
    (|text, n| text.replacen("[\"shop\"]", &format!("[\"shop-{n}\"]"), 1), "shop-NUMBER"),
    (|text, n| text.replacen("payhook.db", &format!("other-{n}.db"), 1), "needs a restart"),
    (|text, n| text.replacen("[store]", &format!("[store]\nreserve = \"{n} MiB\""), 1), "needs a restart"),
    (
        |text, _| text.replacen("events = [\"*\"]", "events = [\"payment.refused\"]\nhold = \"1m\"", 1),
        "the first `hold` of a route needs a restart",
    ),
];

/// What an attempt was, and what is to be said of it: nothing when it is to be taken.
struct Attempt {
    number: usize,
    wrong: Option<String>,
}

#[test]
fn ten_reloads_a_second_half_of_them_wrong_lose_no_request_and_each_refusal_is_explained() {
    let seconds: usize = scale::of("PAYHOOK_RELOAD_SECONDS", 6, 60);
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let load = gateway.load(CONNECTIONS, |number| {
        std::thread::sleep(PAUSE);
        Some(authorisation(number))
    });
    assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged > 10), "nothing was answered");
    let forger = Adyen::new("/in/adyen", "TestMerchant", KEY_FORGED);
    let forged = gateway.load(1, move |number| {
        std::thread::sleep(PAUSE);
        Some(forger.request(&Item::authorisation(number as u64)))
    });
    let (attempts, digests) = reload_again_and_again(&gateway, seconds);
    load.stop();
    let fates = load.finish();
    let wrong: Vec<_> = fates.iter().filter(|(_, fate)| !fate.acknowledged()).take(3).collect();
    assert!(wrong.is_empty(), "answered wrongly or not at all: {wrong:?}");
    forged.stop();
    let forged = forged.finish();
    let let_in = |fate: &&Fate| !matches!(fate, Fate::Answered(answer, _) if answer.status == 401);
    assert_eq!(forged.values().filter(let_in).count(), 0, "of {} forged ones", forged.len());
    each_is_told_in_the_log(&gateway, &attempts);
    nothing_is_lost(&gateway, &receiver, &fates.keys().copied().collect());
    let metrics = gateway.get("/metrics").text();
    let digest = digest(&gateway);
    assert!(metrics.contains(&format!("payhook_config{{digest=\"{digest}\"}} 1")), "the metric shows what runs");
    assert_eq!(metrics.matches("payhook_config{").count(), 1);
    println!("{} reloads in {seconds} s, {digests} configurations, {} requests", attempts.len(), fates.len());
}

/// Each at its time; what came of it is asked for before the next. The attempts, and how many configurations ran.
fn reload_again_and_again(gateway: &Gateway, seconds: usize) -> (Vec<Attempt>, usize) {
    let text = gateway.configuration();
    let (mut attempts, mut digests) = (Vec::new(), BTreeSet::new());
    let began = Instant::now();
    for number in 0..seconds * PER_SECOND {
        std::thread::sleep(
            (began + EVERY * u32::try_from(number).expect("few")).saturating_duration_since(Instant::now()),
        );
        let attempt = attempt(gateway, &text, number);
        digests.insert(digest(gateway));
        attempts.push(attempt);
    }
    let (took, due) = (began.elapsed().as_secs_f64(), Duration::from_secs(seconds as u64).as_secs_f64());
    assert!(took < due * (1.0 + LATE_MAX), "{} reloads took {took:.1} s instead of {due:.1}", attempts.len());
    (attempts, digests.len())
}

fn attempt(gateway: &Gateway, text: &str, number: usize) -> Attempt {
    let (before, fine) = (digest(gateway), fine(text, number / 2));
    if number.is_multiple_of(2) {
        taken(&gateway.reload(&fine));
        assert!(number < 2 || digest(gateway) != before, "attempt {number}");
        return Attempt { number, wrong: None };
    }
    let (wrong, said_of_it) = MISTAKES[number / 2 % MISTAKES.len()];
    // Behind so many empty lines, the first line is the next.
    let word = said_of_it.replace("LINE", &(number + 1).to_string()).replace("NUMBER", &number.to_string());
    let reload = gateway.reload(&wrong(&fine, number));
    assert_eq!(reload["outcome"], "refused", "{word}: {reload}");
    assert!(said(&reload).contains(&word), "{word}: {reload}");
    assert_eq!(digest(gateway), before, "{word}");
    Attempt { number, wrong: Some(word) }
}

/// One line for each attempt, in their order, and each refusal with its own mistake.
fn each_is_told_in_the_log(gateway: &Gateway, attempts: &[Attempt]) {
    let is_outcome = |line: &Value| {
        let message = line["message"].as_str().unwrap_or_default();
        message == "configuration changed" || message.starts_with("the changed configuration is refused")
    };
    let told = || gateway.log().into_iter().filter(is_outcome).collect::<Vec<Value>>();
    // A line is written a moment after what it tells of.
    until(gateway, PATIENCE, "the last attempt's line", || told().len() >= attempts.len());
    let told = told();
    assert_eq!(told.len(), attempts.len(), "each is told once");
    for (Attempt { number, wrong }, line) in attempts.iter().zip(&told) {
        match wrong {
            None => assert_eq!(line["message"], "configuration changed", "attempt {number}"),
            Some(word) => {
                let mistakes = line["mistakes"].as_str().unwrap_or_default();
                assert!(mistakes.contains(word), "attempt {number}, {word}: {line}");
            }
        }
    }
}
