//! A payment by bank, from the session to its end.

use payhook_domain::kind::Kind::{self, PaymentFailed, PaymentInitiated, PaymentPending, PaymentSent};
use payhook_sandbox::Pace;
use payhook_testkit::receiver::Behaviour;
use serde_json::{Value, json};

use super::stage::{Stage, order};

fn id(session: &Value) -> &str {
    session["id"].as_str().expect("an id")
}

fn kinds(stage: &Stage, number: usize) -> Vec<Kind> {
    let mut kinds: Vec<_> = stage.heard(number).into_iter().map(|event| event.kind).collect();
    // Each notification goes its own way: they may overtake each other.
    kinds.sort_by_key(|kind| kind.as_str());
    kinds
}

#[test]
fn a_session_is_what_was_asked_for_and_says_where_to_pay() {
    let stage = Stage::new();
    let session = stage.session();
    assert_eq!((&session["amount"], &session["currency"]), (&json!(2_500), &json!("GBP")));
    assert_eq!((&session["state"], &session["live"]), (&json!("awaiting_payer"), &json!(false)));
    assert_eq!(session["created_at"], "2026-09-21 14:13:20 UTC");
    assert_eq!(session["line_items"].as_array().map(Vec::len), Some(2));
    assert_eq!(session["payee"], order()["payee"]);
    assert!(session["url"].as_str().is_some_and(|url| url.ends_with(&format!("/banked/pay/{}", id(&session)))));
    assert_eq!(stage.get(&format!("/payment_sessions/{}", id(&session))), session);
    assert_eq!(stage.get("/payment_sessions"), json!([session]));
}

#[test]
fn an_approved_payment_is_initiated_pending_and_sent_and_the_merchant_hears_of_each() {
    let stage = Stage::with_webhook();
    let session = stage.session();
    let led = stage.pay(&session, "050511", "approve");
    assert_eq!(led, format!("https://shop.example.com/thanks?p={}", id(&session)));
    assert_eq!(kinds(&stage, 1), [PaymentInitiated]);
    stage.turn(1);
    assert_eq!(kinds(&stage, 2), [PaymentInitiated, PaymentPending]);
    stage.turn(3);
    assert_eq!(kinds(&stage, 3), [PaymentInitiated, PaymentPending, PaymentSent]);
    for event in stage.heard(3) {
        assert_eq!(event.amount.expect("an amount").to_string(), "25.00 GBP");
        assert_eq!((event.payment.as_deref(), event.reference.as_deref()), (Some(id(&session)), Some("Order 000042")));
        assert_eq!(event.live, Some(false));
    }
    let sent = stage.get(&format!("/payment_sessions/{}", id(&session)));
    assert_eq!((&sent["state"], &sent["sent_at"]), (&json!("sent"), &json!("2026-09-21 14:13:24 UTC")));
}

#[test]
fn a_notification_has_the_fields_of_the_published_sample() {
    let stage = Stage::with_webhook();
    stage.sent();
    let names = |place: usize| -> Vec<String> {
        let body = stage.merchant.deliveries()[place].json();
        body.as_object().expect("an object").keys().cloned().collect()
    };
    let mut published: Vec<_> = [
        "amount",
        "created_at",
        "currency",
        "end_to_end_id",
        "error_url",
        "id",
        "line_items",
        "live",
        "payee",
        "reference",
        "state",
        "success_url",
        "url",
        "email_receipt",
        "webhook_event",
        "webhook_type",
    ]
    .map(str::to_owned)
    .to_vec();
    published.sort();
    assert_eq!(names(1), published);
    published.push("sent_at".to_owned());
    published.sort();
    assert_eq!(names(0), published, "the sample of payment_initiated has it, and the others do not");
}

