//! Braintree: forms, pairs of keys, XML, and the challenge.

use data_encoding::BASE64;
use http::HeaderMap;
use payhook_domain::event::Event;
use payhook_domain::identity::Environment;
use payhook_domain::verdict::Unverified;
use payhook_provider::{Item, Key, Papers, Parsed, Policy, RawRequest, Unsigned};

use crate::declared_vectors;
use crate::requests::{NOW, Posted, provider};

const PUBLIC: &str = "integration_public_key";
const PRIVATE: &str = "integration_private_key";

fn key(name: &str, text: &str) -> Key {
    provider("braintree").key(name, text).expect("a key")
}

fn signed(document: &str) -> Posted {
    let unsigned = Unsigned { target: "/in/x".to_owned(), headers: HeaderMap::new(), body: document.to_owned().into() };
    let policy = Policy::default();
    let signed = provider("braintree").sign(unsigned, &key(PUBLIC, PRIVATE), &policy, NOW).expect("signed");
    Posted::new(signed.headers, signed.body)
}

fn judged(request: &Posted, keys: &[Key]) -> Result<(), Unverified> {
    let Papers::Items(mut items) = provider("braintree").verify(&request.raw(), keys, &Policy::default(), NOW) else {
        panic!("one item")
    };
    items.remove(0).as_it_stands().map(drop).map_err(|refused| refused.reason)
}

fn parsed(document: &str) -> Parsed {
    let request = signed(document);
    let keys = [key(PUBLIC, PRIVATE)];
    let raw = request.raw();
    let Papers::Items(items) = provider("braintree").verify(&raw, &keys, &Policy::default(), NOW) else { panic!() };
    let Item::Verified(verified) = &items[0] else { panic!("refused") };
    provider("braintree").parse(verified, Environment::Test)
}

fn event(document: &str) -> Event {
    match parsed(document) {
        Parsed::Events(mut events) => events.remove(0),
        Parsed::NotUnderstood { detail, .. } => panic!("{detail}"),
    }
}

const SETTLED: &str = "<notification><timestamp type=\"datetime\">2026-11-21T23:37:01Z</timestamp>\
    <kind>transaction_settled</kind><subject><transaction><id>tx1</id><order-id>order-17</order-id>\
    <amount>100.50</amount><currency-iso-code>USD</currency-iso-code></transaction></subject></notification>";

#[test]
fn what_braintree_signs_is_let_in_and_nothing_else_is() {
    let request = signed(SETTLED);
    assert_eq!(judged(&request, &[key(PUBLIC, PRIVATE)]), Ok(()));
    assert_eq!(judged(&request, &[key(PUBLIC, "another")]), Err(Unverified::SignatureMismatch));
    assert_eq!(judged(&request, &[key("another", PRIVATE)]), Err(Unverified::SignatureMismatch));
    let mut retired = key(PUBLIC, PRIVATE);
    retired.retired = true;
    assert_eq!(judged(&request, &[retired]), Err(Unverified::KeyRetired));
    let text = String::from_utf8(request.body.clone()).expect("text");
    for (body, reason) in [
        (text.replace("bt_payload=P", "bt_payload=Q"), Unverified::SignatureMismatch),
        (text.replace("bt_payload=", "bt_payload=%26"), Unverified::FieldShape),
        (text.replace("bt_signature", "bt_signatur"), Unverified::SignatureMissing),
        (format!("{text}&{text}"), Unverified::SignatureMissing),
        (text.replace("bt_signature=", "bt_signature=x%7C00%26y%7C11%26"), Unverified::SignatureMismatch),
    ] {
        let keys = [key(PUBLIC, PRIVATE)];
        let among_others = body.contains("x%7C00");
        let expected = if among_others { Ok(()) } else { Err(reason) };
        assert_eq!(judged(&Posted::form(body.clone()), &keys), expected, "{body}");
    }
}

#[test]
fn a_line_feed_that_a_framework_took_from_the_end_is_given_back() {
    let text = String::from_utf8(signed(SETTLED).body).expect("text");
    assert!(text.ends_with("%0A"));
    assert_eq!(judged(&Posted::form(text.trim_end_matches("%0A")), &[key(PUBLIC, PRIVATE)]), Ok(()));
}

#[test]
fn a_document_says_its_kind_its_transaction_and_its_amount() {
    let settled = event(SETTLED);
    assert_eq!(settled.code, "transaction_settled");
    assert_eq!(settled.reference.as_deref(), Some("order-17"));
    assert_eq!(settled.provider_reference.as_deref(), Some("tx1"));
    assert_eq!(settled.payment.as_deref(), Some("tx1"));
    assert_eq!(settled.amount.expect("an amount").to_string(), "100.50 USD");
    let dispute = event(
        "<notification><kind>dispute_opened</kind><subject><dispute><id>d1</id><amount>250.00</amount>\
         <currency_iso_code>USD</currency_iso_code><transaction><id>tx1</id></transaction></dispute></subject></notification>",
    );
    assert_eq!((dispute.payment.as_deref(), dispute.provider_reference.as_deref()), (Some("tx1"), Some("d1")));
    assert_ne!(dispute.id, settled.id);
    assert_eq!(event(SETTLED).id, settled.id, "the same again");
}

#[test]
fn what_is_no_notification_is_kept_and_not_understood() {
    for document in ["", "{}", "<other/>", "<!DOCTYPE a [<!ENTITY b \"c\">]><notification>&b;</notification>"] {
        assert!(matches!(parsed(document), Parsed::NotUnderstood { .. }), "{document}");
    }
}

#[test]
fn the_published_challenge_is_answered_as_it_was_published() {
    let headers = HeaderMap::new();
    let answer = |query: &str, keys: &[Key]| {
        let target = format!("/in/braintree?bt_challenge={query}");
        let request = RawRequest { target: &target, headers: &headers, body: b"" };
        provider("braintree").challenge(&request, keys).map(|ack| ack.body.into_owned())
    };
    let keys = [key(PUBLIC, PRIVATE)];
    let expected = "integration_public_key|d9b899556c966b3f06945ec21311865d35df3ce4";
    assert_eq!(answer("20f9f8ed05f77439fe955c977e4c8a53", &keys).as_deref(), Some(expected));
    for bad in ["bad%20challenge", "", "20F9F8ED05F77439FE955C977E4C8A53", "20f9", &"a".repeat(33)] {
        assert_eq!(answer(bad, &keys), None, "{bad}");
    }
}

#[test]
fn every_published_vector_is_judged_as_its_publisher_says() {
    let Some(folder) = declared_vectors::folder() else { return };
    let document = declared_vectors::read(&folder.join("braintree/webhooks.json"));
    let mut met = [0, 0];
    for vector in document["vectors"].as_array().expect("vectors").iter().filter(|vector| vector["kind"] != "challenge")
    {
        let word = |field: &str| vector[field].as_str().expect("a word");
        let body = BASE64.decode(word("body_base64").as_bytes()).expect("base64");
        let keys = [key(word("public_key"), word("private_key"))];
        let is_valid = vector["valid"].as_bool().expect("decided");
        assert_eq!(judged(&Posted::form(body), &keys).is_ok(), is_valid, "{}", vector["name"]);
        met[usize::from(!is_valid)] += 1;
    }
    assert_eq!(met, [5, 4]);
}
