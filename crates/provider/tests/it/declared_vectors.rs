//! Published vectors of declared schemes, where a folder of them stands beside the checkout: each is accepted or refused as
//! its publisher says. The numbers are asserted, so that the suite cannot run nothing.

use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_domain::time::Timestamp;
use payhook_provider::{Item, Key, Papers, Policy, Provider, RawRequest, Tolerance, declared};
use serde_json::{Value, json};

/// A file of vectors, the provider that judges them, and how many of them it accepts and refuses.
const FILES: &[(&str, &str, usize, usize)] = &[
    ("authorize.net/x_anet_signature", "authorize-net", 2, 0),
    ("cashfree/x_webhook_signature", "cashfree", 1, 0),
    ("checkout.com/cko_signature", "checkout-com", 1, 1),
    ("coinbase-commerce/webhook_signature", "coinbase-commerce", 1, 2),
    ("convoy/signature_vectors", "convoy", 10, 7),
    ("github/x_hub_signature_256", "github", 4, 2),
    ("gocardless/webhook_signature", "gocardless", 1, 3),
    ("govuk-pay/pay_signature", "govuk-pay", 1, 0),
    ("mercadopago/x_signature", "mercadopago", 4, 3),
    ("modern-treasury/webhook_signature", "modern-treasury", 5, 2),
    ("mollie/next_gen_signature", "mollie", 4, 1),
    ("paddle/node_sdk", "paddle", 4, 9),
    ("paddle/python_sdk", "paddle", 4, 2),
    ("paystack/x_paystack_signature", "paystack", 1, 0),
    ("razorpay/webhook_signature", "razorpay", 2, 2),
    ("recurly/webhook_signature", "recurly", 2, 6),
    ("revolut/revolut_signature", "revolut", 2, 2),
    ("square/webhook_signature", "square", 2, 5),
    ("standard-webhooks/ed25519_v1a", "standard-webhooks-v1a", 2, 2),
    ("standard-webhooks/hmac_v1", "standard-webhooks", 8, 14),
    ("stripe/async_stripe", "stripe", 1, 0),
    ("stripe/webhook_signature", "stripe", 7, 10),
    ("svix/hmac_v1", "svix", 2, 0),
    ("tink/x_tink_signature", "tink", 2, 2),
    ("wise/x_signature_sha256", "wise", 1, 1),
    ("worldline-connect/webhook_signature", "worldline-connect", 1, 4),
];

