//! Passwords and tokens: whoever reads one can forge notifications, so only that there was one is written down. A signature is
//! none, wherever it stands.

use std::fs;
use std::path::Path;
use std::time::Duration;

use payhook_provider::Policy;
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::receiver::Receiver;
use payhook_testkit::wire;
use serde_json::{Value, json};

use crate::declared::posted;
use crate::stage::{configuration, until};

const TOKEN: &str = "the-token-that-xendit-shows-once";
const GUESS: &str = "a-token-of-another-environment";
const KEY: &str = "the-key-that-dlocal-signs-with";
const PATIENCE: Duration = Duration::from_secs(10);

fn sources(receiver: &Receiver, dlocal_key: &str) -> String {
    format!(
        r#"
[[source]]
name = "xendit"
provider = "xendit"
keys = ["{TOKEN}"]

[[source]]
name = "dlocal"
provider = "dlocal"
keys = ["{dlocal_key}"]
parameters = {{ x_login = "shop" }}
{}"#,
        configuration(receiver)
    )
}

/// What was refused, which is written down a moment after the answer.
fn quarantined(gateway: &Gateway) -> Value {
    until(gateway, PATIENCE, "the refused one in the quarantine", || !gateway.list("/api/v1/quarantine").is_empty());
    gateway.list("/api/v1/quarantine").remove(0)
}

fn release(gateway: &Gateway, row: &Value) -> Value {
    gateway.post(&format!("/api/v1/quarantine/{}/release", row["id"].as_str().expect("an id")), &json!({})).json()
}

fn post_with_token(gateway: &Gateway, token: &str) -> u16 {
    let headers = [("content-type", "application/json"), ("webhook-id", "1"), ("x-callback-token", token)];
    let body = br#"{"event":"payment.capture","data":{"payment_id":"py-1","reference_id":"order-1"}}"#;
    gateway.send(&wire::request("POST", "/in/xendit", &headers, body)).expect("answered").status
}

/// The files of a folder that hold a text.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let holds = |path: &Path| {
        let bytes = fs::read(path).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let found = entries.filter(|path| path.extension().is_none_or(|end| end != "toml") && holds(path));
    found.map(|path| path.display().to_string()).collect()
}

#[test]
fn a_token_that_proves_who_sends_is_written_nowhere_taken_or_refused() {
    let receiver = Receiver::start(None);
    let mut gateway = Setup::new(&sources(&receiver, KEY)).start();
    assert_eq!((post_with_token(&gateway, TOKEN), post_with_token(&gateway, GUESS)), (200, 401));
    let refused = quarantined(&gateway);
    let why = release(&gateway, &refused).to_string();
    assert!(why.contains("passwords and tokens are not kept"), "{why}");
    let taken = gateway.get("/api/v1/notifications/ntf_1").text();
    assert!(taken.contains(r#"["x-callback-token","[present]"]"#), "{taken}");
    let log = gateway.log_text();
    gateway.stop(PATIENCE);
    for secret in [TOKEN, GUESS] {
        assert_eq!(holding(gateway.folder(), secret), Vec::<String>::new());
        assert!(!log.contains(secret), "the log");
    }
}

#[test]
fn a_handler_behind_payhook_that_asks_for_the_token_gets_it_also_when_it_is_sent_again() {
    let receiver = Receiver::start(None);
    let original = sources(&receiver, KEY).replace("type = \"http\"", "type = \"http\"\nformat = \"original\"");
    let gateway = Setup::new(&original).start();
    assert_eq!(post_with_token(&gateway, TOKEN), 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "it never came");
    assert_eq!(gateway.post("/api/v1/replays", &json!({ "destination": "shop" })).status, 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 2), "it never came again");
    for delivery in receiver.deliveries() {
        assert_eq!(delivery.header("x-callback-token"), TOKEN);
    }
}

#[test]
fn what_is_signed_in_the_authorization_header_is_released_when_its_key_is_put_right() {
    let receiver = Receiver::start(None);
    let gateway = Setup::new(&sources(&receiver, "another-key")).start();
    assert_eq!(gateway.send(&signed_by_dlocal()).expect("answered").status, 401);
    let refused = quarantined(&gateway);
    assert!(release(&gateway, &refused).to_string().contains("signature_mismatch"), "as it was judged at first");
    gateway.reload(&gateway.configuration().replace("another-key", KEY));
    let released = release(&gateway, &refused);
    assert_eq!(released["verdicts"], json!(["new"]), "{released}");
}

fn signed_by_dlocal() -> Vec<u8> {
    let body = json!({ "id": "D-4", "status": "PAID", "order_id": "order-4", "amount": 10.5, "currency": "BRL" });
    let policy = Policy { parameters: [("x_login".to_owned(), "shop".to_owned())].into(), ..Policy::default() };
    posted("/in/dlocal", "dlocal", ("current", KEY), &policy, &body, 0)
}
