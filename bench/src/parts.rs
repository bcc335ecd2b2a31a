//! The cost of parts: folding an event into its payment, and routing it among many routes.

use std::time::{Duration, Instant};

use payhook_domain::event::Event;
use payhook_domain::id::PaymentId;
use payhook_domain::identity::Digest;
use payhook_domain::payment::Facts;
use payhook_domain::time::Timestamp;
use payhook_provider::{Item, Papers, Parsed, Policy, RawRequest};

use crate::gateway;
use crate::requests::KEY;

/// How often each part is measured; the least time counts, which a busy machine disturbs least.
const ROUNDS: usize = 200;

/// Folds in one round.
const FOLDS: u32 = 500;

/// Prints what folding costs beside verifying and parsing the notification that carries the event.
pub(crate) fn fold() -> anyhow::Result<()> {
    crate::process::pin_self_to(1);
    let body = crate::requests::make(0, 1).remove(0);
    let body = &body[body.windows(4).position(|window| window == b"\r\n\r\n").expect("a request") + 4..];
    let provider = payhook_provider::by_name("adyen").expect("Adyen is built in");
    let key = [provider.key("bench", KEY)?];
    let headers = http::HeaderMap::new();
    let request = RawRequest { target: "/in/adyen", headers: &headers, body };
    let verify = || -> Vec<Event> {
        let papers = provider.verify(&request, &key, &Policy::default(), Timestamp::default());
        let Papers::Items(items) = papers else { panic!("a notification with items") };
        let Some(Item::Verified(verified)) = items.first() else { panic!("authentic") };
        match provider.parse(verified, payhook_domain::identity::Environment::Test) {
            Parsed::Events(events) => events,
            Parsed::NotUnderstood { .. } => panic!("understood"),
        }
    };
    let per_verify = least(|| drop(std::hint::black_box(verify())));
    let event = verify().remove(0);
    let fact = event.fact.clone().expect("an authorisation says something of its payment");
    println!("| part | µs per event | × verifying and parsing it |");
    println!("|---|---|---|");
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    println!("| verify and parse | {:.2} | 1.00 |", micros(per_verify));
    for known in [0_u64, 4, 49] {
        let mut facts = Facts::default();
        for number in 0..known {
            facts.add(Digest::of([number.to_be_bytes().as_slice()]), event.content, fact.clone());
        }
        let kept = facts.write();
        let per_fold = least(|| {
            let mut facts = Facts::read(&kept).expect("ours");
            facts.add(event.id.0, event.content, fact.clone());
            let state = facts.fold().snapshot(PaymentId(event.id.0), known + 1);
            std::hint::black_box((facts.write(), state));
        });
        let times = per_fold.as_secs_f64() / per_verify.as_secs_f64();
        println!("| fold into a payment of {known} events | {:.2} | {times:.2} |", micros(per_fold));
    }
    Ok(())
}

fn least(mut part: impl FnMut()) -> Duration {
    let round = |part: &mut dyn FnMut()| {
        let began = Instant::now();
        (0..FOLDS).for_each(|_| part());
        began.elapsed() / FOLDS
    };
    (0..ROUNDS).map(|_| round(&mut part)).min().unwrap_or_default()
}

/// Prints what an acknowledgement costs with more and more routes, of which one takes the event.
pub(crate) fn routes(requests: usize) -> anyhow::Result<()> {
    crate::process::pin_self_to(1);
    println!("| routes | CPU µs per request | × one route |");
    println!("|---|---|---|");
    let cases = [
        ("1", 0, other_kinds as fn(usize) -> String),
        ("100, the others for other kinds", 99, other_kinds),
        ("1,000, the others for other kinds", 999, other_kinds),
        ("100, the others with a condition that is asked", 99, other_amounts),
        ("1,000, the others with a condition that is asked", 999, other_amounts),
    ];
    let mut first = None;
    for (name, count, takes) in cases {
        let measured = gateway::acknowledge_with(requests, &other_routes(count, takes))?;
        let cost = measured.cpu.as_secs_f64() * 1e6 / measured.requests as f64;
        let first = *first.get_or_insert(cost);
        println!("| {name} | {cost:.1} | {:.2} |", cost / first);
    }
    Ok(())
}

/// Routes that take none of the events.
fn other_routes(count: usize, takes: fn(usize) -> String) -> String {
    let route = |number: usize| format!("[[route]]\nname = \"other-{number}\"\n{}\nto = [\"shop\"]\n", takes(number));
    (1..=count).map(route).collect()
}

fn other_kinds(number: usize) -> String {
    format!("events = [\"dispute.*\", \"CODE_{number}\"]")
}

fn other_amounts(number: usize) -> String {
    format!("events = [\"payment.authorised\"]\nwhen = \"event.amount.value == {number}0000000\"")
}
