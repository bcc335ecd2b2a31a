//! One request and its events for each kind of event: the pairs under `fixtures/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_domain::event::{Check, Event, Original};
use payhook_domain::kind::Kind;
use payhook_provider::{Key, Provider, SignedRequest, Unsigned, sample};
use serde_json::{Value, json};

use crate::declared::PRIVATE;
use crate::requests::{self, NOW, Posted, key, provider};

/// The keys of `fixtures/README.md`, of providers whose requests are composed.
const KEYS: &[(&str, &str)] = &[
    ("adyen", "3F0A9C5D71E2B84620D7C1935FA8E46B12907CDE55B3A1F8649D20EC7785B9F1"),
    ("banked", "payhook-fixture-key"),
    ("gocardless", "payhook-fixture-key"),
    ("checkout-com", "payhook-fixture-key"),
    ("mollie", "payhook-fixture-key"),
    ("square", "payhook-fixture-key"),
    ("stripe", "whsec_payhook-fixture-key"),
];
const SEED: u64 = 1;
/// What the keys of all the others are made of.
const KEY_SEED: [u8; 32] = *b"payhook fixture key, 32 bytes...";

/// Everyone who has fixtures: those whose requests are composed, and whoever else is declared.
fn covered() -> Vec<&'static str> {
    let composed = KEYS.iter().map(|(name, _)| *name);
    composed.chain(declared()).collect()
}

/// The declared providers whose requests nobody composes.
fn declared() -> impl Iterator<Item = &'static str> {
    let declared = payhook_provider::all().filter(|provider| provider.about().fingerprint.is_some());
    declared.map(|provider| provider.name()).filter(|name| !is_composed(name))
}

fn is_composed(name: &str) -> bool {
    KEYS.iter().any(|(known, _)| *known == name)
}

fn key_of(name: &str) -> Key {
    let known = KEYS.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
    let own = || match name {
        "standard-webhooks-v1a" => PRIVATE.to_owned(),
        "wise" => fs::read_to_string(folder(name).join("key.pem")).expect("a public key"),
        _ => provider(name).key_text(&KEY_SEED).expect("a key of its own making"),
    };
    key(name, &known.unwrap_or_else(own))
}

