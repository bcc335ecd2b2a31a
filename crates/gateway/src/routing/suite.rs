//! The suite: conditions and routes in, what becomes of an event out.

use std::time::Duration;

use payhook_domain::event::{Check, Checks, Event, OccurredAt, Original};
use payhook_domain::id::EventId;
use payhook_domain::identity::Digest;
use payhook_domain::kind::Kind;
use payhook_domain::money::{Amount, Currency};
use payhook_domain::proof::Proof;
use payhook_store::Options;
use proptest::prelude::*;

use super::subject::{self, Subject};
use super::wanted::{Because, Routed, judge_each, wanted};
use super::when::{Held, When, Wrong};
use crate::config::sample;
use crate::plan::Plan;

const ORIGINAL: &str =
    r#"{"paymentMethod":"visa","additionalData":{"tokens":["a","b"],"risk":"7"},"big":18446744073709551615,"odd":1.5}"#;

/// A refused payment of 12.50 EUR with a failed address check, in a body that is its original.
fn event() -> Event {
    let digest = Digest::of([b"id".as_slice()]);
    Event {
        id: EventId(digest),
        signed: digest,
        content: digest,
        proof: Proof::Signed,
        kind: Kind::PaymentRefused,
        code: "AUTHORISATION".into(),
        success: Some(false),
        live: None,
        occurred_at: Some(OccurredAt { text: "2026-11-21T11:02:02+01:00".into(), instant: None }),
        account: Some("Shop".into()),
        reference: Some("sub-1".into()),
        provider_reference: None,
        payment: None,
        aliases: Vec::new(),
        fact: None,
        amount: Some(Amount { value: 1250, currency: Currency::parse("EUR").expect("valid"), decimals: 2 }),
        checks: Checks { avs: Some(Check { code: 2, meaning: Some("neither_matches".into()) }), cvc: None },
        original: Original::Slice(0..ORIGINAL.len()),
    }
}

fn holds_of(condition: &str, body: &[u8], event: &Event) -> Held {
    let when = When::compile(condition).unwrap_or_else(|Wrong { what, hint }| panic!("{condition}: {what} | {hint}"));
    when.holds(&Subject::new("adyen", "adyen", event, body))
}

fn holds(condition: &str) -> Held {
    holds_of(condition, ORIGINAL.as_bytes(), &event())
}

#[test]
fn a_condition_sees_what_the_payload_has() {
    for condition in [
        "event.source == 'adyen' && event.provider == 'adyen'",
        "event.kind == 'payment.refused' && event.type == event.kind",
        "event.code == 'AUTHORISATION' && !event.success",
        "event.proof == 'signed' && event.proof != 'unsigned'",
        "event.account == 'Shop' && event.occurred_at.startsWith('2026-11')",
        "event.amount.value >= 1000 && event.amount.currency in ['EUR', 'GBP'] && event.amount.decimals == 2",
        "event.reference.matches('^sub-[0-9]+$') && matches(event.reference, 'sub')",
        "event.checks.avs.code == 2 && event.checks.avs.meaning == 'neither_matches'",
        "has(event.checks.avs) && !has(event.checks.cvc) && !has(event.live) && !has(event.provider_reference)",
        "event.original.paymentMethod == 'visa' && event['original'].odd == 1.5",
        "event.original.additionalData.tokens.exists(token, token == 'b')",
        "event.original.additionalData.tokens.filter(t, t != 'a').all(t, t.size() == 1)",
        "int(event.original.additionalData.risk) > 5 && event.original.big > 1u",
        "has(event.original.none) ? false : size(event.reference) == 5",
        "event.live || event.amount.value == 1250",
        "event.kind == 'payment.refused' // said again\n  && true",
    ] {
        assert_eq!(holds(condition), Held::Yes, "{condition}");
    }
    assert_eq!(holds("event.success"), Held::No);
    assert_eq!(holds("event.amount.value > 1250 || event.code == 'CAPTURE'"), Held::No);
}

