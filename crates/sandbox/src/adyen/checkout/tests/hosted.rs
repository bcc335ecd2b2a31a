//! The hosted payment page, as a shopper meets it: plain forms, one after the other.

use payhook_testkit::wire::Answer;
use serde_json::{Value, json};

use super::stage::{ACCOUNT, QUICK, Stage};
use crate::time::Pace;

const CARD: &str = "method=card&number=4111+1111+4555+1142&expiry=03%2F30&cvc=737&holder=";
const SECURE: &str = "method=card&number=4917610000000000&expiry=03%2F30&cvc=737&holder=J.+Smith";

/// A session, and the path of its page.
fn session(stage: &Stage) -> (Value, String) {
    let body = json!({ "merchantAccount": ACCOUNT, "reference": "order-1", "amount": { "currency": "EUR", "value": 1_250 },
        "returnUrl": "https://shop.example.com/back?order=1", "countryCode": "NL", "channel": "Web" });
    let session = stage.post("/sessions", &body, 201);
    let url = url::Url::parse(session["url"].as_str().expect("a URL")).expect("a URL");
    (session, url.path().to_owned())
}

/// Where an answer sends the shopper.
fn sent_to(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").expect("an address").to_owned()
}

/// The status of a session, asked with what the shopper brought back.
fn status(stage: &Stage, back: &str) -> Value {
    let back = url::Url::parse(back).expect("a URL");
    assert!(back.as_str().starts_with("https://shop.example.com/back?order=1&sessionId=CS"), "{back}");
    let value = |wanted| back.query_pairs().find(|(name, _)| name == wanted).expect("there").1.into_owned();
    let (id, result) = (value("sessionId"), value("sessionResult"));
    let answer = stage.get(&format!("/adyen/checkout/v71/sessions/{id}?sessionResult={result}"));
    assert_eq!((answer.status, &answer.json()["id"]), (200, &json!(id)));
    answer.json()["status"].clone()
}

#[test]
fn a_session_repeats_what_was_asked_and_says_where_it_is_paid() {
    let stage = Stage::start(QUICK);
    let (session, path) = session(&stage);
    assert_eq!(
        (&session["countryCode"], &session["channel"], &session["mode"]),
        (&json!("NL"), &json!("Web"), &json!("embedded"))
    );
    let id = session["id"].as_str().expect("an id");
    assert!(id.starts_with("CS") && id.len() == 18 && path.ends_with(id), "{id}");
    assert!(
        session["sessionData"].is_string() && session["expiresAt"].as_str().is_some_and(|at| at.ends_with("+01:00"))
    );
    let asked = |query: &str| stage.get(&format!("/adyen/checkout/v71/sessions/{id}{query}")).status;
    assert_eq!((asked(""), asked("?sessionResult=guessed")), (422, 422));
    assert_eq!(stage.get("/adyen/checkout/v71/sessions/CS00?sessionResult=x").status, 404);
}

#[test]
fn a_shopper_pays_by_card_and_the_merchant_hears_of_the_session() {
    let stage = Stage::start(QUICK);
    let (session, path) = session(&stage);
    let page = stage.ask("GET", &path, &[], b"");
    let text = page.text();
    assert!(
        page.status == 200 && text.contains("12.50 EUR") && text.contains("sandbox") && text.contains("<label"),
        "{text}"
    );
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"));
    assert!(!text.contains("<script") && !text.contains(" style="), "nothing inline");

    let back = sent_to(&stage.send(&path, &format!("{CARD}J.+Smith")));
    assert_eq!(status(&stage, &back), "completed");
    let item = stage.hears_of("AUTHORISATION");
    assert_eq!(
        (&item["merchantReference"], &item["additionalData"]["checkoutSessionId"]),
        (&json!("order-1"), &session["id"])
    );

    let again = stage.send(&path, &format!("{CARD}J.+Smith"));
    assert!(again.status == 200 && again.text().contains("has been paid"), "nobody pays twice: {}", again.text());
    assert_eq!(stage.items().len(), 1);
}

#[test]
fn a_refused_shopper_stays_with_the_reason_and_pays_with_another_card() {
    let stage = Stage::start(QUICK);
    let (_, path) = session(&stage);
    let refused = stage.send(&path, &format!("{CARD}NOT_ENOUGH_BALANCE"));
    assert!(refused.status == 200 && refused.text().contains("role=\"alert\""), "{}", refused.text());
    assert!(refused.text().contains("Not enough balance") && !refused.text().contains("value=\"737\""));
    assert!(
        stage.ask("GET", &path, &[], b"").text().contains("Not enough balance"),
        "also when the page is opened again"
    );
    let back = sent_to(&stage.send(&path, "method=card&number=5555444433331111&expiry=03/30&cvc=737&holder=J"));
    assert_eq!(status(&stage, &back), "completed");
    let paid = stage.hears(|item| item["success"] == "true");
    let items = stage.items();
    assert_eq!(
        (items.len(), &items[0]["success"], &items[0]["merchantReference"]),
        (2, &json!("false"), &json!("order-1"))
    );
    assert_ne!(items[0]["pspReference"], paid["pspReference"], "each try has a reference of its own");
}

