//! Published vectors, posted to a running gateway that has each vector's key: the positive ones are acknowledged and
//! stored, the negative ones refused and quarantined with the reason. The folder of vectors stands beside the checkout;
//! where it does not, this says so and the project's own tests restate the published facts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::wire;
use serde_json::{Value, json};

/// For vectors that have no key, or one that is none: whoever runs payhook has another.
const OWN_KEY: &str = "00727DB817A85C8503AD29EAD1523DB869AF0E536893BB3046C92DE7CB045CB1";

/// The quarantine is written best effort, after the answer.
const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn every_published_adyen_vector_is_judged_over_http_as_published() {
    let Some(folder) = folder("adyen") else { return };
    let mut vectors: Vec<Vector> = json_files(&folder).iter().flat_map(|file| adyen_vectors(file)).collect();
    let gateway = start("adyen", &mut vectors);
    let counts = vectors.iter().map(|vector| check(&gateway, vector)).fold(Counts::default(), Counts::add);
    assert_eq!(counts, Counts { stored: 26 + 9, refused: 18 + 8 + 6 });
    assert!(!gateway.log_text().contains("panic"));
}

#[test]
fn every_published_banked_vector_is_judged_over_http_as_published() {
    let Some(folder) = folder("banked") else { return };
    let file = read(&folder.join("banked_signature.json"));
    let mut vectors: Vec<Vector> = list(&file["vectors"]).iter().map(banked_vector).collect();
    let gateway = start("banked", &mut vectors);
    let counts = vectors.iter().map(|vector| check(&gateway, vector)).fold(Counts::default(), Counts::add);
    assert_eq!(counts, Counts { stored: 5, refused: 5 });
}

