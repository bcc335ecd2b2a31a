//! What declared providers say of a payment: stories of their events, signed, verified and folded in every order.
//!
//! A step is a sample of the provider's, with the fields that matter here set: `refund.created amount=400`. Its minute is its
//! place in the story. What is believed then is told as in `lifecycle`: `status authorised/captured/refunded/disputed`,
//! disputes' statuses, flags.

mod checkout_com;
mod gocardless;
mod mollie;
mod square;
mod stripe;

use payhook_domain::event::Event;
use payhook_domain::time::Timestamp;
use payhook_provider::{Unsigned, sample};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::lifecycle::{folded, line};
use crate::requests::{self, NOW, Posted, key, provider};

/// The key that everything here is signed with.
const KEY: &str = "understood";

/// Steps, and the belief they lead to.
type Story = (&'static [&'static str], &'static str);

/// The event of a body, signed and verified.
fn heard(name: &str, body: &Value) -> Event {
    let Unsigned { target, headers, body } = sample::unsigned(name, body);
    let signed = requests::signed(name, Unsigned { target, headers, body }, &key(name, KEY));
    requests::event(name, &Posted::new(signed.headers, signed.body), &[key(name, KEY)])
}

/// The body of a step that happened so many minutes after the first.
fn composed(name: &str, minute: usize, step: &str) -> Value {
    let mut words = step.split(' ');
    let event = words.next().expect("a sample's name");
    let at = Timestamp::from_seconds(NOW.as_seconds() + 60 * i64::try_from(minute).expect("few"));
    let mut body = sample::compose(name, event, 1, at).unwrap_or_else(|| panic!("{name} has no {event}"));
    renamed(&mut body, minute);
    for word in words {
        let (field, value) = word.split_once('=').expect("field=value");
        sample::set(&mut body, field, value).unwrap_or_else(|mistake| panic!("{step}: {mistake}"));
    }
    body
}

/// A sample has one id; two steps of it are two events.
fn renamed(body: &mut Value, minute: usize) {
    let item = if body.get("events").is_some() { &mut body["events"][0] } else { body };
    for field in ["id", "event_id"] {
        if let Some(id) = item.get(field).and_then(Value::as_str) {
            item[field] = format!("{id}{minute}").into();
        }
    }
}

fn told(name: &str, minute: usize, step: &str) -> Event {
    heard(name, &composed(name, minute, step))
}

/// Every story comes to the same belief forwards, backwards, in any other order, and with everything said twice.
fn assert_stories(name: &str, stories: &[Story]) {
    for (steps, expected) in stories {
        let events: Vec<Event> = steps.iter().enumerate().map(|(minute, step)| told(name, minute, step)).collect();
        let first = events[0].payment.clone();
        for event in &events {
            let is_one = event.payment == first || event.aliases.iter().any(|alias| Some(alias) == first.as_ref());
            assert!(is_one && event.payment.is_some(), "{name} {steps:?}: {} is about another payment", event.code);
        }
        for seed in 0..8 {
            let mut order: Vec<&Event> = events.iter().chain(&events).collect();
            match seed {
                0 => order.truncate(events.len()),
                1 => order.reverse(),
                _ => fastrand::Rng::with_seed(seed).shuffle(&mut order),
            }
            assert_eq!(line(&folded(order)), *expected, "{name} {steps:?}");
        }
    }
}

#[test]
fn every_sample_says_the_kind_its_code_is_listed_with() {
    for provider in payhook_provider::all().filter(|provider| provider.about().fingerprint.is_some()) {
        for one in sample::samples(provider.name()) {
            let row = provider.codes().iter().find(|row| row.code == one.code).expect("a known code");
            let body = sample::compose(provider.name(), one.name, 1, NOW).expect("composed");
            let kind = heard(provider.name(), &body).kind;
            let listed = if one.success { row.kind } else { row.kind_failed };
            assert_eq!(kind, listed, "{} {}", provider.name(), one.name);
        }
    }
}

#[test]
fn what_is_not_known_or_cannot_be_read_stays_as_the_scheme_tells_it() {
    for name in payhook_provider::all().map(|provider| provider.name()) {
        let Some(first) = sample::samples(name).first().filter(|_| provider(name).about().fingerprint.is_some()) else {
            continue;
        };
        let mut body = sample::compose(name, first.name, 1, NOW).expect("composed");
        let item = if body.get("events").is_some() { &mut body["events"][0] } else { &mut body };
        for field in ["type", "resource_type"] {
            if item.get(field).is_some() {
                item[field] = "something.new".into();
            }
        }
        let event = heard(name, &body);
        assert_eq!(event.kind, payhook_domain::kind::Kind::Other, "{name}");
        assert!(event.fact.is_none(), "{name}");
    }
}

/// Every value in a body that is no object and no list, in the order of their places.
fn leaves(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Object(members) => members.values_mut().flat_map(leaves).collect(),
        Value::Array(items) => items.iter_mut().flat_map(leaves).collect(),
        leaf => vec![leaf],
    }
}

/// Values that do not belong where they are put, or may.
fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-zA-Z_.]{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["succeeded", "failed", "WON", "COMPLETED", "10.00", "-1", "USD", "jpy"])
            .prop_map(Value::from),
        Just(json!({ "id": "x" })),
        Just(json!([{}])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_in_a_body_is_read_or_absent_and_sums_stay_above_zero(
        steps in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), odd()), 1..6),
        provider in any::<prop::sample::Index>(),
    ) {
        let names: Vec<&str> = payhook_provider::all()
            .filter(|provider| provider.about().fingerprint.is_some() && !provider.codes().is_empty())
            .map(|provider| provider.name())
            .collect();
        let name = names[provider.index(names.len())];
        let mut events = Vec::new();
        for (minute, (which, place, value)) in steps.into_iter().enumerate() {
            let samples = sample::samples(name);
            let mut body = composed(name, minute, samples[which.index(samples.len())].name);
            let mut leaves = leaves(&mut body);
            let place = place.index(leaves.len());
            *leaves[place] = value;
            events.push(heard(name, &body));
        }
        let payment = folded(&events);
        for totals in payment.totals.values() {
            let sums = [totals.authorised, totals.captured, totals.refunded, totals.disputed];
            prop_assert!(sums.iter().all(|sum| *sum >= 0), "{totals:?}");
        }
        for event in &events {
            prop_assert!(event.fact.is_none() || event.payment.is_some(), "a fact about no payment: {event:?}");
            let stated = event.fact.as_ref().and_then(|fact| fact.reference.as_ref());
            prop_assert_eq!(stated.or(event.reference.as_ref()), event.reference.as_ref());
        }
    }
}