#[test]
fn a_mistyped_card_is_said_and_nothing_is_tried() {
    let stage = Stage::start(QUICK);
    let (_, path) = session(&stage);
    for (form, word) in [
        ("method=card&number=4111111145551143&expiry=03/30&cvc=737", "Invalid card number"),
        ("method=card&number=4111111145551142&expiry=0330&cvc=737", "03/30"),
        ("method=card&number=4111111145551142&expiry=13/30&cvc=737", "expiryMonth"),
        ("method=card&number=%3Cscript%3E&expiry=03/30&cvc=737", "&lt;script&gt;"),
        ("", "03/30"),
    ] {
        let answer = stage.send(&path, form);
        assert!(answer.status == 422 && answer.text().contains(word), "{form}: {}", answer.text());
    }
    assert_eq!(stage.items().len(), 0);
}

#[test]
fn a_session_with_3ds_is_paid_when_the_shopper_approves_and_can_be_tried_again_after_a_failure() {
    let stage = Stage::start(QUICK);
    let (_, path) = session(&stage);
    let challenge = sent_to(&stage.send(&path, SECURE));
    assert!(stage.ask("GET", &challenge, &[], b"").text().contains("3-D Secure"));
    assert_eq!(sent_to(&stage.send(&challenge, "approved=false")), path);
    assert!(stage.ask("GET", &path, &[], b"").text().contains("3D Not Authenticated"));

    let challenge = sent_to(&stage.send(&path, SECURE));
    let back = sent_to(&stage.send(&challenge, "approved=true"));
    assert_eq!(status(&stage, &back), "completed");
    stage.hears(|item| item["success"] == "true");
    assert_eq!(sent_to(&stage.ask("GET", &challenge, &[], b"")), back, "opened again, it leads on");
    assert_eq!(stage.send(&challenge, "approved=perhaps").status, 422);
}

#[test]
fn two_pages_of_one_session_pay_once() {
    let stage = Stage::start(QUICK);
    let (_, path) = session(&stage);
    let challenge = sent_to(&stage.send(&path, SECURE));
    sent_to(&stage.send(&path, &format!("{CARD}J.+Smith")));
    assert!(stage.send(&challenge, "approved=true").text().contains("has been paid"));
    stage.hears_of("AUTHORISATION");
    assert_eq!(stage.items().len(), 1);
}

#[test]
fn a_second_page_of_a_session_pays_nothing_while_a_payment_is_on_its_way() {
    // It is on its way for a minute.
    let stage = Stage::start(Pace::Scaled(1.0));
    let (_, path) = session(&stage);
    let challenge = sent_to(&stage.send(&path, SECURE));
    let back = sent_to(&stage.send(&path, &format!("{CARD}PENDING")));
    assert!(stage.send(&challenge, "approved=true").text().contains("on its way"));
    assert_eq!(status(&stage, &back), "paymentPending");
}

#[test]
fn a_choice_whose_answer_got_lost_is_sent_again_and_leads_to_the_shop() {
    let stage = Stage::start(QUICK);
    let (_, path) = session(&stage);
    let challenge = sent_to(&stage.send(&path, SECURE));
    let back = sent_to(&stage.send(&challenge, "approved=true"));
    assert_eq!(sent_to(&stage.send(&challenge, "approved=true")), back);
    stage.hears_of("AUTHORISATION");
    assert_eq!(stage.items().len(), 1);
}

#[test]
fn a_shopper_pays_by_bank_or_goes_back() {
    let stage = Stage::start(QUICK);
    let (_, path) = session(&stage);
    let bank = sent_to(&stage.send(&path, "method=ideal"));
    let back = sent_to(&stage.send(&bank, "approved=true"));
    assert_eq!(
        (status(&stage, &back), &stage.hears_of("AUTHORISATION")["paymentMethod"]),
        (json!("completed"), &json!("ideal"))
    );

    let (_, path) = session(&stage);
    let back = sent_to(&stage.send(&format!("{path}/cancel"), ""));
    assert_eq!(status(&stage, &back), "canceled");
    assert!(stage.ask("GET", &path, &[], b"").text().contains("cancelled"));
}

#[test]
fn a_pending_session_waits_and_then_is_completed() {
    let stage = Stage::start(QUICK);
    let (_, path) = session(&stage);
    let back = sent_to(&stage.send(&path, &format!("{CARD}PENDING")));
    assert_eq!(status(&stage, &back), "paymentPending");
    stage.hears_of("AUTHORISATION");
    assert_eq!(status(&stage, &back), "completed");
}

#[test]
fn a_session_that_nobody_pays_is_over_and_those_who_ask_hear_of_it() {
    let stage =
        Stage::start_with(Pace::Leaping, |webhook| webhook.include_event_codes = vec!["OFFER_CLOSED".to_owned()]);
    let (session, path) = session(&stage);
    let item = stage.hears_of("OFFER_CLOSED");
    assert_eq!(
        (&item["additionalData"]["checkoutSessionId"], &item["merchantReference"]),
        (&session["id"], &json!("order-1"))
    );
    let page = stage.ask("GET", &path, &[], b"").text();
    assert!(page.contains("The time to pay this is over") && page.contains("Back to the shop"), "{page}");
    assert!(stage.send(&path, &format!("{CARD}J")).text().contains("is over"));
}

#[test]
fn an_address_that_nobody_gave_out_is_a_page_that_says_so() {
    let stage = Stage::start(QUICK);
    for path in ["/adyen/pay/CS0000000000000000", "/adyen/redirect/ABCDEFGHIJKLMNOP"] {
        let page = stage.ask("GET", path, &[], b"");
        assert!(page.status == 404 && page.text().contains("Nothing here") && page.text().contains("sandbox"));
    }
}