#[test]
fn a_condition_that_fails_says_why_without_a_value_of_the_event() {
    let long = format!("[{}]", vec!["1"; 1_001].join(","));
    let large = format!("\"{}\"", "x".repeat(70_000));
    let text = format!("[{}]", vec![format!("\"{}\"", "x".repeat(5_000)); 12].join(","));
    for (condition, body, why) in [
        ("event.live", ORIGINAL, "the event has no `live`"),
        ("event.original[event.reference] == 1", ORIGINAL, "the event has no such field"),
        ("event.amount.value", ORIGINAL, "it says neither true nor false, but a int"),
        ("event.amount.value + event.reference == 1", ORIGINAL, "its values do not go together"),
        ("1 / (event.amount.value - 1250) == 1", ORIGINAL, "it divides by zero"),
        ("event.original.size() > 0", &long, "a list in the provider's own object has more than 1000"),
        ("event.original == 'x'", &large, "the provider's own object is larger than 64 KiB"),
        ("event.original == 'x'", "", "the provider's own object is not JSON"),
        (
            "event.original.all(t, !(t.matches('y') || t.matches('z') || t.matches('y') || t.matches('y') || t.matches('y') || t.matches('y') || t.matches('y') || t.matches('y') || t.matches('y') || t.matches('y') || t.matches('y') || t.matches('y') || t.matches('y') || t.matches('y') || t.matches('y') || t.matches('y') || t.matches('y') || t.matches('y')|| t.matches('y')|| t.matches('y')))",
            &text,
            "`matches` cannot",
        ),
    ] {
        let event = Event { original: Original::Slice(0..body.len()), ..event() };
        let Held::Failed(found) = holds_of(condition, body.as_bytes(), &event) else { panic!("{condition} held") };
        assert!(found.contains(why), "{condition}: {found}");
        assert!(!found.contains("sub-1") && !found.contains("1250"), "{condition}: {found}");
    }
}

#[test]
fn a_condition_beyond_its_bounds_is_refused_with_a_hint() {
    let list = format!("event.amount.value in [{}]", vec!["1"; 1_001].join(","));
    let sum = format!("{} == 3", vec!["1"; 200].join("+"));
    let path = format!("event.original{} == 1", ".a".repeat(300));
    let regex = format!("event.code.matches('{}')", "a".repeat(300));
    for (condition, what, hint) in [
        ("", "is empty", "remove it"),
        (&*"[".repeat(4_096), "has more than 24 brackets within each other at column 25", "brackets"),
        (&*"[".repeat(4_097), "is longer than 4096 bytes", "several routes"),
        (&*"(".repeat(60), "has more than 24 brackets", "brackets"),
        (&*format!("{}true", "!".repeat(3_000)), "has more than 4 signs in a row at column 5", "cancel"),
        (&*format!("{}1 == 1", "- ".repeat(1_500)), "has more than 4 signs in a row", "cancel"),
        (&*list, "has a list of more than 1000", "several routes"),
        (&*sum, "is nested too deep", "several routes"),
        (&*path, "is nested too deep", "less deep"),
        (&*regex, "has a regular expression over 256 bytes", "shorter"),
        ("event.code.matches('(a{500}){500}')", "has a regular expression that grows too large", "fewer"),
        ("event.code.matches('(a')", "has a regular expression that cannot be read", "RE2"),
        ("event.code.matches(event.reference)", "gives `matches` a pattern that is not constant", "itself"),
        ("[1].all(x, [1].all(y, x == y))", "visits a list within a visit of a list", "several routes"),
        ("[1].map(x, [2].filter(y, y > x)).size() > 0", "visits a list within a visit of a list", ""),
        ("evnt.code == 'X'", "names `evnt`, which is nothing", "only `event` is known"),
        ("code == 'X'", "names `code`, which is nothing", "write event.code"),
        ("payment.status == 'x'", "names `payment`", "sees the event, not its payment"),
        ("payments.status == 'x'", "names `payments`", "event.kind == 'payment.captured'"),
        ("event.payment.status == 'x'", "asks for `payment` of event, which it never has", "not its payment"),
        ("event.amount.vale > 1", "asks for `vale` of event.amount, which it never has", "`value`"),
        ("event.kidn == 'x'", "asks for `kidn` of event, which it never has", "`kind`"),
        ("event['kidn'] == 'x'", "asks for `kidn` of event, which it never has", "`kind`"),
        ("event['amount'].vale > 1", "asks for `vale` of event.amount, which it never has", "`value`"),
        ("event.amount['vale'] > 1", "asks for `vale` of event.amount, which it never has", "`value`"),
        ("event.code.name == 'x'", "asks for `name` of event.code, which has no fields", "event.code itself"),
        ("has(event.checks.avs.word)", "asks for `word` of event.checks.avs", "`code`, `meaning`"),
        ("event.code.startWith('A')", "calls `startWith`, which is nothing", "`startsWith`"),
        ("event.code.exists(x)", "calls `exists` in a way", "event.amount.value"),
        ("Thing{a: 1} == 1", "", ""),
        ("event.code = 'X'", "cannot be read at column", "compare with =="),
        ("event.success and event.live", "cannot be read at column 15", "&&"),
        ("event.success &&", "cannot be read at column", "such as"),
        ("event.success\n && ) ", "cannot be read at line 2, column", "such as"),
        ("event.?code == 'x'", "cannot be read", ""),
        ("event.code == 'x", "cannot be read", ""),
    ] {
        let shown = condition.get(..60).unwrap_or(condition);
        let Err(wrong) = When::compile(condition) else { panic!("{shown} was taken") };
        assert!(wrong.what.starts_with(what) && wrong.hint.contains(hint), "{shown}: {wrong:?}");
        assert!(!wrong.what.is_empty() && !wrong.hint.is_empty() && !wrong.what.ends_with('.'), "{shown}: {wrong:?}");
    }
}

