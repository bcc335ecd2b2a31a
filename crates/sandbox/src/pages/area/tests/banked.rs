//! Banked's webhooks.

use super::browser::Browser;
use crate::banked::webhook::Webhook;

const NEW: &str = "/area/banked/webhooks";

#[test]
fn a_webhook_is_made_and_its_key_is_not_shown_again() {
    let browser = Browser::new();
    let form = [
        ("url", "http://127.0.0.1:1/in/banked"),
        ("key", "a key of our own choice"),
        ("event", "payment_sent"),
        ("event", "payment_failed"),
        ("event", "no_such_event"),
    ];
    let (page, shown) = browser.does(NEW, &form);
    shown.says("http://127.0.0.1:1/in/banked").keeps_quiet_about("a key of our own choice");
    let (_, saved) = browser.does(&page, &[("url", "https://shop.example/b"), ("event", "payment_sent"), ("key", "")]);
    saved.says("https://shop.example/b");
    let [webhook] = browser.act(|act| act.newest::<Webhook>(9)).try_into().expect("one webhook");
    let Webhook { signature_key, events, .. } = webhook;
    assert_eq!((signature_key.as_deref(), events), (Some("a key of our own choice"), vec!["payment_sent".to_owned()]));
}

#[test]
fn it_asks_for_https_beyond_this_machine_and_for_events() {
    let browser = Browser::new();
    let refused = browser.post(NEW, &[("url", "http://shop.example/b")]);
    assert_eq!(refused.status, 422);
    refused.says("an https URL is needed").says("choose what it is to hear of");
}

#[test]
fn every_name_of_this_machine_does_without_https_here_as_at_the_api() {
    let browser = Browser::new();
    for url in ["http://shop.localhost:8080/b", "http://localhost:8080/b", "http://[::1]:8080/b"] {
        browser.does(NEW, &[("url", url), ("event", "payment_sent")]).1.says(url);
    }
}

#[test]
fn a_key_that_is_typed_anew_is_remembered_as_the_one_before_and_what_is_deleted_can_be_deleted_again_at_the_api() {
    let browser = Browser::new();
    let form = [("url", "http://127.0.0.1:1/in/banked"), ("key", "the first"), ("event", "payment_sent")];
    let (page, _) = browser.does(NEW, &form);
    browser.does(&page, &[("url", "http://127.0.0.1:1/in/banked"), ("key", "the second"), ("event", "payment_sent")]);
    let [webhook] = browser.act(|act| act.newest::<Webhook>(9)).try_into().expect("one webhook");
    assert_eq!(webhook.replaced_key.as_deref(), Some("the first"));
    browser.does(&format!("{page}/delete"), &[]);
    let request = http::Request::delete(format!("/banked/v2/webhooks/{}", webhook.id));
    let basic = format!("Basic {}", data_encoding::BASE64.encode(b"pk_sandbox:sk_sandbox"));
    let request = request.header("authorization", basic).body(axum::body::Body::empty()).expect("a request");
    assert_eq!(browser.send(request).status, 204);
}

#[test]
fn five_webhooks_hear_of_an_event_and_a_sixth_does_not() {
    let browser = Browser::new();
    let form = [("url", "https://shop.example/b"), ("event", "payment_sent")];
    let (first, _) = browser.does(NEW, &form);
    for _ in 2..=5 {
        browser.does(NEW, &form);
    }
    browser.post(NEW, &form).says("5 webhooks hear of payment_sent already");
    assert_eq!(browser.post(&first, &form).status, 303, "one of the five can still be saved");
}

#[test]
fn a_test_notification_is_sent_at_once_and_shown() {
    let browser = Browser::new();
    let form = [("url", "http://127.0.0.1:1/in/banked"), ("key", "secret"), ("event", "payment_sent")];
    let (page, _) = browser.does(NEW, &form);
    let (_, sent) = browser.does(&format!("{page}/test"), &[("event", "payment_sent")]);
    sent.says("payment_sent").says("banked-signature").says("no answer").says("Connection refused");
    assert_eq!(browser.post(&format!("{page}/test"), &[("event", "nonsense")]).status, 404);
}
