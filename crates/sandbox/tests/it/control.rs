//! The sandbox's own API: the log, time, the accounts.

use payhook_domain::time::Timestamp;
use payhook_testkit::receiver::{Behaviour, Receiver};
use serde_json::{Value, json};

use crate::stage::{BEGIN, MERCHANT, Stage};

const NOTHING: Value = Value::Null;

fn moment(value: &Value) -> Timestamp {
    Timestamp::parse_rfc3339(value.as_str().expect("a text")).expect("a moment")
}

#[test]
fn the_log_shows_each_attempt_and_a_person_sends_again_or_gives_up() {
    let stage = Stage::start();
    let receiver = Receiver::start(None);
    receiver.behave(
        |delivery| {
            if delivery.number == 0 { Behaviour::Answer(500) } else { Behaviour::Say("[accepted]".into()) }
        },
    );
    let path = stage.webhook(MERCHANT, &receiver.url());
    let custom = json!({ "types": ["CUSTOM"], "notification": { "eventCode": "REFUND", "success": true, "merchantReference": "order-1" } });
    stage.fine("POST", &format!("{path}/test"), &custom);
    let entry = stage.fine("GET", "/sandbox/v1/messages", &NOTHING)["data"][0].clone();
    assert_eq!(
        (&entry["event"], &entry["reference"], &entry["state"]),
        (&json!("REFUND"), &json!("order-1"), &json!("given_up"))
    );
    assert_eq!(
        (&entry["attempts"][0]["status"], &entry["story"], &entry["faults"]),
        (&json!(500), &NOTHING, &json!([]))
    );
    assert!(entry["attempts"][0]["body"].as_str().is_some_and(|body| body.contains("REFUND")), "{entry}");
    let one = format!("/sandbox/v1/messages/{}", entry["id"]);
    assert_eq!(stage.fine("GET", &one, &NOTHING), entry);

    assert_eq!(stage.fine("POST", &format!("{one}/retry"), &NOTHING)["state"], "waiting");
    let began = std::time::Duration::from_secs(20);
    assert!(receiver.wait_until(began, |list| list.len() == 2), "it is sent again");
    let accepted = || stage.fine("GET", &one, &NOTHING)["attempts"].as_array().map(Vec::len) == Some(2);
    while !accepted() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let again = stage.fine("GET", &one, &NOTHING);
    assert_eq!((&again["state"], &again["attempts"][1]["answer"]), (&json!("accepted"), &json!("[accepted]")));
    assert_eq!(
        stage.fine("POST", &format!("{one}/ignore"), &NOTHING)["state"],
        "accepted",
        "what was taken stays taken"
    );
    for absent in ["/sandbox/v1/messages/99/retry", "/sandbox/v1/messages/x/ignore"] {
        assert_eq!(stage.call("POST", absent, &NOTHING).status, 404, "{absent}");
    }
}

#[test]
fn the_log_is_read_from_the_newest_to_the_oldest_in_parts() {
    let stage = Stage::start();
    let receiver = Receiver::start(None);
    let path = stage.webhook(MERCHANT, &receiver.url());
    let types =
        ["AUTHORISATION", "ORDER_CLOSED", "ORDER_OPENED", "REFUND_WITH_DATA", "REPORT_AVAILABLE", "PAYOUT_THIRDPARTY"];
    for _ in 0..5 {
        stage.fine("POST", &format!("{path}/test"), &json!({ "types": types }));
    }
    let (mut ids, mut next) = (Vec::new(), NOTHING);
    loop {
        let before = if next.is_null() { String::new() } else { format!("?before={next}") };
        let part = stage.fine("GET", &format!("/sandbox/v1/messages{before}"), &NOTHING);
        ids.extend(
            part["data"].as_array().expect("a list").iter().map(|entry| entry["id"].as_i64().expect("a number")),
        );
        next = part["next"].clone();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(ids, (1..=120).rev().collect::<Vec<_>>());
    assert_eq!(stage.fine("GET", "/sandbox/v1/messages?story=none", &NOTHING)["data"], json!([]));
    for odd in ["before=x", "after=1"] {
        assert_eq!(stage.call("GET", &format!("/sandbox/v1/messages?{odd}"), &NOTHING).status, 400, "{odd}");
    }
}

#[test]
fn time_goes_on_faster_or_to_a_later_moment_and_never_back() {
    let stage = Stage::start();
    let time = |change: &Value| stage.fine("POST", "/sandbox/v1/time", change);
    let now = stage.fine("GET", "/sandbox/v1/time", &NOTHING);
    assert!(moment(&now["now"]).since(BEGIN).as_secs() < 60 && now["pace"] == 1.0, "{now}");
    let later = BEGIN.plus(std::time::Duration::from_secs(86_400));
    let there = time(&json!({ "now": later, "pace": 3_600 }));
    assert!(moment(&there["now"]) >= later && there["pace"] == 3_600.0, "{there}");
    std::thread::sleep(std::time::Duration::from_millis(100));
    let gone = moment(&stage.fine("GET", "/sandbox/v1/time", &NOTHING)["now"]).since(later);
    assert!(gone.as_secs() >= 360, "{gone:?}");
    for odd in [
        json!({ "now": BEGIN }),
        json!({ "now": "tomorrow" }),
        json!({ "pace": 0 }),
        json!({ "pace": -1 }),
        json!({ "pace": "fast" }),
        json!({ "pace": 1e12 }),
        json!({ "speed": 2 }),
    ] {
        let answer = stage.call("POST", "/sandbox/v1/time", &odd);
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (400, &json!("bad_request")), "{odd}");
    }
    assert_eq!(time(&json!({ "pace": "leaping" }))["pace"], "leaping");
}