#[test]
fn what_no_event_makes_equal_is_refused_with_a_hint() {
    for (condition, what, hint) in [
        (
            "event.success == 'true'",
            "compares event.success, which is true or false, with what is a text",
            "!event.success",
        ),
        ("event.success == 1", "compares event.success, which is true or false, with what is a number", ""),
        (
            "event.amount.value == '1000'",
            "compares event.amount.value, which is a number, with what is a text",
            "quotes",
        ),
        ("event.amount.value in [1, '1000']", "compares event.amount.value, which is a number", "quotes"),
        ("'1000' != event.amount.value", "compares event.amount.value, which is a number", "quotes"),
        ("event.amount == 1000", "compares event.amount, which is made of several", "event.amount.value"),
        (
            "event.reference == ['order-1']",
            "compares event.reference, which is a text, with what is made of several",
            "",
        ),
        ("event.live || event.account in [true]", "compares event.account, which is a text", ""),
        ("event['success'] == 'true'", "compares event.success, which is true or false", "!event.success"),
        ("event.amount['value'] in ['1000']", "compares event.amount.value, which is a number", "quotes"),
        ("event['kind'] == 'AUTHORISATION'", "asks for the kind 'AUTHORISATION'", "event.code"),
        ("event.kind == 'AUTHORISATION'", "asks for the kind 'AUTHORISATION', which there is not", "event.code"),
        ("event.type in ['payment.authorized']", "asks for the kind 'payment.authorized'", "'payment.authorised'"),
        ("event.kind.startsWith('payments.')", "asks for kinds that begin with 'payments.'", "'payment.'"),
        ("event.amount.currency == 'eur'", "asks for the currency 'eur', which no event has", "write 'EUR'"),
        ("!(event.amount.currency in ['EUR', 'Gbp'])", "asks for the currency 'Gbp'", "write 'GBP'"),
        ("event.amount.currency == 'Euro'", "asks for the currency 'Euro'", "three capitals"),
        ("event.proof == 'Signed'", "asks for the proof 'Signed', which no event has", "'signed'"),
    ] {
        let Err(wrong) = When::compile(condition) else { panic!("{condition} was taken") };
        assert!(wrong.what.starts_with(what) && wrong.hint.contains(hint), "{condition}: {wrong:?}");
    }
    for condition in [
        "event.amount.value == 1000u || event.amount.value == 12.5",
        "event.reference == event.account && event.amount.value == event.original.amount",
        "event.original.amount == '1000' && event.original['live'] == 1",
        "event.kind in ['payment.authorised', 'refund.failed'] && event.code == 'anything'",
        "event.checks.avs.code == 2 && event.checks.cvc.meaning != 'matches'",
        "event.original.list.exists(event, event.success == 'yes')",
        "event.kind.startsWith('payment.') || event.code.startsWith('PAY') || event.original.currency == 'eur'",
    ] {
        assert!(When::compile(condition).is_ok(), "{condition}");
    }
}

