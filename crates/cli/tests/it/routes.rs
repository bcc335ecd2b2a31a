//! What the routes of a running gateway would make of an event.

use payhook_testkit::gateway::{Gateway, Setup};
use serde_json::{Value, json};

use crate::command::payhook;
use crate::with_gateway::{ADYEN_KEY, SECRET, ask, id, rows, trigger};

/// A gateway with four routes to a shop nobody answers for.
fn gateway() -> Gateway {
    Setup::new(&format!(
        r#"
[[source]]
name = "adyen"
provider = "adyen"
keys = ["{ADYEN_KEY}"]
[[source]]
name = "banked"
provider = "banked"
keys = ["f063a7029d6b959d8cc11e23148a3029"]
[[destination]]
name = "shop"
type = "http"
url = "http://127.0.0.1:1/"
secret = "{SECRET}"
allow = ["127.0.0.0/8"]
[[route]]
name = "bank"
sources = ["banked"]
to = ["shop"]
[[route]]
name = "captured"
events = ["payment.captured"]
to = ["shop"]
[[route]]
name = "large"
when = "event.amount.value >= 1000000"
to = ["shop"]
[[route]]
name = "failing"
when = "event.original.nothing == 1"
when_stale = "skip"
to = ["shop"]
[[route]]
name = "held"
events = ["payment.refused"]
hold = "10m"
to = ["shop"]
"#
    ))
    .start()
}

/// What is said of each route, by its name: whether it matches, and because of what.
fn said(answer: &Value) -> Vec<(String, bool, Value)> {
    let routes = answer["data"][0]["routes"].as_array().expect("routes").iter();
    let name = |route: &Value| route["name"].as_str().expect("a name").to_owned();
    routes.map(|route| (name(route), route["matches"] == true, route["because"].clone())).collect()
}

#[test]
fn a_stored_event_is_told_which_routes_it_matches_and_why_not_the_others() {
    let gateway = gateway();
    trigger(&gateway, "refused --seed 1").fine();
    let events = rows(&gateway, "events list");
    let event = id(&events[0]);
    let answer = ask(&gateway, &format!("routes test {event} --json")).run().json();
    let expected = [
        ("bank", false, json!("source")),
        ("captured", false, json!("events")),
        ("large", false, json!("when")),
        ("failing", true, json!("when_failed")),
        ("held", true, Value::Null),
    ];
    assert_eq!(said(&answer), expected.map(|(name, matches, because)| (name.to_owned(), matches, because)));
    let wanted = json!([
        { "destination": "shop", "hold_ms": 600_000, "when_stale": "deliver", "once_per_notification": false }
    ]);
    assert_eq!(answer["data"][0]["wanted"], wanted);
    let row = events[0]["seq"].as_str().expect("a row");
    let shown = ask(&gateway, &format!("routes test {row}")).run().fine();
    for expected in [
        "payment.refused",
        "it does not take events of this source",
        "none of its patterns fits",
        "its `when` is false: event.amount.value >= 1000000",
        "its `when` failed, which counts: the event has no `nothing`",
        "10m",
    ] {
        assert!(shown.contains(expected), "{expected} is missing in {shown}");
    }
    ask(&gateway, &format!("routes test {event} --source adyen")).run().complains(2, "--source", "leave --source out");
    ask(&gateway, "routes test evt_nothing").run().complains(2, "not an event id", "--help");
}

#[test]
fn what_is_pasted_is_asked_about_and_never_stored() {
    let gateway = gateway();
    let write = |name: &str, text: &str| std::fs::write(gateway.folder().join(name), text).expect("written");
    let payload = json!({
        "version": 1, "type": "payment.captured",
        "data": { "source": "adyen", "code": "CAPTURE", "amount": { "value": 2_000_000, "currency": "EUR", "decimals": 2 } }
    });
    write("payload.json", &payload.to_string());
    let answer = ask(&gateway, "routes test payload.json --json").run().json();
    assert_eq!(
        said(&answer).iter().map(|(_, matches, _)| *matches).collect::<Vec<_>>(),
        [false, true, true, true, false]
    );
    let of_the_bank = ask(&gateway, "routes test payload.json --source banked --json").run().json();
    assert!(said(&of_the_bank)[0].1, "the source given wins");

    let print = format!("trigger adyen refused --key {ADYEN_KEY} --seed 7 --print --json --bad-signature");
    let printed: Value = payhook(gateway.folder(), &print).run().json();
    write("notification.json", printed["body"].as_str().expect("a body"));
    let answer = ask(&gateway, "routes test notification.json --source adyen --json").run().json();
    assert_eq!((&answer["data"][0]["kind"], said(&answer)[4].1), (&json!("payment.refused"), true));
    assert_eq!(rows(&gateway, "events list").len() + rows(&gateway, "quarantine list").len(), 0);

    ask(&gateway, "routes test notification.json").run().complains(2, "no payload", "--source");
    ask(&gateway, "routes test none.json").run().complains(1, "none.json cannot be read", "standard input");
    write("text", "hello");
    ask(&gateway, "routes test text").run().complains(2, "not JSON", "evt_");
    ask(&gateway, "routes test text --source banked").run().complains(2, "set aside", "--help");
    ask(&gateway, "routes test text --source shop").run().complains(2, "no source is called", "--help");
}

#[test]
fn routes_are_listed_with_what_they_ask_for() {
    let gateway = gateway();
    let listed = rows(&gateway, "routes list");
    assert_eq!((&listed[4]["hold_ms"], &listed[3]["when_stale"]), (&json!(600_000), &json!("skip")));
    let shown = ask(&gateway, "routes list").run().fine();
    assert!(shown.contains("event.original.nothing == 1") && shown.contains("10m"), "{shown}");
}
