//! Questions and commands to a running gateway.

use std::time::Duration;

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::receiver::Receiver;
use serde_json::Value;

use crate::command::{Payhook, Said, payhook};

pub(crate) const ADYEN_KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PATIENCE: Duration = Duration::from_secs(20);

/// A gateway with an Adyen source and a shop at `url` that is tried once.
pub(crate) fn gateway(url: &str) -> Gateway {
    Setup::new(&format!(
        r#"
[[source]]
name = "adyen"
provider = "adyen"
keys = ["{ADYEN_KEY}"]
merchant_accounts = ["TestMerchant"]
[[destination]]
name = "shop"
type = "http"
url = "{url}"
secret = "{SECRET}"
allow = ["127.0.0.0/8"]
retry = {{ schedule = [] }}
[[route]]
to = ["shop"]
"#
    ))
    .start()
}

pub(crate) fn ask(gateway: &Gateway, words: &str) -> Payhook {
    let words = format!("{words} --url http://{}", gateway.admin());
    payhook(gateway.folder(), &words).with("PAYHOOK_TOKEN", &gateway.token())
}

pub(crate) fn trigger(gateway: &Gateway, words: &str) -> Said {
    let words = format!("trigger adyen {words} --to http://{}/in/adyen --key {ADYEN_KEY}", gateway.public());
    payhook(gateway.folder(), &words).run()
}

pub(crate) fn rows(gateway: &Gateway, words: &str) -> Vec<Value> {
    let answer = ask(gateway, &format!("{words} --json")).run().json();
    answer["data"].as_array().expect("a list").clone()
}

pub(crate) fn id(row: &Value) -> &str {
    row["id"].as_str().expect("an id")
}

#[test]
fn an_event_is_listed_shown_and_delivered() {
    let shop = Receiver::start(Some(SECRET));
    let gateway = gateway(&shop.url());
    // With a date of its own: two that were made in different seconds say different things.
    let same = "authorised --seed 1 --set eventDate=2026-11-21T11:02:02+01:00";
    assert!(trigger(&gateway, same).fine().contains("200  [accepted]"));
    trigger(&gateway, same).fine();
    assert!(shop.wait_until(PATIENCE, |deliveries| !deliveries.is_empty()));
    let events = rows(&gateway, "events list");
    assert_eq!((events.len(), events[0]["duplicates"].as_i64()), (1, Some(1)));
    let shown = ask(&gateway, &format!("events show {} --received", id(&events[0]))).run().fine();
    for expected in ["payment.authorised", "TestMerchant", "dlv_", "hmacSignature"] {
        assert!(shown.contains(expected), "{expected} is missing in {shown}");
    }
    assert_eq!(rows(&gateway, "events list --kind payment.captured").len(), 0);
    let table = ask(&gateway, "events list").run().fine();
    assert!(table.starts_with("RECEIVED") && table.lines().count() == 2, "{table}");
}

#[test]
fn check_and_the_doctor_say_what_the_next_start_would_refuse_and_check_what_it_would_not_send() {
    let mut gateway = gateway("http://127.0.0.1:1/");
    trigger(&gateway, "authorised").fine();
    until(|| rows(&gateway, "deliveries list --state dead"), |rows| !rows.is_empty());
    let before = gateway.configuration();
    let check = |gateway: &Gateway| payhook(gateway.folder(), "check").run();
    check(&gateway).fine();

    gateway.rewrite(&before.replace("provider = \"adyen\"", "provider = \"adyen\"\nenvironment = \"test\""));
    check(&gateway).complains(78, "made as \"live\", and it is now \"test\"", "put it back");
    let doctor = payhook(gateway.folder(), "doctor").run();
    assert!(doctor.out.contains("problem  configuration:") && doctor.out.contains("now \"test\""), "{}", doctor.out);

    gateway.rewrite(&before.replace("retry = { schedule = [] }\n", ""));
    gateway.stop(PATIENCE);
    gateway.restart();
    trigger(&gateway, "authorised").fine();
    let before = gateway.configuration();
    gateway.rewrite(&before.replace("\"shop\"", "\"store\""));
    let said = check(&gateway);
    assert!(
        said.err.contains("1 delivery is owed to `shop`, which is not configured: kept, and not sent"),
        "{}",
        said.err
    );
    gateway.rewrite(&format!("abandon = [\"shop\"]\n{}", before.replace("\"shop\"", "\"store\"")));
    assert!(!check(&gateway).err.contains("owed"), "it was given up by name");
}