#[test]
fn what_a_field_is_held_for_is_what_an_event_has_there() {
    let inner =
        ["amount.value", "amount.currency", "amount.decimals", "checks.avs.code", "checks.avs.meaning", "amount"];
    for field in subject::FIELDS.iter().chain(&inner).filter(|field| **field != "original") {
        let text = match *field {
            "amount.currency" => "'EUR'",
            "proof" => "'signed'",
            _ => "'payment.authorised'",
        };
        for literal in [text, "1250", "true"] {
            let alike = When::compile(&format!("type(event.{field}) == type({literal})")).expect("it is read");
            let alike = matches!(alike.said_of(subject::sample().as_ref()), Some(Ok(cel::Value::Bool(true))));
            assert_eq!(When::compile(&format!("event.{field} == {literal}")).is_ok(), alike, "{field} and {literal}");
        }
    }
}

/// The deepest and widest that is taken, on a stack smaller than any worker's.
#[test]
fn what_is_taken_is_evaluated_on_a_small_stack() {
    let brackets = format!("{}event.success{}", "(".repeat(24), ")".repeat(24));
    let sum = format!("[1].all(x, x{} > 1)", " + event.amount.value".repeat(35));
    let wide = format!("event.reference in [{}]", vec!["'a'"; 900].join(","));
    let alternatives = vec!["event.code == 'A'"; 180].join(" || ");
    let choices = format!("{}false", "event.live ? true : ".repeat(30));
    for condition in [brackets, sum, wide, alternatives, choices] {
        let when = When::compile(&condition).unwrap_or_else(|wrong| panic!("{condition}: {wrong:?}"));
        let evaluate = move || when.holds(&Subject::new("adyen", "adyen", &event(), b"{}"));
        let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(evaluate).expect("a thread");
        thread.join().expect("it did not overflow");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_typed_is_taken_or_refused(parts in prop::collection::vec(part(), 0..30)) {
        if let Ok(when) = When::compile(&parts.concat()) {
            when.holds(&Subject::new("adyen", "adyen", &event(), ORIGINAL.as_bytes()));
        }
    }
}

fn part() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "event",
        ".code",
        ".amount",
        ".value",
        ".original",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "'a'",
        "1",
        "2u",
        "1.5",
        " && ",
        " || ",
        " == ",
        " + ",
        " ? ",
        " : ",
        ", ",
        "!",
        "-",
        ".all(x, ",
        ".map(x, ",
        "has(",
        ".matches('",
        "')",
        "\"\"\"",
        "true",
        "null",
        " in ",
        "//",
        "\n",
        "\\",
        "r'",
        "size(",
        "x",
        "%",
        "/ 0",
    ]);
    prop_oneof![8 => word.prop_map(str::to_owned), 1 => "\\PC{0,3}"]
}

const FILE: &str = r#"version = 1
[[source]]
name = "adyen"
provider = "adyen"
keys = ["4444444444444444444444444444444444444444444444444444444444444444"]
[[source]]
name = "other"
provider = "adyen"
keys = ["4444444444444444444444444444444444444444444444444444444444444444"]
[[destination]]
name = "shop"
type = "http"
url = "https://shop.example.com/hook"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
[[destination]]
name = "books"
type = "http"
url = "https://books.example.com/hook"
format = "original"
order = "payment"
on_dead = "stop"
"#;

/// The plan of two sources, two destinations and these routes.
async fn plan(routes: &str) -> Plan {
    let folder = tempfile::tempdir().expect("a folder");
    let config = sample::resolved(folder.path(), &format!("{FILE}{routes}"));
    let url = format!("sqlite:{}", folder.path().join("payhook.db").display());
    let store = payhook_store::open(&url, Options { reserve_bytes: 0, ..Options::default() }).expect("opens");
    let plan = Plan::make(config, std::collections::HashMap::new(), store.as_ref(), None).await.expect("a plan");
    store.close().await;
    plan
}

