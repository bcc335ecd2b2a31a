//! What packages sign, posted to the real binary: as it is, changed, made with another key, and made long ago.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::wire;
use serde_json::{Value, json};

use super::packages::{Language, Packages};
use super::payload::{NewKey, Payloads};

/// The quarantine is written best effort, after the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Seconds beyond the 300 that those with a tolerance have.
const LONG_AGO: i64 = 400;

/// Kinds that both packages of Braintree write with the id in them.
const KINDS: [&str; 5] =
    ["subscription_canceled", "subscription_went_past_due", "transaction_settled", "dispute_opened", "dispute_won"];

/// A package that signs.
struct Signer {
    package: &'static str,
    /// The source's name and its provider.
    source: &'static str,
    provider: &'static str,
    key: NewKey,
    signs: Signs,
    /// The status that its provider expects of a refusal.
    refusal: u16,
    /// Whether age counts.
    tells_time: bool,
}

/// What it signs, and so what has to be changed.
#[derive(Clone, Copy)]
enum Signs {
    /// Every byte of the body.
    Body,
    /// Some members of an item.
    Item,
    /// One field of a form.
    Form,
}

impl Signer {
    const fn new(package: &'static str, source: &'static str, provider: &'static str) -> Self {
        let key = Payloads::text_key;
        Self { package, source, provider, key, signs: Signs::Body, refusal: 401, tells_time: false }
    }

    /// Of a scheme with a time in it.
    const fn telling_time(self, key: NewKey, refusal: u16) -> Self {
        Self { key, refusal, tells_time: true, ..self }
    }

    const fn signing(self, signs: Signs, key: NewKey) -> Self {
        Self { signs, key, ..self }
    }
}

fn signers(language: Language) -> Vec<Signer> {
    let mut signers = vec![
        Signer::new("stripe", "stripe", "stripe").telling_time(Payloads::prefixed_key, 400),
        Signer::new("standardwebhooks", "standard", "standard-webhooks").telling_time(Payloads::prefixed_key, 401),
        Signer::new("svix", "svix", "svix").telling_time(Payloads::prefixed_key, 401),
        Signer::new("braintree", "braintree", "braintree").signing(Signs::Form, Payloads::text_key),
    ];
    signers.extend(match language {
        Language::Node => vec![
            Signer::new("@octokit/webhooks-methods", "github", "github"),
            Signer::new("modern-treasury", "treasury", "modern-treasury"),
            Signer::new("truelayer-signing", "truelayer", "truelayer").signing(Signs::Body, Payloads::private_key),
            Signer::new("@adyen/api-library", "items", "adyen").signing(Signs::Item, Payloads::hex_key),
            Signer::new("@adyen/api-library by header", "bodies", "adyen").signing(Signs::Body, Payloads::hex_key),
        ],
        Language::Python => vec![
            Signer::new("Adyen", "items", "adyen").signing(Signs::Item, Payloads::hex_key),
            Signer::new("Adyen by header", "bodies", "adyen").signing(Signs::Body, Payloads::hex_key),
        ],
    });
    signers
}

/// Lets every package of a language sign `rounds` random requests.
pub(super) fn check(language: Language, payloads: &mut Payloads, rounds: usize) {
    let with_key = |signer: Signer| {
        let key = (signer.key)(payloads);
        (signer, key)
    };
    let signers: Vec<(Signer, String)> = signers(language).into_iter().map(with_key).collect();
    let gateway = start(&signers);
    let mut packages = Packages::start(language);
    for (signer, key) in &signers {
        let began = Instant::now();
        for _ in 0..rounds {
            one_round(&gateway, &mut packages, payloads, signer, key);
        }
        stored_once_and_refused_with_the_reason(&gateway, signer, rounds);
        println!("{}: {rounds} rounds in {} ms", signer.package, began.elapsed().as_millis());
    }
    assert!(!gateway.log_text().contains("panic"));
}

/// A gateway with a source for each package.
fn start(signers: &[(Signer, String)]) -> Gateway {
    let source = |(signer, key): &(Signer, String)| {
        let Signer { source, provider, .. } = signer;
        format!(
            "[[source]]\nname = \"{source}\"\nprovider = \"{provider}\"\nkeys = [{{ name = \"public\", key = {} }}]\n",
            json!(key)
        )
    };
    Setup::new(&signers.iter().map(source).collect::<String>()).start()
}