#[test]
fn a_dead_letter_is_shown_with_its_attempt_and_made_again() {
    let gateway = gateway("http://127.0.0.1:1/");
    trigger(&gateway, "authorised").fine();
    let dead = until(|| rows(&gateway, "deliveries list --state dead"), |rows| !rows.is_empty());
    let shown = ask(&gateway, &format!("deliveries show {}", id(&dead[0]))).run().fine();
    assert!(shown.contains("exhausted") && shown.contains("cannot connect"), "{shown}");
    ask(&gateway, &format!("deliveries retry {}", id(&dead[0]))).run().fine();
    // The letter that was sent again is no longer dead; the one it became has failed as well.
    let is_another = |rows: &Vec<Value>| rows.len() == 1 && id(&rows[0]) != id(&dead[0]);
    until(|| rows(&gateway, "deliveries list --state dead"), is_another);
    assert_eq!(rows(&gateway, "deliveries list").len(), 2, "both are kept");
    ask(&gateway, &format!("deliveries retry {}", id(&dead[0]))).run().complains(1, "only once", "nothing was changed");
}

#[test]
fn what_is_forged_foreign_or_contradictory_waits_for_a_person() {
    let shop = Receiver::start(Some(SECRET));
    let gateway = gateway(&shop.url());
    let forged = trigger(&gateway, "authorised --bad-signature").fine();
    assert!(forged.contains("401"), "{forged}");
    trigger(&gateway, "authorised --seed 2 --set merchantAccountCode=Other").fine();
    trigger(&gateway, "authorised --seed 3").fine();
    trigger(&gateway, "authorised --seed 3 --set amount.value=1").fine();

    let forged = until(|| rows(&gateway, "quarantine list"), |rows| !rows.is_empty());
    assert_eq!(forged[0]["reason"], "signature_mismatch");
    let shown = ask(&gateway, &format!("quarantine show {}", id(&forged[0]))).run().fine();
    assert!(shown.contains("item 1 of 1") && shown.contains("none of the usual mistakes explains it"), "{shown}");
    ask(&gateway, &format!("quarantine release {}", id(&forged[0]))).run().complains(1, "does not verify", "");
    let foreign = rows(&gateway, "aside list");
    assert_eq!((foreign.len(), &foreign[0]["aside"]["reason"]), (1, &Value::from("foreign_account")));
    ask(&gateway, &format!("aside release {}", id(&foreign[0]))).run().fine();
    let conflicts = rows(&gateway, "conflicts list");
    let shown = ask(&gateway, &format!("conflicts show {}", id(&conflicts[0]))).run().fine();
    assert!(shown.contains("0.01 EUR"), "{shown}");
    ask(&gateway, &format!("conflicts reject {}", id(&conflicts[0]))).run().fine();
    assert_eq!(rows(&gateway, "conflicts list").len() + rows(&gateway, "aside list").len(), 0);
    assert!(
        shop.wait_until(PATIENCE, |deliveries| deliveries.len() == 2),
        "the released and the first of the conflict"
    );
}