fn routed(plan: &Plan, event: &Event) -> Routed {
    wanted(plan, &plan.sources[0], event, ORIGINAL.as_bytes())
}

#[tokio::test]
async fn one_event_is_one_delivery_and_the_longest_hold_wins() {
    let plan = plan(
        r#"
[[route]]
events = ["payment.refused"]
hold = "5m"
when_stale = "skip"
to = ["shop"]
[[route]]
events = ["payment.refused", "payment.failed"]
hold = "10m"
when_stale = "skip"
to = ["shop", "books"]
[[route]]
events = ["AUTHORISATION"]
to = ["books"]
"#,
    )
    .await;
    let found = routed(&plan, &event()).wanted;
    assert_eq!(found.len(), 2);
    let (shop, books) = (found[0], found[1]);
    assert_eq!((shop.hold, shop.skips_stale), (Duration::from_secs(600), true), "every route of the shop skips");
    let stops = |id| {
        plan.destinations.iter().any(|target| target.id == id && target.settings.on_dead == crate::config::OnDead::Stop)
    };
    assert_eq!((shop.in_order, stops(shop.destination), shop.once_per_notification), (true, false, false));
    assert_eq!((books.hold, books.skips_stale), (Duration::from_secs(600), false), "one route of the books delivers");
    assert_eq!((books.in_order, stops(books.destination), books.once_per_notification), (true, true, true));
    let authorised = Event { kind: Kind::PaymentAuthorised, ..event() };
    let found = routed(&plan, &authorised).wanted;
    assert_eq!((found.len(), found[0].hold), (1, Duration::ZERO));
}

#[tokio::test]
async fn every_route_says_why_it_does_not_match() {
    let plan = plan(
        r#"
[[route]]
sources = ["other"]
to = ["shop"]
[[route]]
events = ["payment.captured"]
when = "event.live"
to = ["shop"]
[[route]]
when = "event.amount.value > 2000"
to = ["shop"]
[[route]]
name = "typo"
when = "event.live"
to = ["books"]
[[route]]
when = "event.original.paymentMethod == 'visa'"
to = ["shop"]
"#,
    )
    .await;
    let said = judge_each(&plan, &plan.sources[0], &event(), ORIGINAL.as_bytes());
    let failed = Because::WhenFailed("the event has no `live`".to_owned());
    assert_eq!(said, [Because::Source, Because::Events, Because::When, failed, Because::Fits]);
    let routed = routed(&plan, &event());
    assert_eq!(routed.wanted.len(), 2, "the one that failed counts");
    assert_eq!(routed.failed.iter().map(|failed| failed.route).collect::<Vec<_>>(), [3]);
}

#[tokio::test]
async fn what_is_looked_up_is_what_would_be_matched() {
    let plan = plan(
        r#"
[[route]]
events = ["payment.*"]
to = ["shop"]
[[route]]
events = ["AUTH*", "*.won"]
to = ["books"]
[[route]]
events = ["CAPTURE", "other"]
to = ["shop"]
"#,
    )
    .await;
    let codes = plan.sources[0].settings.provider.codes().iter().map(|row| row.code).chain(["NEWER", "AUTHENTIC"]);
    for code in codes {
        for kind in Kind::ALL {
            let event = Event { kind: *kind, code: code.to_owned(), ..event() };
            let found = routed(&plan, &event).wanted;
            let said = judge_each(&plan, &plan.sources[0], &event, b"");
            let to = |route: &str| said[route.parse::<usize>().expect("a number") - 1] == Because::Fits;
            let wants = |name: &str| {
                let target = plan.destinations.iter().find(|target| target.settings.name == name).expect("there");
                found.iter().any(|wanted| wanted.destination == target.id)
            };
            assert_eq!((wants("shop"), wants("books")), (to("1") || to("3"), to("2")), "{code} as {kind:?}");
        }
    }
}

#[test]
fn the_event_that_conditions_are_tried_on_has_every_field() {
    for field in subject::FIELDS.iter().filter(|field| **field != "original") {
        let when = When::compile(&format!("has(event.{field})")).expect("a condition");
        let said = when.said_of(subject::sample().as_ref());
        assert!(matches!(said, Some(Ok(cel::Value::Bool(true)))), "{field}");
    }
}