#[test]
fn the_payers_buttons_and_the_magic_accounts_lead_where_they_say() {
    for (account, decision, page, told) in [
        ("050511", "decline", "sorry", vec![PaymentFailed]),
        ("050511", "insufficient", "sorry", vec![PaymentFailed, PaymentInitiated]),
        ("991111", "approve", "sorry", vec![PaymentFailed]),
        ("991101", "approve", "sorry", vec![PaymentFailed, PaymentInitiated]),
        ("992120", "late", "sorry", vec![PaymentFailed, PaymentInitiated]),
        ("050511", "approve", "thanks", vec![PaymentInitiated, PaymentPending, PaymentSent]),
    ] {
        let stage = Stage::with_webhook();
        let session = stage.session();
        let led = stage.pay(&session, account, decision);
        assert_eq!(led, format!("https://shop.example.com/{page}?p={}", id(&session)), "{account} {decision}");
        stage.heard(1);
        stage.turn(60);
        assert_eq!(kinds(&stage, told.len()), told, "{account} {decision}");
    }
}

#[test]
fn a_late_payment_stays_pending_for_two_hours() {
    let stage = Stage::with_webhook();
    let session = stage.session();
    stage.pay(&session, "050511", "late");
    stage.heard(1);
    stage.turn(7_199);
    assert_eq!(kinds(&stage, 2), [PaymentInitiated, PaymentPending]);
    assert_eq!(stage.get(&format!("/payment_sessions/{}", id(&session)))["state"], "pending");
    stage.turn(1);
    assert_eq!(kinds(&stage, 3), [PaymentInitiated, PaymentPending, PaymentSent]);
}

#[test]
fn a_session_that_nobody_pays_fails_after_a_day_and_a_paid_one_does_not() {
    let stage = Stage::with_webhook();
    let paid = stage.sent();
    let left = stage.session();
    stage.turn(24 * 60 * 60);
    let failed = stage.heard(4).pop().expect("four");
    assert_eq!((failed.kind, failed.payment.as_deref()), (PaymentFailed, Some(id(&left))));
    assert_eq!(stage.get(&format!("/payment_sessions/{}", id(&paid)))["state"], "sent");
}

#[test]
fn time_that_leaps_waits_for_a_payer_and_for_nothing_else() {
    let stage = Stage::paced(Pace::Leaping).and_webhook();
    let session = stage.session();
    let path = format!("/payment_sessions/{}", id(&session));
    assert_eq!(stage.get(&path)["state"], "awaiting_payer");
    stage.pay(&session, "050511", "late");
    assert_eq!(kinds(&stage, 3), [PaymentInitiated, PaymentPending, PaymentSent]);
    assert_eq!(stage.get(&path)["sent_at"], "2026-09-21 16:13:20 UTC", "two hours later");
}

#[test]
fn an_endpoint_that_refuses_one_notification_still_hears_of_the_next_and_of_the_first_again() {
    let stage = Stage::with_webhook();
    stage.merchant.behave(|delivery| {
        let first = delivery.json()["webhook_event"] == "payment_initiated" && delivery.number == 0;
        Behaviour::Answer(if first { 500 } else { 200 })
    });
    let session = stage.session();
    stage.pay(&session, "050511", "approve");
    stage.heard(1);
    stage.turn(5);
    assert_eq!(kinds(&stage, 3), [PaymentInitiated, PaymentPending, PaymentSent]);
    stage.turn_until_heard(60, 4);
    assert_eq!(kinds(&stage, 4), [PaymentInitiated, PaymentInitiated, PaymentPending, PaymentSent]);
    let ids: Vec<_> =
        stage.heard(4).into_iter().filter(|event| event.kind == PaymentInitiated).map(|event| event.id).collect();
    assert_eq!(ids[0], ids[1], "the same event, told again");
}

#[test]
fn a_withdrawn_session_is_no_more_and_one_that_a_bank_has_stays() {
    let stage = Stage::with_webhook();
    let withdrawn = format!("/payment_sessions/{}", id(&stage.session()));
    assert_eq!(stage.ask("DELETE", &withdrawn, &[], "").status, 204);
    assert_eq!(stage.ask("DELETE", &withdrawn, &[], "").status, 204, "again");
    assert_eq!(stage.ask("GET", &withdrawn, &[], "").status, 404);
    assert_eq!(stage.ask("DELETE", "/payment_sessions/unknown", &[], "").status, 404);
    let sent = stage.sent();
    assert_eq!(stage.ask("DELETE", &format!("/payment_sessions/{}", id(&sent)), &[], "").status, 409);
}