#[test]
fn all_that_was_set_aside_by_a_slip_is_released_at_once_the_oldest_first() {
    let shop = Receiver::start(Some(SECRET));
    let gateway = gateway(&shop.url());
    ask(&gateway, "aside release --all").run().complains(1, "nothing to release", "payhook aside list");
    for seed in 1..=3 {
        let words =
            format!("authorised --seed {seed} --set merchantAccountCode=Other --set merchantReference=r-{seed}");
        trigger(&gateway, &words).fine();
    }
    let [.., oldest] = &rows(&gateway, "aside list")[..] else { panic!("three are set aside") };
    let said = ask(&gateway, &format!("aside release {} seq_999", id(oldest))).run();
    assert!(
        said.code == 1 && said.err.contains("seq_999 stays") && said.err.contains("1 released, 1 stay"),
        "{said:?}"
    );
    let said = ask(&gateway, "aside release --all --source adyen").run();
    assert!(said.code == 0 && said.out.lines().count() == 2 && said.err.contains("2 released, 0 stay"), "{said:?}");
    assert!(shop.wait_until(PATIENCE, |deliveries| deliveries.len() == 3), "they were not delivered");
    assert_eq!(rows(&gateway, "aside list").len(), 0);

    trigger(&gateway, "authorised --bad-signature").fine();
    until(|| rows(&gateway, "quarantine list"), |rows| !rows.is_empty());
    let said = ask(&gateway, "quarantine release --all --json").run();
    assert!(said.code == 1 && said.out.contains("does not verify"), "{said:?}");
}

#[test]
fn a_replay_that_sends_nothing_is_not_taken_for_done() {
    let gateway = gateway("http://127.0.0.1:1/");
    trigger(&gateway, "authorised --set merchantAccountCode=Other").fine();
    let event = rows(&gateway, "events list --source adyen")[0]["id"].as_str().expect("an id").to_owned();
    let said = ask(&gateway, &format!("events replay {event}")).run();
    assert!(said.code == 1 && said.err.contains("error: nothing was sent"), "{said:?}");
    assert!(said.err.contains("payhook aside list"), "{said:?}");
    let said = ask(&gateway, &format!("events replay {event} --dry-run")).run();
    assert!(said.code == 0 && said.err.contains("payhook aside list"), "{said:?}");
}

#[test]
fn a_place_beyond_the_newest_event_is_refused_aloud_instead_of_being_waited_for() {
    let gateway = gateway("http://127.0.0.1:1/");
    trigger(&gateway, "authorised --seed 3").fine();
    ask(&gateway, "events tail --since seq_99").run().complains(
        1,
        "seq_99 is beyond the newest event, seq_",
        "--since",
    );
    let stream = gateway.get("/api/v1/events/stream?since=seq_99");
    assert_eq!((stream.status, &stream.json()["error"]["code"]), (409, &Value::from("place_ahead")));
}

#[test]
fn a_wrong_token_and_a_wrong_id_are_told_apart() {
    let gateway = gateway("http://127.0.0.1:1/");
    let asked = payhook(gateway.folder(), &format!("events list --url http://{}", gateway.admin()));
    asked.with("PAYHOOK_TOKEN", "phk_wrong").run().complains(1, "credentials", "PAYHOOK_TOKEN");
    ask(&gateway, "deliveries show dlv_9_9_9").run().complains(1, "no delivery dlv_9_9_9", "list");
    ask(&gateway, "deliveries show nine").run().complains(2, "not a delivery id", "payhook deliveries list");
    ask(&gateway, "aside release evt_1").run().complains(2, "seq_ and a number", "payhook aside list");
    ask(&gateway, "events show seq_1").run().complains(2, "evt_ and 26 characters", "payhook events list");
    ask(&gateway, "events list --source adyn").run().complains(2, "did you mean `adyen`?", "--help");
    ask(&gateway, "destinations test shpo").run().complains(1, "did you mean `shop`?", "payhook destinations list");
    ask(&gateway, "backup .").run().complains(2, "is a folder", "/payhook.db");
}

/// Asks until the answer is as wanted.
fn until<T>(ask: impl Fn() -> T, wanted: impl Fn(&T) -> bool) -> T {
    for _ in 0..200 {
        let answer = ask();
        if wanted(&answer) {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not come about");
}