#[test]
fn every_fixture_is_verified_and_says_what_its_events_say() {
    let mut seen = 0;
    for name in covered() {
        for path in fixtures(name) {
            let request = read(&path);
            let events = requests::events(name, &request, &[key_of(name)]);
            let shown: Vec<Value> = events.iter().map(|event| shown(event, &request.body)).collect();
            let expected = fs::read_to_string(path.with_extension("events.json")).expect("its events beside it");
            let expected: Value = serde_json::from_str(&expected).expect("JSON");
            assert_eq!(Value::from(shown), expected, "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn every_fixture_with_its_reference_changed_is_refused() {
    for &(name, _) in KEYS {
        for path in fixtures(name) {
            let mut request = read(&path);
            let body = String::from_utf8(request.body.clone()).expect("text");
            let place = [
                "\"pspReference\":\"",
                "&pspReference=",
                "<pspReference>",
                "\"id\":\"",
                "\"eventId\":\"",
                "\"fileName\":\"",
                "\"merchantId\":\"",
            ]
            .into_iter();
            let at = place.filter_map(|name| Some(body.find(name)? + name.len())).next().expect("an id");
            request.body[at] = if request.body[at] == b'X' { b'Y' } else { b'X' };
            let verdicts = requests::items(name, &request, &[key_of(name)]);
            assert!(verdicts.iter().any(Result::is_err), "{}", path.display());
        }
    }
}

#[test]
fn a_declared_providers_fixture_with_its_body_changed_is_refused_where_the_body_is_signed() {
    let schemes = schemes();
    for name in declared() {
        let signs_body =
            schemes[name].get("signed").and_then(toml::Value::as_str).is_some_and(|it| it.contains("{body}"));
        for path in fixtures(name) {
            let mut request = read(&path);
            request.body.push(b' ');
            let verdicts = requests::items(name, &request, &[key_of(name)]);
            assert_eq!(verdicts.iter().any(Result::is_err), signs_body, "{}", path.display());
        }
    }
}

#[test]
fn whatever_a_scheme_points_at_stands_in_a_fixture_of_its_provider() {
    for (name, scheme) in schemes() {
        if is_composed(&name) {
            continue;
        }
        let events = fixtures(&name).into_iter();
        let events: Vec<Event> =
            events.flat_map(|path| requests::events(&name, &read(&path), &[key_of(&name)])).collect();
        let points_at = |word: &str| {
            let places = scheme.get("event").and_then(|event| event.get(word));
            places.is_some_and(|places| places.as_array().is_none_or(|places| !places.is_empty()))
        };
        let says = |has: fn(&Event) -> bool| events.iter().any(has);
        for (word, is_said) in [
            ("type", says(|event| event.code != "event")),
            ("reference", says(|event| event.reference.is_some())),
            ("provider_reference", says(|event| event.provider_reference.is_some())),
            ("payment", says(|event| event.payment.is_some())),
            ("amount", says(|event| event.amount.is_some())),
            ("occurred_at", says(|event| event.occurred_at.is_some())),
            ("live", says(|event| event.live.is_some())),
        ] {
            assert_eq!(is_said, points_at(word), "{name}: {word}");
        }
    }
}

fn schemes() -> toml::Table {
    payhook_provider::declared::SCHEMES.parse().expect("the schemes are TOML")
}

#[test]
fn every_kind_a_provider_knows_has_a_fixture() {
    for name in covered() {
        let met: Vec<Kind> = fixtures(name)
            .iter()
            .flat_map(|path| requests::events(name, &read(path), &[key_of(name)]))
            .map(|event| event.kind)
            .collect();
        for row in provider(name).codes() {
            for kind in [row.kind, row.kind_failed] {
                assert!(kind == Kind::Other || met.contains(&kind), "{name} has no fixture of {kind:?}");
            }
        }
    }
}

#[test]
fn every_provider_that_can_sign_here_has_fixtures() {
    // Where no receiver can make keys, each kind is tried beside the signature: `truelayer`, `mollie_classic`.
    let signs_here = |provider: &&dyn Provider| provider.key_text(&[0; 32]).is_some() && !provider.codes().is_empty();
    for provider in payhook_provider::all().filter(signs_here) {
        assert!(is_composed(provider.name()), "{} has no fixtures", provider.name());
    }
    for name in declared() {
        assert!(!fixtures(name).is_empty(), "{name} has no fixtures");
    }
}

/// Writes the pairs anew, after a deliberate change.
#[test]
#[ignore = "writes files"]
fn write_fixtures() {
    for name in covered() {
        let key = key_of(name);
        let unsigned = if is_composed(name) { composed(name) } else { written(name) };
        for (file, unsigned) in unsigned {
            write(name, &file, unsigned, &key);
        }
    }
}

/// Every sample, then a code for each kind no sample has, then the envelopes no sample has.
fn composed(name: &str) -> Vec<(String, Unsigned)> {
    let samples = sample::samples(name);
    let codes = provider(name).codes();
    let has =
        |kind: Kind| codes.iter().any(|row| row.kind == kind && samples.iter().any(|sample| sample.code == row.code));
    let mut kinds = BTreeSet::new();
    let extra = codes.iter().filter(|row| !has(row.kind) && kinds.insert(row.kind.as_str())).map(|row| row.code);
    let compose = |event: &str| sample::compose(name, event, SEED, NOW).expect("composed");
    let events = samples.iter().map(|sample| sample.name).chain(extra);
    let mut all: Vec<_> = events.map(|event| (event.to_owned(), sample::unsigned(name, &compose(event)))).collect();
    if name == "adyen" {
        let form = sample::unsigned_form(&compose("authorised")).expect("a standard webhook");
        all.push(("authorised-form".to_owned(), form));
        let mut batch = compose("authorised");
        batch["notificationItems"] =
            json!([compose("authorised")["notificationItems"][0], compose("captured")["notificationItems"][0]]);
        all.push(("batch".to_owned(), sample::unsigned(name, &batch)));
        all.push(("batch-soap".to_owned(), sample::unsigned_soap(&batch).expect("a standard webhook")));
    }
    all
}

/// The requests of a provider that nobody composes, as they stand in their files; they are signed anew.
fn written(name: &str) -> Vec<(String, Unsigned)> {
    let each = fixtures(name).into_iter().map(|path| {
        let file = path.file_stem().and_then(|stem| stem.to_str()).expect("a plain name").to_owned();
        let Posted { target, headers, body } = read(&path);
        (file, Unsigned { target, headers, body: body.into() })
    });
    each.collect()
}

fn write(name: &str, file: &str, unsigned: Unsigned, key: &Key) {
    let path = folder(name).join(format!("{file}.http"));
    // Whose private key nobody has stays as it was signed; its events are written anew.
    if provider(name).key_text(&KEY_SEED).is_some() || name == "standard-webhooks-v1a" {
        fs::create_dir_all(folder(name)).expect("a folder");
        fs::write(&path, shown_request(&requests::signed(name, unsigned, key))).expect("written");
    }
    let request = read(&path);
    let events = requests::events(name, &request, std::slice::from_ref(key));
    let shown: Vec<Value> = events.iter().map(|event| shown(event, &request.body)).collect();
    let json = serde_json::to_string_pretty(&shown).expect("JSON");
    fs::write(path.with_extension("events.json"), json + "\n").expect("written");
}

fn shown_request(signed: &SignedRequest) -> Vec<u8> {
    let mut text = format!("POST {} HTTP/1.1\n", signed.target).into_bytes();
    for (name, value) in &signed.headers {
        text.extend_from_slice(format!("{name}: {}\n", value.to_str().expect("ASCII")).as_bytes());
    }
    text.push(b'\n');
    text.extend_from_slice(&signed.body);
    text
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn fixtures(name: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder(name)).expect("fixtures").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = entries.filter(|path| path.extension().is_some_and(|ending| ending == "http")).collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> Posted {
    let text = fs::read(path).expect("a fixture");
    let end = text.windows(2).position(|pair| pair == b"\n\n").expect("an empty line after the headers");
    let head = std::str::from_utf8(&text[..end]).expect("headers are text");
    let target = head.split_whitespace().nth(1).expect("a request line").to_owned();
    let mut headers = HeaderMap::new();
    for line in head.lines().skip(1) {
        let (name, value) = line.split_once(": ").expect("name: value");
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).expect("a name"),
            HeaderValue::from_str(value).expect("a value"),
        );
    }
    Posted { target, headers, body: text[end + 2..].to_vec() }
}

fn shown(event: &Event, body: &[u8]) -> Value {
    let check =
        |check: &Option<Check>| check.as_ref().map(|check| json!({ "code": check.code, "meaning": check.meaning }));
    json!({
        "id": event.id.to_string(),
        "signed": format!("{:?}", event.signed),
        "content": format!("{:?}", event.content),
        "kind": event.kind.as_str(),
        "code": event.code,
        "success": event.success,
        "live": event.live,
        "occurred_at": event.occurred_at.as_ref().map(|at| json!({ "text": at.text, "instant": at.instant })),
        "account": event.account,
        "reference": event.reference,
        "provider_reference": event.provider_reference,
        "payment": event.payment,
        "amount": event.amount.map(|amount| amount.to_string()),
        "checks": { "avs": check(&event.checks.avs), "cvc": check(&event.checks.cvc) },
        "original": original(&event.original, body),
    })
}

fn original(original: &Original, body: &[u8]) -> Value {
    match original {
        Original::Slice(range) => serde_json::from_slice(&body[range.clone()]).expect("JSON stays where it is"),
        Original::Rendered(json) => serde_json::from_str(json).expect("rendered as JSON"),
    }
}
