//! From the shelf to the provider's page.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use crate::browser::{PATIENCE, attempt, buy, fill_basket, get, head, post};
use crate::program::Shop;
use crate::provider::Provider;
use crate::webhook::Event;

const REFERENCE: &str = "SELECT reference FROM orders";

fn order_page(shop: &Shop) -> String {
    format!("/orders/{}", shop.text("SELECT page FROM orders"))
}

#[test]
fn every_page_lets_in_nothing_from_elsewhere_and_nothing_inline() {
    let provider = Provider::start();
    let shop = Shop::start(&provider);
    buy(shop.address, "card");
    let admin = format!("/admin/orders/{}", shop.text(REFERENCE));
    for path in ["/", "/basket", "/admin", "/nothing", &order_page(&shop), &admin, "/orders/NOBODY"] {
        let answer = get(shop.address, path, "").expect("an answer");
        assert!(!answer.body.is_empty(), "{path} says nothing");
        let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{path} has no policy"));
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{path}");
    }
}

#[test]
fn an_order_by_card_is_at_the_provider_under_its_reference_and_a_key() {
    let provider = Provider::start();
    let shop = Shop::start(&provider);
    let answer = buy(shop.address, "card");
    assert_eq!((answer.status, answer.header("location")), (303, Some("https://pay.example/PSP0000000000000")));
    let session = provider.done("/sessions").remove(0);
    assert_eq!(session.target, "/adyen/v71/sessions");
    assert_eq!(session.body["reference"], shop.text(REFERENCE));
    assert_eq!(session.body["amount"], serde_json::json!({ "value": 2450, "currency": "GBP" }));
    let return_url = session.body["returnUrl"].as_str().expect("where to return to");
    assert!(return_url.ends_with(&format!("{}/return", order_page(&shop))), "{return_url}");
    let asked = provider.asked().remove(0);
    assert_eq!(asked.header("x-api-key"), "test-key");
    assert_eq!(asked.header("idempotency-key"), shop.text("SELECT key FROM intentions"));
}

#[test]
fn an_order_by_bank_is_a_payment_session_of_its_lines() {
    let provider = Provider::start();
    let shop = Shop::start(&provider);
    let answer = buy(shop.address, "bank");
    assert_eq!(answer.header("location"), Some("https://pay.example/PSP0000000000000"));
    let session = provider.done("/payment_sessions").remove(0);
    assert_eq!(session.target, "/banked/v2/payment_sessions");
    assert_eq!(session.body["line_items"][0]["amount"], 2450);
    assert!(session.body["reference"].as_str().is_some_and(|reference| reference.len() <= 18));
    assert_eq!(provider.asked().remove(0).header("authorization"), "Basic cGtfdGVzdDpza190ZXN0");
}

#[test]
fn a_form_sent_twice_is_one_order_and_one_session() {
    let provider = Provider::start();
    let shop = Shop::start(&provider);
    let cookie = fill_basket(shop.address, "heron").expect("a basket");
    let page = get(shop.address, "/basket", &cookie).expect("the basket").text();
    let attempt = attempt(&page, "/checkout").expect("a form");
    let form = [("attempt", attempt.as_str()), ("email", "ada@example.com"), ("method", "card")];
    let pay = || post(shop.address, "/checkout", &cookie, &form).expect("an answer");
    let (first, second) = (pay(), pay());
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!((shop.count("SELECT count(*) FROM orders"), provider.done("/sessions").len()), (1, 1));
}

#[test]
fn what_a_buyer_got_wrong_is_said_and_nothing_is_ordered() {
    let provider = Provider::start();
    let shop = Shop::start(&provider);
    let cookie = fill_basket(shop.address, "koi").expect("a basket");
    let page = get(shop.address, "/basket", &cookie).expect("the basket").text();
    let attempt = attempt(&page, "/checkout").expect("a form");
    let pay = |attempt: &str, email: &str, method: &str| {
        let form = [("attempt", attempt), ("email", email), ("method", method)];
        post(shop.address, "/checkout", &cookie, &form).expect("an answer")
    };
    let again = pay(&attempt, "<ada>", "card");
    assert_eq!(again.status, 422);
    assert!(again.text().contains("value=\"&lt;ada&gt;\""), "what was typed is kept, and escaped");
    assert_eq!(pay("guessed", "ada@example.com", "card").status, 409);
    assert!(pay(&attempt, "ada@example.com", "cash").status >= 400);
    assert_eq!(shop.count("SELECT count(*) FROM orders"), 0);
}