#[test]
fn every_published_vector_is_judged_as_its_publisher_says() {
    let Some(folder) = folder() else { return };
    let mut wrong = Vec::new();
    for (file, name, accepted, refused) in FILES {
        let document = read(&folder.join(format!("{file}.json")));
        let vectors = document["vectors"].as_array().expect("vectors");
        let mut met = [0, 0];
        for vector in vectors {
            let Some(is_valid) = vector["valid"].as_bool() else { continue };
            let judged = Vector::read(name, vector).is_accepted();
            met[usize::from(!is_valid)] += 1;
            if judged != Ok(is_valid) {
                wrong.push(format!("{file}: {}: expected {is_valid}, got {judged:?}", vector["name"]));
            }
        }
        if met != [*accepted, *refused] {
            wrong.push(format!("{file}: {met:?} vectors, not {:?}", [accepted, refused]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[expect(clippy::print_stdout, reason = "a suite that runs nothing says so")]
pub(crate) fn folder() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = here.ancestors().map(|above| above.join("shared").join("vectors")).find(|path| path.is_dir());
    if found.is_none() {
        println!("no folder of vectors beside the checkout: skipped");
    }
    found
}

pub(crate) fn read(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).expect("JSON")
}

/// One vector, as a request to be judged.
struct Vector {
    provider: &'static dyn Provider,
    secrets: Vec<String>,
    key_id: Option<String>,
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
    policy: Policy,
    now: Timestamp,
}

impl Vector {
    fn read(name: &str, vector: &Value) -> Self {
        let secrets: Vec<String> = match vector["secrets"].as_array() {
            Some(several) => several.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
            None => ["public_key_pem", "public_key", "secret"]
                .iter()
                .find_map(|field| vector[*field].as_str())
                .map(str::to_owned)
                .into_iter()
                .collect(),
        };
        let now = vector["now_ms"].as_i64().map(|millis| Timestamp::from_micros(millis * 1_000));
        let now = now.or_else(|| vector["now"].as_i64().map(Timestamp::from_seconds));
        let policy = Policy {
            // Where no clock is given, its publisher looked at none.
            tolerance: if now.is_none() { tolerance(vector) } else { Tolerance::Usual },
            url: vector["notification_url"].as_str().map(str::to_owned),
            ..Policy::default()
        };
        let query: Vec<String> = vector["query"]
            .as_object()
            .map(|query| query.iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default())))
            .map(Iterator::collect)
            .unwrap_or_default();
        Self {
            provider: provider(name, vector),
            secrets,
            key_id: vector["key_id"].as_str().map(str::to_owned),
            target: format!("/in/x?{}", query.join("&")),
            headers: headers(&vector["headers"]),
            body: body(vector),
            policy,
            now: now.unwrap_or(Timestamp::from_seconds(1_790_000_000)),
        }
    }

    /// Whether it is let in; an error where no key could be made of its secrets.
    fn is_accepted(&self) -> Result<bool, String> {
        let keys = self.secrets.iter().enumerate().map(|(at, text)| {
            let name = self.key_id.clone().unwrap_or_else(|| format!("key-{at}"));
            self.provider.key(&name, text)
        });
        let keys: Vec<Key> = keys.collect::<Result<_, _>>().map_err(|mistake| mistake.to_string())?;
        let request = RawRequest { target: &self.target, headers: &self.headers, body: &self.body };
        match self.provider.verify(&request, &keys, &self.policy, self.now) {
            Papers::Items(items) => Ok(items.iter().all(|item| matches!(item, Item::Verified(_)))),
            Papers::Unreadable(refused) => Err(refused.detail),
        }
    }
}

fn tolerance(vector: &Value) -> Tolerance {
    // The sender's own set says how long each is good for, and means the clock on the wall.
    match vector["tolerance_seconds"].as_u64() {
        Some(seconds) if seconds < 86_400 => Tolerance::Within(std::time::Duration::from_secs(seconds)),
        _ => Tolerance::Off,
    }
}

/// Convoy lets the sender choose: each choice is a scheme as a user would write it.
fn provider(name: &str, vector: &Value) -> &'static dyn Provider {
    if name != "convoy" {
        return payhook_provider::by_name(name).expect("a provider of this release");
    }
    let word = |field: &str| vector[field].as_str().expect("a word").to_ascii_lowercase();
    let (hash, encoding, advanced) = (word("hash"), word("encoding"), vector["advanced"] == true);
    let header = "header:X-Convoy-Signature";
    let kv = |key: &str| json!({ "source": header, "format": "kv", "item_sep": ",", "kv_sep": "=", "key": key });
    let mut scheme = json!({ "algorithm": format!("hmac-{hash}"), "signed": "{body}" });
    scheme["signature"] = if advanced { kv("v1") } else { json!({ "source": header }) };
    scheme["signature"]["encoding"] = encoding.clone().into();
    if advanced {
        scheme["timestamp"] = kv("t");
        scheme["timestamp"]["unit"] = "s".into();
        scheme["signed"] = "{timestamp},{body}".into();
    }
    let own = format!("convoy-{hash}-{encoding}-{}", if advanced { "timed" } else { "plain" });
    declared::of_user(&own, scheme).expect("a scheme")
}

fn headers(values: &Value) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in values.as_object().into_iter().flatten() {
        let several = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        for value in several.iter().filter_map(Value::as_str) {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
            headers.append(name, HeaderValue::from_str(value).expect("a header's value"));
        }
    }
    headers
}

fn body(vector: &Value) -> Vec<u8> {
    match vector["body_base64"].as_str() {
        Some(base64) => BASE64.decode(base64.as_bytes()).expect("base64"),
        None => vector["body"].as_str().unwrap_or_default().as_bytes().to_vec(),
    }
}