#[test]
fn the_pages_lead_a_payer_through_every_step_and_say_sandbox() {
    let stage = Stage::with_webhook();
    let session = stage.session();
    let (pay, bank) = (format!("/banked/pay/{}", id(&session)), format!("/banked/bank/{}", id(&session)));
    let page = |path: &str| {
        let page = stage.send("GET", path, &[], "");
        assert!(
            (page.status == 303 || page.text().contains("sandbox")) && page.header("server") == Some("payhook-sandbox"),
            "{path}"
        );
        page
    };
    let choice = page(&pay);
    for word in ["£25.00", "Gerard Wiley", "3 × Candle", "£15.00", "Order 000042", "mock-bank"] {
        assert!(choice.text().contains(word), "{word}: {}", choice.text());
    }
    assert_eq!(page(&bank).header("location"), Some(pay.as_str()), "no bank was chosen");
    let unknown = stage.press(&pay, "bank=none");
    assert!(unknown.status == 422 && unknown.text().contains("role=\"alert\""), "{}", unknown.text());

    assert_eq!(stage.press(&pay, "bank=mock-mutual").header("location"), Some(bank.as_str()));
    assert_eq!(stage.get(&format!("/payment_sessions/{}", id(&session)))["state"], "awaiting_provider");
    assert!(page(&bank).text().contains("Mock Mutual"));
    assert_eq!(page(&pay).header("location"), Some(bank.as_str()));
    assert_eq!(stage.press(&format!("{bank}/account"), "account=12").status, 422);

    assert_eq!(stage.press(&format!("{bank}/account"), "account=050511").status, 303);
    assert_eq!(stage.get(&format!("/payment_sessions/{}", id(&session)))["state"], "awaiting_payment_consent");
    assert!(page(&bank).text().contains("Approve"));
    assert_eq!(stage.press(&format!("{bank}/decision"), "decision=perhaps").status, 422);
    assert_eq!(stage.press(&format!("{bank}/decision"), "decision=approve").status, 303);
    let again = stage.press(&format!("{bank}/decision"), "decision=decline");
    assert_eq!(again.header("location"), Some(bank.as_str()), "a second press changes nothing");
    assert!(page(&pay).text().contains("On its way"));
    stage.heard(1);
    stage.turn(10);
    stage.heard(3);
    assert!(page(&pay).text().contains("has left your account"));
    assert_eq!(page("/banked/pay/unknown").status, 404);
}

#[test]
fn an_account_number_that_is_none_is_shown_again_as_it_was_typed() {
    let stage = Stage::new();
    let session = stage.session();
    stage.press(&format!("/banked/pay/{}", id(&session)), "bank=mock-bank");
    let refused = stage.press(&format!("/banked/bank/{}/account", id(&session)), "account=12");
    assert_eq!(refused.status, 422);
    let page = refused.text();
    assert!(page.contains("6 to 10 digits") && page.contains(r#"name="account" value="12""#), "{page}");
}

#[test]
fn a_payer_who_turns_back_is_led_to_the_shop_and_the_payment_has_failed() {
    let stage = Stage::with_webhook();
    let session = stage.session();
    let answer = stage.press(&format!("/banked/pay/{}/cancel", id(&session)), "");
    let sorry = format!("https://shop.example.com/sorry?p={}", id(&session));
    assert_eq!((answer.status, answer.header("location")), (303, Some(sorry.as_str())));
    assert_eq!(kinds(&stage, 1), [PaymentFailed]);
    assert!(stage.send("GET", &format!("/banked/pay/{}", id(&session)), &[], "").text().contains("Not paid"));
}

#[test]
fn names_that_look_like_markup_are_shown_as_they_are() {
    let stage = Stage::new();
    let mut order = order();
    order["line_items"][0]["name"] = json!("<script>alert(1)</script>");
    let session = stage.post("/payment_sessions", &order).json();
    let page = stage.send("GET", &format!("/banked/pay/{}", id(&session)), &[], "").text();
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
}
