//! Mollie's classic webhooks: unsigned hints.

use http::HeaderMap;
use payhook_domain::event::Event;
use payhook_domain::identity::Environment;
use payhook_domain::kind::Kind;
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified;
use payhook_provider::doctor::{Case, Cause};
use payhook_provider::{Papers, Parsed, Policy, RawRequest};

use crate::requests::{NOW, provider};

fn policy(codes: &[&str]) -> Policy {
    Policy { unsigned_events: codes.iter().map(|code| (*code).to_owned()).collect(), ..Policy::default() }
}

fn judged(body: &str, codes: &[&str], now: Timestamp) -> Result<Event, Unverified> {
    let headers = HeaderMap::new();
    let request = RawRequest { target: "/in/mollie", headers: &headers, body: body.as_bytes() };
    let Papers::Items(mut items) = provider("mollie-classic").verify(&request, &[], &policy(codes), now) else {
        panic!()
    };
    match items.remove(0).as_it_stands() {
        Err(refused) => Err(refused.reason),
        Ok(verified) => match provider("mollie-classic").parse(&verified, Environment::Live) {
            Parsed::Events(mut events) => Ok(events.remove(0)),
            Parsed::NotUnderstood { detail, .. } => panic!("{detail}"),
        },
    }
}

#[test]
fn nothing_is_taken_but_an_id_of_what_the_source_names() {
    assert!(judged("id=tr_7UhSN1zuXS", &["payment"], NOW).is_ok());
    assert!(judged("id=ord_kEn1PlbGa", &["payment", "order"], NOW).is_ok());
    assert_eq!(judged("id=tr_7UhSN1zuXS", &[], NOW).err(), Some(Unverified::SignatureMissing));
    assert_eq!(judged("id=ord_kEn1PlbGa", &["payment"], NOW).err(), Some(Unverified::SignatureMissing));
    for body in ["", "id=", "id=tr_", "id=tr_../../x", "id=xx_1", "id=tr_1&id=tr_2", "{\"id\":\"tr_1\"}", "id=tr_%00"] {
        assert_eq!(judged(body, &["payment"], NOW).err(), Some(Unverified::FieldShape), "{body}");
    }
}

#[test]
fn an_event_says_what_to_ask_for_and_that_nobody_signed_it() {
    let event = judged("id=tr_7UhSN1zuXS", &["payment"], NOW).expect("taken");
    assert_eq!((event.kind, event.code.as_str(), event.proof), (Kind::Other, "payment", Proof::Unsigned));
    assert_eq!(event.provider_reference.as_deref(), Some("tr_7UhSN1zuXS"));
    assert!(event.fact.is_none() && event.amount.is_none());
}

#[test]
fn the_same_id_at_another_time_is_another_event() {
    let at = |micros| judged("id=tr_7UhSN1zuXS", &["payment"], Timestamp::from_micros(micros)).expect("taken").id;
    assert_ne!(at(1), at(2));
    assert_eq!(at(1), at(1), "one that is released later is the one that came");
}

#[test]
fn the_doctor_says_what_would_let_it_in() {
    let headers = HeaderMap::new();
    let request = RawRequest { target: "/in/mollie", headers: &headers, body: b"id=tr_7UhSN1zuXS" };
    let policy = policy(&["order"]);
    let case = Case { request, suspects: &[], policy: &policy, now: NOW, environment: None };
    let diagnosis = provider("mollie-classic").diagnose(&case).remove(0);
    assert!(!diagnosis.is_authentic());
    assert_eq!(diagnosis.findings[0].cause, Cause::SignatureMissing);
    assert!(diagnosis.findings[0].what.contains("`payment`"));
}