/// One random request in all its forms.
fn one_round(gateway: &Gateway, packages: &mut Packages, payloads: &mut Payloads, signer: &Signer, key: &str) {
    let now = now();
    let good = signed(packages, payloads, signer, key, now);
    for _ in 0..2 {
        let status = post(gateway, signer, &good);
        assert!((200..300).contains(&status), "{}: {status} to {good:?}", signer.package);
    }
    let mut changed = good.clone();
    change(&mut changed.body, signer.signs, &mut payloads.random);
    assert_eq!(post(gateway, signer, &changed), signer.refusal, "{}: changed to {changed:?}", signer.package);
    let another = (signer.key)(payloads);
    let forged = signed(packages, payloads, signer, &another, now);
    assert_eq!(post(gateway, signer, &forged), signer.refusal, "{}: another key made {forged:?}", signer.package);
    if signer.tells_time {
        let stale = signed(packages, payloads, signer, key, now - LONG_AGO);
        assert_eq!(post(gateway, signer, &stale), signer.refusal, "{}: long ago {stale:?}", signer.package);
    }
}

/// A request as a package signed it.
#[derive(Clone, Debug)]
struct Signed {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn signed(packages: &mut Packages, payloads: &mut Payloads, signer: &Signer, key: &str, at: i64) -> Signed {
    let id = payloads.id();
    let body = match signer.signs {
        Signs::Item => payloads.item().to_string(),
        Signs::Body | Signs::Form => payloads.body(&id),
    };
    let kind = payloads.random.choice(KINDS);
    let question = json!({
        "ask": "sign", "package": signer.package, "key": key, "id": id, "at": at, "body": body, "kind": kind,
        "target": target(signer),
    });
    let answer = packages.ask(&question);
    let headers = answer["headers"].as_object().into_iter().flatten();
    let headers = headers.map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned())).collect();
    let body = answer["body"].as_str().map_or(body, str::to_owned).into_bytes();
    Signed { headers, body }
}

fn post(gateway: &Gateway, signer: &Signer, signed: &Signed) -> u16 {
    let mut headers: Vec<(&str, &str)> =
        signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        headers.push(("content-type", "application/json"));
    }
    let request = wire::request("POST", &target(signer), &headers, &signed.body);
    gateway.send(&request).expect("an answer").status
}

fn target(signer: &Signer) -> String {
    format!("/in/{}", signer.source)
}

/// Changes one byte that is signed.
fn change(body: &mut [u8], signs: Signs, random: &mut fastrand::Rng) {
    let text = String::from_utf8_lossy(body).into_owned();
    let behind = |name: &str| text.find(name).expect("it is there") + name.len();
    let candidates: Vec<usize> = match signs {
        Signs::Body => (0..body.len()).collect(),
        // A reference is 16 letters and digits.
        Signs::Item => (0..body.len()).skip(text_starts(&text, behind("\"pspReference\":"))).take(16).collect(),
        // Letters that no escape is made of, and that stay letters: what cannot be base64 would be refused as that.
        Signs::Form => (behind("bt_payload=")..body.len()).filter(|at| (b'b'..=b'y').contains(&body[*at])).collect(),
    };
    let at = *random.choice(&candidates).expect("something is signed");
    // Another letter, digit or whatever stood there, and never the one that stood there.
    body[at] ^= 1;
}

/// Where the text begins that stands behind this place.
fn text_starts(json: &str, from: usize) -> usize {
    from + json[from..].find('"').expect("a text") + 1
}

/// After all rounds: what was good is stored, each as one event that came twice; what was not is in the quarantine.
fn stored_once_and_refused_with_the_reason(gateway: &Gateway, signer: &Signer, rounds: usize) {
    let events = gateway.list(&format!("/api/v1/events?limit=500&source={}", signer.source));
    assert_eq!(events.len(), rounds, "{}: stored once each", signer.package);
    let again: Vec<&Value> = events.iter().map(|event| &event["duplicates"]).filter(|times| **times != 1).collect();
    assert!(again.is_empty(), "{}: came again once, not {again:?}", signer.package);
    let mut expected = BTreeMap::from([("signature_mismatch".to_owned(), 2 * rounds as u64)]);
    if signer.tells_time {
        expected.insert("stale".to_owned(), rounds as u64);
    }
    let began = Instant::now();
    while reasons(gateway, signer.source) != expected && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(reasons(gateway, signer.source), expected, "{}: reasons in the quarantine", signer.package);
}

/// How often each reason stands in a source's quarantine.
fn reasons(gateway: &Gateway, source: &str) -> BTreeMap<String, u64> {
    let mut reasons = BTreeMap::new();
    for row in gateway.list(&format!("/api/v1/quarantine?limit=500&source={source}")) {
        let reason = row["reason"].as_str().expect("a reason").to_owned();
        *reasons.entry(reason).or_default() += row["times"].as_u64().expect("a number");
    }
    reasons
}

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    i64::try_from(now).expect("small")
}
