//! Who is told, and who is not.

use serde_json::json;

use super::stage::{KEY, Stage, read};

#[test]
fn a_webhook_is_listed_without_its_key_and_deleted_once_and_again() {
    let stage = Stage::new();
    let made = stage.post(
        "/webhooks",
        &json!({ "target_url": "https://shop.example.com/in/banked", "signature_key": KEY, "events": ["payment_sent", "payment_sent"] }),
    );
    assert_eq!(made.status, 201);
    assert!(!made.text().contains(KEY), "the key is echoed");
    let webhook = made.json();
    assert_eq!(webhook["events"], json!(["payment_sent"]));
    assert_eq!(stage.get("/webhooks"), json!([webhook]));
    let path = format!("/webhooks/{}", webhook["id"].as_str().expect("an id"));
    assert_eq!(stage.ask("DELETE", &path, &[], "").status, 204);
    assert_eq!(stage.ask("DELETE", &path, &[], "").status, 204);
    assert_eq!(stage.ask("DELETE", "/webhooks/unknown", &[], "").status, 404);
    assert_eq!(stage.get("/webhooks"), json!([]));
}

#[test]
fn what_cannot_be_a_webhook_is_refused_with_every_reason() {
    let stage = Stage::new();
    let bad = json!({ "target_url": "http://shop.example.com/", "signature_key": " key", "events": ["payment_paid", "active"] });
    let answer = stage.post("/webhooks", &bad);
    let errors = answer.json()["errors"].as_array().cloned().expect("errors");
    assert_eq!((answer.status, errors.len()), (422, 4), "{errors:?}");
    for (place, words) in
        ["target_url must be a URL that begins with https://", "signature_key ", "\"payment_paid\"", "\"active\""]
            .iter()
            .enumerate()
    {
        assert!(errors[place]["message"].as_str().is_some_and(|message| message.contains(words)), "{errors:?}");
    }
    assert!(!answer.text().contains(" key\""), "the key is echoed");
}

#[test]
fn five_webhooks_hear_of_an_event_and_a_sixth_does_not() {
    let stage = Stage::new();
    let webhook =
        |events: &[&str]| json!({ "target_url": stage.merchant.url(), "signature_key": KEY, "events": events });
    for _ in 0..5 {
        assert_eq!(stage.post("/webhooks", &webhook(&["payment_failed"])).status, 201);
    }
    let sixth = stage.post("/webhooks", &webhook(&["payment_sent", "payment_failed"]));
    assert_eq!(sixth.status, 422);
    assert!(sixth.text().contains("payment_failed") && !sixth.text().contains("payment_sent"), "{}", sixth.text());
    assert_eq!(stage.post("/webhooks", &webhook(&["payment_sent"])).status, 201);
    let session = stage.session();
    stage.pay(&session, "050511", "decline");
    assert_eq!(stage.heard(5).len(), 5);
}

#[test]
fn a_changed_webhook_signs_with_its_own_key_and_a_deleted_one_hears_nothing() {
    let stage = Stage::new();
    let webhook =
        |key: &str| json!({ "target_url": stage.merchant.url(), "signature_key": key, "events": ["payment_failed"] });
    let old = stage.post("/webhooks", &webhook("old-key")).json();
    stage.post("/webhooks", &webhook(KEY));
    stage.ask("DELETE", &format!("/webhooks/{}", old["id"].as_str().expect("an id")), &[], "");
    let session = stage.session();
    stage.pay(&session, "050511", "decline");
    stage.heard(1);
    stage.turn(60);
    let deliveries = stage.merchant.deliveries();
    assert_eq!(deliveries.len(), 1);
    assert!(read(&deliveries[0], KEY).is_some() && read(&deliveries[0], "old-key").is_none());
}

#[test]
fn a_webhook_without_a_key_is_told_without_a_signature() {
    let stage = Stage::new();
    stage.post("/webhooks", &json!({ "target_url": stage.merchant.url(), "events": ["payment_failed"] }));
    let session = stage.session();
    stage.pay(&session, "050511", "decline");
    assert!(stage.merchant.wait_until(std::time::Duration::from_secs(20), |list| list.len() == 1));
    assert_eq!(stage.merchant.deliveries()[0].header("banked-signature"), "");
}