#[test]
fn a_key_that_was_generated_later_signs_when_its_time_has_come() {
    let stage = Stage::start();
    let receiver = Receiver::start(None);
    let path = stage.webhook(MERCHANT, &receiver.url());
    let keys = [(); 2].map(|()| stage.fine("POST", &format!("{path}/generateHmac"), &NOTHING)["hmacKey"].to_string());
    let signed_by = |key: &str| {
        receiver.forget();
        let custom = json!({ "types": ["CUSTOM"], "notification": { "eventCode": "REFUND", "success": true } });
        stage.fine("POST", &format!("{path}/test"), &custom);
        let delivery = receiver.deliveries().remove(0);
        let adyen = payhook_provider::by_name("adyen").expect("Adyen");
        let request =
            payhook_provider::RawRequest { target: &delivery.target, headers: &delivery.headers, body: &delivery.body };
        let key = adyen.key("test", key.trim_matches('"')).expect("a key");
        let papers = adyen.verify(&request, &[key], &payhook_provider::Policy::default(), BEGIN);
        matches!(papers, payhook_provider::Papers::Items(items) if matches!(items[0], payhook_provider::Item::Verified(_)))
    };
    assert!(signed_by(&keys[0]) && !signed_by(&keys[1]), "the first still signs");
    let now = moment(&stage.fine("GET", "/sandbox/v1/time", &NOTHING)["now"]);
    stage.fine("POST", "/sandbox/v1/time", &json!({ "now": now.plus(std::time::Duration::from_secs(15 * 60)) }));
    assert!(!signed_by(&keys[0]) && signed_by(&keys[1]), "the second signs");
}

#[test]
fn the_accounts_are_told_to_whoever_asks() {
    let stage = Stage::start();
    let answer = stage.ask("GET", "/sandbox/v1/accounts", &[], b"");
    let accounts = answer.json();
    assert_eq!(accounts["adyen"]["merchantAccounts"][0], "SandboxMerchant");
    let management = accounts["adyen"]["management"].as_str().expect("an address");
    assert_eq!(management, format!("http://{}/adyen/management/v3", stage.address));
    assert_eq!(stage.ask("GET", "/sandbox/v1/elsewhere", &[], b"").status, 404);
    assert_eq!(stage.ask("DELETE", "/sandbox/v1/time", &[], b"").status, 405);
}

#[test]
fn a_merchant_account_chooses_when_its_payments_are_captured() {
    let stage = Stage::start();
    let account = "/sandbox/v1/accounts/SecondMerchant";
    let usual =
        json!({ "merchantAccount": "SecondMerchant", "captureDelay": "immediate", "multiplePartialCaptures": false });
    assert_eq!(stage.fine("GET", account, &NOTHING), usual);
    let chosen = stage.fine("POST", account, &json!({ "captureDelay": "manual" }));
    assert_eq!((&chosen["captureDelay"], &chosen["multiplePartialCaptures"]), (&json!("manual"), &json!(false)));
    assert_eq!(stage.fine("GET", account, &NOTHING), chosen);
    for odd in [json!({ "captureDelay": "never" }), json!({ "delay": 1 })] {
        assert_eq!(stage.call("POST", account, &odd).status, 400, "{odd}");
    }
    assert_eq!(stage.call("GET", "/sandbox/v1/accounts/Elsewhere", &NOTHING).status, 404);
}
