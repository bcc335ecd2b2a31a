//! Dead letters made again, one by one and all at once, under load and through kills: the order of each payment holds,
//! and nothing is stuck.

use std::collections::BTreeMap;
use std::time::Duration;

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::notifications::Item;
use payhook_testkit::receiver::{Behaviour, Delivery, Receiver};
use payhook_testkit::scale;
use serde_json::{Value, json};

use crate::stage::{SECRET, adyen, configuration, until};
use crate::turns::{Turn, generation, turns};

/// Connections that post at once.
const CONNECTIONS: usize = 16;

/// What happens to each payment.
const CODES: [&str; 4] = ["AUTHORISATION", "CAPTURE", "REFUND", "REFUND_FAILED"];

/// The same as a receiver is told it.
const KINDS: [&str; 4] = ["payment.authorised", "payment.captured", "refund.succeeded", "refund.failed"];

/// Longest anything may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The request for step `number % 4` of payment `number / 4`.
fn step(number: usize) -> Vec<u8> {
    let (payment, code) = (number / CODES.len(), CODES[number % CODES.len()]);
    let authorisation = Item::authorisation(u64::try_from(payment).expect("few"));
    let part = |letters: &str| Item {
        psp_reference: format!("{letters}{payment:014}"),
        original_reference: authorisation.psp_reference.clone(),
        code: code.to_owned(),
        ..authorisation.clone()
    };
    adyen().request(&match code {
        "AUTHORISATION" => authorisation,
        "CAPTURE" => part("CP"),
        _ => part("RF"),
    })
}

/// The payment's number, by the order of its name.
fn payment_of(order: &str) -> usize {
    order.strip_prefix("order-").and_then(|number| number.parse().ok()).expect("orders have numbers")
}

/// A number from 0 to 99 that is the same for the same text.
fn dice(text: &str) -> u8 {
    let seed = text.bytes().fold(7_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    fastrand::Rng::with_seed(seed).u8(0..100)
}

/// One first delivery in six is told never, one second in twenty; of the rest three tries in ten fail.
fn moody(delivery: &Delivery) -> u16 {
    let (name, attempt) = (delivery.header("payhook-delivery"), delivery.header("payhook-attempt"));
    let never = match generation(name) {
        1 => 17,
        2 => 5,
        _ => 0,
    };
    match (dice(name) < never, attempt.parse::<u32>().expect("a number") < 6 && dice(&format!("{name}/{attempt}")) < 30)
    {
        (true, _) => 410,
        (false, true) => 500,
        (false, false) => 200,
    }
}

/// Tells never to the first delivery of the capture, but for one payment in four.
fn strict(delivery: &Delivery) -> u16 {
    let json = delivery.json();
    let payment = payment_of(json["data"]["reference"].as_str().expect("an order"));
    let never =
        json["type"] == KINDS[1] && !payment.is_multiple_of(4) && generation(delivery.header("payhook-delivery")) == 1;
    if never { 410 } else { 200 }
}

fn impatient(receiver: &Receiver, on_dead: &str) -> Setup {
    let schedule = "schedule = [\"20ms\", \"20ms\", \"40ms\", \"40ms\", \"80ms\", \"80ms\", \"1s\", ";
    let impatient = configuration(receiver).replace("schedule = [", schedule);
    let impatient = impatient.replace("type = \"http\"", &format!("type = \"http\"\non_dead = \"{on_dead}\""));
    assert!(impatient.contains(schedule) && impatient.contains(on_dead), "the stage has a destination");
    Setup::new(&impatient)
}

/// Posts the steps with these numbers through `kills` kills; `meanwhile` runs after each restart.
fn post_all(gateway: &mut Gateway, steps: &[usize], kills: usize, meanwhile: impl Fn(&Gateway)) {
    let all = steps.len();
    for round in 0..=kills {
        let steps = steps.to_vec();
        let load = gateway.load(CONNECTIONS, move |number| steps.get(number).map(|number| step(*number)));
        let wanted = if round < kills { all * (round + 1) / (kills + 2) } else { all };
        assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= wanted), "round {round} never got going");
        if round < kills {
            gateway.kill();
            gateway.restart();
            meanwhile(gateway);
        }
        drop(load.finish());
    }
}

fn in_state(gateway: &Gateway, state: &str) -> Vec<Value> {
    gateway.list(&format!("/api/v1/deliveries?state={state}&limit=500"))
}

/// Makes every dead letter again, page after page, as `deliveries retry --all` does; how many.
fn retry_all(gateway: &Gateway) -> usize {
    let (mut made, mut after) = (0, json!(0));
    while !after.is_null() {
        let answer = gateway.post("/api/v1/deliveries/retry", &json!({ "destination": "shop", "after": after }));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer = answer.json();
        made += answer["retried"].as_array().expect("a list").len();
        after = answer["next"].clone();
    }
    made
}

/// What the dead letter of this delivery becomes: `retry` or `pass`.
fn decide(gateway: &Gateway, delivery: &Value, what: &str) {
    let id = delivery["id"].as_str().expect("an id");
    let answer = gateway.post(&format!("/api/v1/deliveries/{id}/{what}"), &Value::Null);
    assert_eq!(answer.status, 200, "{what} {id}: {}", answer.text());
}

/// The place of each event in the order of commits.
fn places(gateway: &Gateway) -> BTreeMap<String, i64> {
    let seq = |event: &Value| event["seq"].as_str()?.strip_prefix("seq_")?.parse().ok();
    let events = gateway.list("/api/v1/events?limit=500");
    let place = |event: &Value| (event["id"].as_str().expect("an id").to_owned(), seq(event).expect("a row"));
    events.iter().map(place).collect()
}