#[test]
fn a_form_of_another_site_is_refused() {
    let provider = Provider::start();
    let shop = Shop::start(&provider);
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    let request = head(shop.address, "POST", "/basket", &headers, b"product=swift");
    let answer = payhook_testkit::wire::call(shop.address, &request, PATIENCE).expect("an answer");
    assert_eq!(answer.status, 403);
}

#[test]
fn the_redirect_is_not_believed_and_the_webhook_is() {
    let provider = Provider::start();
    let shop = Shop::start(&provider);
    buy(shop.address, "card");
    let page = order_page(&shop);
    let back = get(shop.address, &format!("{page}/return?sessionResult=paid&resultCode=Authorised"), "").expect("back");
    assert_eq!((back.status, back.header("location")), (303, Some(page.as_str())));
    assert!(get(shop.address, &page, "").expect("the order").text().contains("Waiting for the payment"));
    assert_eq!(Event::authorised(&shop.text(REFERENCE), 2_450).send(shop.address), Some(204));
    assert!(get(shop.address, &page, "").expect("the order").text().contains("Paid. Thank you!"));
}

#[test]
fn an_open_page_hears_that_the_order_is_paid() {
    let provider = Provider::start();
    let shop = Shop::start(&provider);
    buy(shop.address, "card");
    let mut stream = TcpStream::connect(shop.address).expect("the shop listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let path = format!("{}/changes", order_page(&shop));
    stream.write_all(&head(shop.address, "GET", &path, &[], b"")).expect("sent");
    let lines = BufReader::new(&stream).lines().map_while(Result::ok);
    let mut states = lines.filter_map(|line| line.strip_prefix("data: ").map(str::to_owned));
    assert_eq!(states.next().as_deref(), Some("waiting.0.0.done"));
    Event::authorised(&shop.text(REFERENCE), 2_450).send(shop.address);
    assert_eq!(states.next().as_deref(), Some("paid.0.0.done"));
}

#[test]
fn a_refused_order_can_be_paid_again_and_a_paid_one_cannot() {
    let provider = Provider::start();
    let shop = Shop::start(&provider);
    buy(shop.address, "card");
    let (page, reference) = (order_page(&shop), shop.text(REFERENCE));
    let refused = Event {
        id: "evt_refused".to_owned(),
        kind: "payment.refused",
        status: "refused",
        payment: "pay_first".to_owned(),
        totals: (0, 0, 0),
        ..Event::authorised(&reference, 2_450)
    };
    assert_eq!(refused.send(shop.address), Some(204));
    let shown = get(shop.address, &page, "").expect("the order").text();
    assert!(shown.contains("The payment was refused"), "{shown}");
    let token = attempt(&shown, "/pay").expect("a form to try again");
    let form = [("attempt", token.as_str()), ("method", "bank")];
    let again = post(shop.address, &format!("{page}/pay"), "", &form).expect("an answer");
    assert_eq!(again.header("location"), Some("https://pay.example/PSP0000000000001"));
    assert_eq!(Event::authorised(&reference, 2_450).send(shop.address), Some(204));
    let late = [("attempt", "ABCDEFGHJKLMNPQRSTUVWXYZ23"), ("method", "card")];
    let late = post(shop.address, &format!("{page}/pay"), "", &late).expect("an answer");
    assert_eq!(late.header("location"), Some(page.as_str()), "it is paid: nothing more is asked for");
    assert_eq!((provider.done("/sessions").len(), provider.done("/payment_sessions").len()), (1, 1));
}

#[test]
fn a_provider_that_says_no_is_told_to_the_buyer_and_the_order_stays() {
    let provider = Provider::start();
    let shop = Shop::start(&provider);
    provider.refuse(true);
    let answer = buy(shop.address, "card");
    assert_eq!(answer.header("location"), Some(order_page(&shop).as_str()));
    assert!(get(shop.address, &order_page(&shop), "").expect("the order").text().contains("did not open"));
}