/// A vector as a request, with the key it was made with and what must come of it.
struct Vector {
    name: String,
    key: String,
    /// Which of the gateway's sources has that key.
    source: usize,
    header: Option<(&'static str, String)>,
    body: Vec<u8>,
    /// Why it is refused; nothing when it is authentic.
    refused: Option<Refusal>,
}

/// The answer's status, and the reason in the quarantine.
struct Refusal {
    status: u16,
    reason: &'static str,
}

#[derive(Debug, Default, PartialEq)]
struct Counts {
    stored: usize,
    refused: usize,
}

impl Counts {
    fn add(self, stored: bool) -> Self {
        Self { stored: self.stored + usize::from(stored), refused: self.refused + usize::from(!stored) }
    }
}

/// A gateway with a source per key.
fn start(provider: &str, vectors: &mut [Vector]) -> Gateway {
    let mut keys: Vec<String> = Vec::new();
    for vector in vectors {
        vector.source = keys.iter().position(|key| *key == vector.key).unwrap_or(keys.len());
        if vector.source == keys.len() {
            keys.push(vector.key.clone());
        }
    }
    let source = |(number, key): (usize, &String)| {
        format!("[[source]]\nname = \"key-{number}\"\nprovider = \"{provider}\"\nkeys = [{}]\n", json!(key))
    };
    Setup::new(&keys.iter().enumerate().map(source).collect::<String>()).start()
}

/// Posts it and looks what has become of it; true when it was stored.
fn check(gateway: &Gateway, vector: &Vector) -> bool {
    let (recorded, quarantined) = (recorded(gateway), quarantine(gateway));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(vector.header.as_ref().map(|(name, value)| (*name, value.as_str())));
    let request = wire::request("POST", &format!("/in/key-{}", vector.source), &headers, &vector.body);
    let answer = gateway.send(&request).expect("an answer");
    let now_recorded = self::recorded(gateway);
    match &vector.refused {
        None => {
            assert_eq!(answer.status, 200, "{}: {}", vector.name, answer.text());
            assert_eq!(now_recorded, recorded + 1, "{}: stored, or known before", vector.name);
            true
        }
        Some(Refusal { status, reason }) => {
            assert_eq!(answer.status, *status, "{}: {}", vector.name, answer.text());
            assert_eq!(now_recorded, recorded, "{}: refused, but stored", vector.name);
            assert_eq!(newly_quarantined(gateway, &quarantined).as_deref(), Some(*reason), "{}", vector.name);
            false
        }
    }
}

/// How many events were taken, counting those that came again; without payhook's own, which tell of refusals.
fn recorded(gateway: &Gateway) -> u64 {
    let events = gateway.list("/api/v1/events?limit=500");
    let providers = events.iter().filter(|event| event["source"] != "payhook");
    providers.filter_map(|event| event["duplicates"].as_u64()).map(|again| 1 + again).sum()
}

/// How often each entry came, and its reason.
fn quarantine(gateway: &Gateway) -> BTreeMap<String, (u64, String)> {
    let entry = |row: &Value| {
        let (id, reason) = (text(row, "id")?.to_owned(), text(row, "reason")?.to_owned());
        Some((id, (row["times"].as_u64()?, reason)))
    };
    gateway.list("/api/v1/quarantine").iter().filter_map(entry).collect()
}

/// The reason of the entry that is new, or has come again.
fn newly_quarantined(gateway: &Gateway, before: &BTreeMap<String, (u64, String)>) -> Option<String> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let now = quarantine(gateway);
        if let Some((_, (_, reason))) = now.iter().find(|(id, entry)| before.get(*id) != Some(entry)) {
            return Some(reason.clone());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    None
}

/// The vectors of a file that are about notifications; others are about keys and the payment pages of old.
fn adyen_vectors(file: &Path) -> Vec<Vector> {
    list(&read(file)["vectors"]).iter().filter_map(adyen_vector).collect()
}

fn adyen_vector(vector: &Value) -> Option<Vector> {
    let (kind, expected) = (text(vector, "kind")?, text(vector, "expect")?);
    if !matches!((kind, expected), ("standard-item" | "raw-body" | "raw-string", "match" | "mismatch" | "error")) {
        return None;
    }
    let published = text(vector, "expected_signature");
    let (header, body, carried) = if kind == "standard-item" {
        let item = signed_item(vector, published);
        let carried = item["additionalData"]["hmacSignature"].clone();
        (
            None,
            json!({ "live": "false", "notificationItems": [{ "NotificationRequestItem": item }] }).to_string(),
            carried,
        )
    } else {
        let body = BASE64.decode(text(vector, "payload_base64")?.as_bytes()).expect("base64");
        let body = String::from_utf8(body).expect("every published body is text");
        (Some(("HmacSignature", published.unwrap_or_default().to_owned())), body, json!(published))
    };
    let key = text(vector, "key_hex").filter(|key| key.len() == 64).unwrap_or(OWN_KEY).to_owned();
    let reason = match expected {
        // Tests of the bare primitive: signed rightly, but every webhook is a JSON object.
        "match" if !body.trim_start().starts_with('{') => Some("field_shape"),
        "match" => None,
        _ => Some(adyen_reason(&carried)),
    };
    let refused = reason.map(|reason| Refusal { status: 401, reason });
    let name = text(vector, "id").expect("a vector has an id").to_owned();
    Some(Vector { name, key, source: 0, header, body: body.into_bytes(), refused })
}

fn signed_item(vector: &Value, signature: Option<&str>) -> Value {
    let mut item = vector["item"].clone();
    if let Some(signature) = signature {
        if !item["additionalData"].is_object() {
            item["additionalData"] = json!({});
        }
        item["additionalData"]["hmacSignature"] = json!(signature);
    }
    item
}

/// Read off the signature that a negative vector carries.
fn adyen_reason(carried: &Value) -> &'static str {
    match carried.as_str() {
        None if carried.is_null() => "signature_missing",
        Some("") => "signature_missing",
        Some(text) if BASE64.decode(text.as_bytes()).is_ok_and(|bytes| bytes.len() == 32) => "signature_mismatch",
        _ => "signature_malformed",
    }
}

fn banked_vector(vector: &Value) -> Vector {
    let name = text(vector, "name").expect("a vector has a name").to_owned();
    let reason = match (vector["valid"].as_bool(), name.as_str()) {
        (Some(true), _) => None,
        // Left open by the publisher: age counts only where a tolerance is set, upper case never.
        (None, "stale") => None,
        (None, "uppercase_hex") | (Some(false), "header_without_period") => Some("signature_malformed"),
        _ => Some("signature_mismatch"),
    };
    let word = |name| text(vector, name).expect("a vector has it").to_owned();
    let signature = text(&vector["headers"], "Banked-Signature").expect("a header").to_owned();
    Vector {
        name,
        key: word("secret"),
        source: 0,
        header: Some(("Banked-Signature", signature)),
        body: BASE64.decode(word("body_base64").as_bytes()).expect("base64"),
        refused: reason.map(|reason| Refusal { status: 400, reason }),
    }
}

fn folder(provider: &str) -> Option<PathBuf> {
    let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = above.find_map(|above| Some(above.join("shared/vectors").join(provider)).filter(|path| path.is_dir()));
    if found.is_none() {
        println!("no folder of {provider} vectors beside the checkout: skipped");
    }
    found
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

fn read(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}