fn kinds(lane: &[Turn]) -> Vec<&str> {
    lane.iter().map(|turn| turn.kind.as_str()).collect()
}

#[test]
fn dead_letters_made_again_under_load_and_kills_keep_the_order_and_nothing_is_stuck() {
    let payments = scale::of("PAYHOOK_DEAD_PAYMENTS", 300, 5_000);
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|delivery| Behaviour::Answer(moody(delivery)));
    let mut gateway = impatient(&receiver, "continue").start();
    let steps: Vec<usize> = (0..payments * CODES.len()).collect();
    post_all(&mut gateway, &steps, 3, |gateway| {
        in_state(gateway, "dead").iter().take(3).for_each(|dead| decide(gateway, dead, "retry"));
        retry_all(gateway);
    });
    for _ in 0..4 {
        let is_quiet = || ["pending", "blocked"].iter().all(|state| in_state(&gateway, state).is_empty());
        until(&gateway, PATIENCE, "a quiet gateway", is_quiet);
        retry_all(&gateway);
    }
    assert!(in_state(&gateway, "dead").is_empty(), "what is made again is dead no longer");
    let (lanes, places) = (turns(&receiver, moody), places(&gateway));
    assert_eq!(lanes.len(), payments);
    let (mut died, mut again) = (0, 0);
    for lane in lanes.values() {
        let first: Vec<_> = lane.iter().filter(|turn| !turn.again).map(|turn| places[&turn.event]).collect();
        assert_eq!(first.len(), KINDS.len(), "each event once at first: {lane:#?}");
        assert!(first.is_sorted(), "as they were committed: {lane:#?}");
        for kind in KINDS {
            let taken = lane.iter().filter(|turn| turn.kind == kind && turn.is_taken()).count();
            assert_eq!(taken, 1, "{kind} is taken once: {lane:#?}");
        }
        for pair in lane.windows(2).filter(|pair| !pair[0].is_taken() && pair[0].event != pair[1].event) {
            assert!(pair[1].missed.contains(&pair[0].event.clone().into()), "nobody was told: {lane:#?}");
        }
        died += lane.iter().filter(|turn| !turn.is_taken()).count();
        again += lane.iter().filter(|turn| turn.again).count();
    }
    println!("{} lanes, {died} deliveries died, {again} made again", lanes.len());
    assert!(died == again && died > payments / 3, "{died} died, {again} were made again");
}

#[test]
fn a_lane_that_stopped_at_a_dead_letter_stays_so_through_kills_until_a_person_decides() {
    let payments = scale::of("PAYHOOK_STOPPED_PAYMENTS", 120, 2_000);
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|delivery| Behaviour::Answer(strict(delivery)));
    let mut gateway = impatient(&receiver, "stop").start();
    for code in 0..CODES.len() {
        // One code after the other, so that every lane has the same order.
        let steps: Vec<usize> = (0..payments).map(|payment| payment * CODES.len() + code).collect();
        post_all(&mut gateway, &steps, 1, |_| {});
    }
    let stopped = payments - payments.div_ceil(4);
    let is_stopped = || in_state(&gateway, "pending").is_empty() && in_state(&gateway, "dead").len() == stopped;
    until(&gateway, PATIENCE, "the end of what may go", is_stopped);
    gateway.kill();
    gateway.restart();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(in_state(&gateway, "blocked").len(), 2 * stopped, "they wait for a person");
    for (order, lane) in turns(&receiver, strict) {
        let seen = if payment_of(&order).is_multiple_of(4) { 4 } else { 2 };
        assert_eq!(kinds(&lane), KINDS[..seen], "{order}");
    }
    decide_for_each(&mut gateway, payments);
    for (order, lane) in turns(&receiver, strict) {
        let [authorised, captured, refunded, failed] = KINDS;
        let (expected, missed) = match payment_of(&order) % 4 {
            0 => (vec![authorised, captured, refunded, failed], 0),
            // passed, and made again when everything was: it stands at the end
            2 => (vec![authorised, captured, refunded, failed, captured], 1),
            _ => (vec![authorised, captured, captured, refunded, failed], 0),
        };
        assert_eq!(kinds(&lane), expected, "{order}");
        let of_refunds = lane.iter().filter(|turn| turn.kind.starts_with("refund."));
        assert!(of_refunds.clone().all(|turn| turn.missed.len() == missed), "{order}: {lane:#?}");
    }
}

/// One in four is made again by name, one in four passed, with a kill between; the rest is made again all at once.
fn decide_for_each(gateway: &mut Gateway, payments: usize) {
    let dead = in_state(gateway, "dead");
    let (some, rest) = dead.split_at(dead.len() / 2);
    let by_name = |gateway: &Gateway, dead: &[Value]| {
        for delivery in dead {
            match payment_of(delivery["reference"].as_str().expect("an order")) % 4 {
                1 => decide(gateway, delivery, "retry"),
                2 => decide(gateway, delivery, "pass"),
                _ => {}
            }
        }
    };
    by_name(gateway, some);
    gateway.kill();
    gateway.restart();
    by_name(gateway, rest);
    let decided = (0..payments).filter(|payment| matches!(payment % 4, 1 | 2)).count();
    let left = 2 * ((0..payments).filter(|payment| payment % 4 == 3).count());
    let is_done = || in_state(gateway, "pending").is_empty() && in_state(gateway, "blocked").len() == left;
    until(gateway, PATIENCE, "the lanes that were opened", is_done);
    assert!(decided > 0 && left > 0, "each way is taken");
    retry_all(gateway);
    let is_quiet = || ["pending", "blocked", "dead"].iter().all(|state| in_state(gateway, state).is_empty());
    until(gateway, PATIENCE, "the end of all lanes", is_quiet);
}
