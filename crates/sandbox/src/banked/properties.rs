//! Whatever is asked and whatever happens: every answer has its shape, no session goes back, no more goes back than came.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::mock::{BANKS, Outcome};
use super::refund::{Refund, RefundState};
use super::session::{Session, State};
use super::stage::{Stage, order};
use super::{Due, bank, payer};

/// Any JSON, with what tends to break readers among it.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        select(vec!["", " ", "GBP", "https://a.example", "http://[::1]:0/", "payment_sent", "٣", "a\u{0}b"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((any::<String>(), inner), 0..4).prop_map(|fields| fields.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// The places in a good body that can be spoiled.
fn places() -> Vec<&'static str> {
    vec![
        "/reference",
        "/success_url",
        "/error_url",
        "/line_items",
        "/line_items/0",
        "/line_items/0/amount",
        "/line_items/1/quantity",
        "/line_items/1/currency",
        "/payee",
        "/payee/name",
        "/payee/account_number",
        "/payer",
        "/email_receipt",
    ]
}

/// An answer is what was asked for, or the error body with something in it.
fn has_its_shape(status: u16, answer: &Value) -> bool {
    let errors = answer["errors"].as_array();
    let told = errors.is_some_and(|errors| {
        !errors.is_empty() && errors.iter().all(|error| error["code"].is_string() && error["message"].is_string())
    });
    match status {
        201 => answer["id"].is_string() && errors.is_none(),
        400 | 404 | 409 | 422 => told,
        _ => false,
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered_with_the_error_body(
        path in select(vec!["/payment_sessions", "/refunds", "/webhooks", "/nowhere"]),
        body in vec(any::<u8>(), 0..200),
    ) {
        let (status, answer) = Stage::new().post(path, body);
        prop_assert!(status >= 400 && has_its_shape(status, &answer), "{status} {answer}");
    }

    #[test]
    fn any_json_is_answered_with_the_error_body(
        path in select(vec!["/payment_sessions", "/refunds", "/webhooks"]),
        body in any_json(),
    ) {
        let (status, answer) = Stage::new().post(path, body.to_string());
        prop_assert!(has_its_shape(status, &answer), "{status} {answer}");
    }

    #[test]
    fn an_order_with_anything_in_one_place_is_a_session_or_an_error(
        place in select(places()),
        spoil in any_json(),
    ) {
        let mut order = order();
        *order.pointer_mut(place).expect("a place in the order") = spoil;
        let (status, answer) = Stage::new().post("/payment_sessions", order.to_string());
        prop_assert!(has_its_shape(status, &answer), "{status} {answer}");
        if status == 201 {
            let sum: i64 = order["line_items"].as_array().into_iter().flatten()
                .map(|item| item["amount"].as_i64().unwrap_or(0) * item["quantity"].as_i64().unwrap_or(0)).sum();
            prop_assert!(sum > 0 && answer["amount"] == json!(sum), "{answer}");
        }
    }
}

/// Something that happens to a session.
#[derive(Clone, Debug)]
enum Step {
    Choose,
    Identify(&'static str),
    TurnBack,
    Decide(Outcome),
    Initiate,
    Pend,
    Send,
    Fail,
    Expire,
    Refund(i64),
    RefundSent(usize),
    RefundFailed(usize),
}

fn any_step() -> impl Strategy<Value = Step> {
    let outcomes = [Outcome::Approved, Outcome::Late, Outcome::Declined, Outcome::Closed, Outcome::Insufficient];
    prop_oneof![
        1 => Just(Step::Choose),
        1 => select(vec!["050511", "991111", "992120"]).prop_map(Step::Identify),
        1 => select(outcomes.to_vec()).prop_map(Step::Decide),
        3 => Just(Step::Initiate),
        3 => Just(Step::Pend),
        3 => Just(Step::Send),
        4 => (1..2_600_i64).prop_map(Step::Refund),
        2 => (0..4_usize).prop_map(Step::RefundSent),
        1 => (0..4_usize).prop_map(Step::RefundFailed),
        1 => select(vec![Step::TurnBack, Step::Fail, Step::Expire]),
    ]
}

fn take(stage: &Stage, id: &str, step: &Step) {
    let refund = |place: usize| {
        let refunds = stage.act(|act| act.all_of::<Refund>(id));
        refunds.get(place).map(|refund| refund.id.clone()).unwrap_or_default()
    };
    match step {
        Step::Choose => drop(stage.act(|act| payer::choose(act, id, BANKS[0]))),
        Step::Identify(account) => drop(stage.act(|act| payer::identify(act, id, account))),
        Step::TurnBack => drop(stage.act(|act| payer::turn_back(act, id))),
        Step::Decide(outcome) => drop(stage.act(|act| payer::decide(act, id, *outcome))),
        Step::Initiate => drop(stage.act(|act| bank::initiate(act, id))),
        Step::Pend => drop(stage.act(|act| bank::pend(act, id))),
        Step::Send => drop(stage.act(|act| bank::send(act, id))),
        Step::Fail => drop(stage.act(|act| bank::fail(act, id, "MD16"))),
        Step::Expire => stage.act(|act| Due::Expire { id: id.to_owned() }.happen(act)),
        Step::Refund(amount) => {
            let wish = json!({ "payment_session_id": id, "amount": amount, "reference": "Sorry",
                "success_url": "https://a.example", "error_url": "https://a.example" });
            let (status, answer) = stage.post("/refunds", wish.to_string());
            assert!(has_its_shape(status, &answer), "{status} {answer}");
        }
        Step::RefundSent(place) => {
            let refund = refund(*place);
            stage.act(|act| bank::refund_sent(act, &refund));
        }
        Step::RefundFailed(place) => {
            let refund = refund(*place);
            stage.act(|act| bank::refund_failed(act, &refund));
        }
    }
}

/// How far along the ladder a state is. The two ends are on one rung.
fn rung(state: State) -> u8 {
    match state {
        State::AwaitingPayer => 0,
        State::AwaitingProvider => 1,
        State::AwaitingPaymentConsent => 2,
        State::Initiated => 3,
        State::Pending => 4,
        State::Sent | State::Failed => 5,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_session_never_moves_backwards_and_no_more_is_refunded_than_was_sent(steps in vec(any_step(), 1..40)) {
        let stage = Stage::new();
        let all = ["payment_initiated", "payment_pending", "payment_sent", "payment_failed", "refund_pending",
            "refund_sent", "refund_failed"];
        let (status, _) = stage.post("/webhooks", json!({ "target_url": "https://a.example", "events": all }).to_string());
        prop_assert_eq!(status, 201);
        let id = stage.session();
        let mut before = State::AwaitingPayer;
        for step in &steps {
            take(&stage, &id, step);
            let session = stage.act(|act| act.find::<Session>(&id)).expect("it is never deleted");
            prop_assert!(session.state == before || rung(session.state) > rung(before), "{step:?}: {before:?} {session:?}");
            before = session.state;
            let refunds = stage.act(|act| act.all_of::<Refund>(&id));
            let back: i64 = refunds.iter().filter(|refund| refund.state != RefundState::Failed).map(|refund| refund.amount).sum();
            prop_assert!(back <= session.amount && (refunds.is_empty() || session.state == State::Sent), "{refunds:?}");
        }
        told_as_it_is(&stage, &id, before)?;
    }
}

/// Every step that Banked tells of was told once, and the last of the session says where it stands.
fn told_as_it_is(stage: &Stage, id: &str, state: State) -> Result<(), TestCaseError> {
    let mut messages = stage.act(|act| act.newest_messages(None, 1_000));
    messages.reverse();
    let bodies: Vec<Value> = messages
        .iter()
        .map(|message| serde_json::from_str(&message.draft.content.body).expect("a notification is JSON"))
        .collect();
    let lanes: BTreeSet<_> = messages.iter().map(|message| message.draft.lane.as_str()).collect();
    prop_assert_eq!(lanes.len(), messages.len(), "each goes its own way");
    let told: Vec<&str> = bodies.iter().filter_map(|body| body["webhook_event"].as_str()).collect();
    prop_assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), told.len(), "{:?}", told);
    let last = bodies.iter().rfind(|body| body["webhook_event"].is_string());
    prop_assert_eq!(last.is_none(), state.awaits());
    prop_assert!(last.is_none_or(|last| last["state"] == json!(state) && last["id"] == json!(id)), "{:?}", last);
    let refunds = stage.act(|act| act.all_of::<Refund>(id));
    let ended = refunds.iter().filter(|refund| refund.state != RefundState::AwaitingPayment).count();
    let of_refunds = bodies.iter().filter(|body| body["version"] == "v3");
    let ids: BTreeSet<_> = of_refunds.map(|body| body["id"].as_str()).collect();
    prop_assert_eq!(ids.len(), refunds.len() + ended);
    Ok(())
}
