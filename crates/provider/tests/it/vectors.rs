//! Published vectors and payloads in bulk, where a folder of them stands beside the checkout.
//!
//! Every positive one is accepted, every negative one refused with the reason it has; every payload that is a webhook
//! is signed here, verified, and read without loss. The numbers are asserted, so that the suite cannot run nothing.

use std::path::{Path, PathBuf};

use payhook_domain::event::{Event, Original};
use payhook_domain::identity::Environment;
use payhook_domain::verdict::Unverified;
use payhook_provider::{Key, Parsed, Unsigned};
use serde_json::Value;

use crate::requests::{self, Posted, envelope, key, provider, refusal};

/// A key for payloads that nobody published one for.
const OWN_KEY: &str = "00727DB817A85C8503AD29EAD1523DB869AF0E536893BB3046C92DE7CB045CB1";

#[expect(clippy::print_stdout, reason = "a suite that runs nothing says so")]
fn folder(provider: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found =
        here.ancestors().map(|above| above.join("shared").join("vectors").join(provider)).find(|path| path.is_dir());
    if found.is_none() {
        println!("no folder of {provider} vectors beside the checkout: skipped");
    }
    found
}

fn read(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or(Value::Null)
}

/// Every file below a folder with this ending.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(files(&entry, ending));
        } else if entry.extension().is_some_and(|extension| extension == ending) {
            found.push(entry);
        }
    }
    found.sort();
    found
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

/// How many of each sort were met.
#[derive(Debug, Default, PartialEq)]
struct Met {
    items_accepted: usize,
    items_refused: usize,
    bodies_accepted: usize,
    bodies_refused: usize,
    /// Signed rightly, but no JSON object: the primitive's own tests, and no webhook of any family.
    bodies_of_no_object: usize,
    keys_refused: usize,
    check_values: usize,
}

#[test]
fn every_published_adyen_vector_is_judged_as_published() {
    let Some(folder) = folder("adyen") else { return };
    let mut met = Met::default();
    for file in files(&folder, "json").iter().filter(|file| file.parent() == Some(&folder)) {
        for vector in read(file)["vectors"].as_array().into_iter().flatten() {
            judge(vector, &mut met);
        }
    }
    let expected = Met {
        items_accepted: 26,
        items_refused: 18,
        bodies_accepted: 9,
        bodies_refused: 8,
        bodies_of_no_object: 6,
        keys_refused: 3,
        check_values: 1,
    };
    assert_eq!(met, expected);
}

fn judge(vector: &Value, met: &mut Met) {
    let id = text(vector, "id").expect("an id");
    let accept = match (text(vector, "kind"), text(vector, "expect")) {
        (Some("kcv"), _) => {
            let key = key("adyen", text(vector, "key_hex").expect("a key"));
            assert_eq!(key.check_value.as_deref(), text(vector, "expected_kcv"), "{id}");
            met.check_values += 1;
            return;
        }
        (Some("standard-item" | "raw-body" | "raw-string"), Some("match")) => true,
        (Some("standard-item" | "raw-body" | "raw-string"), Some("mismatch" | "error")) => false,
        // the algorithm of the payment pages of old, and strings nobody signed
        _ => return,
    };
    let keys = match usable_key(vector) {
        Ok(keys) => keys,
        Err(()) => {
            met.keys_refused += 1;
            vec![key("adyen", OWN_KEY)]
        }
    };
    let is_item = text(vector, "kind") == Some("standard-item");
    let request = match request(vector, is_item) {
        Some(request) => request,
        None => return, // a vector about the key alone
    };
    let is_object = request.body.trim_ascii_start().starts_with(b"{");
    let expected = match (accept, is_object) {
        (true, true) => None,
        (true, false) => Some(Unverified::FieldShape), // told only once the signature fits
        (false, _) => Some(reason(vector, is_item)),
    };
    assert_eq!(refusal("adyen", &request, &keys), expected, "{id}");
    *match (is_item, accept) {
        (false, true) if !is_object => &mut met.bodies_of_no_object,
        (true, true) => &mut met.items_accepted,
        (true, false) => &mut met.items_refused,
        (false, true) => &mut met.bodies_accepted,
        (false, false) => &mut met.bodies_refused,
    } += 1;
}

/// The vector's key; an error when it names one that is none, which is refused before any notification comes.
fn usable_key(vector: &Value) -> Result<Vec<Key>, ()> {
    match text(vector, "key_hex") {
        None => Ok(Vec::new()),
        Some(hex) => provider("adyen").key("current", hex).map(|key| vec![key]).map_err(drop),
    }
}

fn request(vector: &Value, is_item: bool) -> Option<Posted> {
    let signature = text(vector, "expected_signature");
    if !is_item {
        let body = data_encoding::BASE64.decode(text(vector, "payload_base64")?.as_bytes()).expect("base64");
        return Some(Posted::json(body).with("hmacsignature", signature.unwrap_or_default()));
    }
    let mut item = vector["item"].clone();
    if let Some(signature) = signature {
        if !item["additionalData"].is_object() {
            item["additionalData"] = serde_json::json!({});
        }
        item["additionalData"]["hmacSignature"] = signature.into();
    }
    Some(Posted::json(envelope(&[&item.to_string()])))
}

/// Why a negative vector is refused, read off the signature it carries.
fn reason(vector: &Value, is_item: bool) -> Unverified {
    let carried = match (text(vector, "expected_signature"), is_item) {
        (Some(signature), _) => Value::from(signature),
        (None, true) => vector["item"]["additionalData"]["hmacSignature"].clone(),
        (None, false) => Value::Null,
    };
    let decoded = carried.as_str().map(|text| data_encoding::BASE64.decode(text.as_bytes()).unwrap_or_default());
    match (carried, decoded) {
        (Value::Null, _) => Unverified::SignatureMissing,
        (Value::String(text), _) if text.is_empty() => Unverified::SignatureMissing,
        (_, Some(bytes)) if bytes.len() == 32 => Unverified::SignatureMismatch,
        _ => Unverified::SignatureMalformed,
    }
}

#[test]
fn every_published_banked_vector_is_judged_as_published() {
    let Some(folder) = folder("banked") else { return };
    let mut met = (0, 0);
    for vector in read(&folder.join("banked_signature.json"))["vectors"].as_array().expect("vectors") {
        let name = text(vector, "name").expect("a name");
        let header = vector["headers"]["Banked-Signature"].as_str().expect("a header");
        let body =
            data_encoding::BASE64.decode(text(vector, "body_base64").expect("a body").as_bytes()).expect("base64");
        let request = Posted::json(body).with("banked-signature", header);
        let verdict = refusal("banked", &request, &[key("banked", text(vector, "secret").expect("a key"))]);
        let expected = match (vector["valid"].as_bool(), name) {
            (Some(true), _) => None,
            // left open by the publisher: age counts only where a tolerance is set, upper case never
            (None, "stale") => None,
            (None, "uppercase_hex") | (Some(false), "header_without_period") => Some(Unverified::SignatureMalformed),
            _ => Some(Unverified::SignatureMismatch),
        };
        assert_eq!(verdict, expected, "{name}");
        *if expected.is_none() { &mut met.0 } else { &mut met.1 } += 1;
    }
    assert_eq!(met, (5, 5));
}

#[test]
fn every_published_adyen_payload_is_read_without_loss() {
    let Some(folder) = folder("adyen") else { return };
    let (mut standard, mut others, mut unnamed) = (0, 0, 0);
    for file in files(&folder, "json").iter().filter(|file| file.parent() != Some(&folder)) {
        let payload = read(file);
        let wrapped = match (&payload["notificationItems"], &payload["eventCode"]) {
            (Value::Array(_), _) => payload.to_string(),
            (_, Value::String(_)) => envelope(&[&payload.to_string()]),
            _ if is_webhook(&payload) => {
                assert_header_signed_reads(file, &payload);
                others += 1;
                continue;
            }
            _ => {
                unnamed += 1;
                continue;
            }
        };
        standard += assert_items_read(file, &wrapped);
    }
    println!("{standard} standard items, {others} other webhooks; {unnamed} files are no webhooks");
    assert!(standard >= 86 && others >= 200, "{standard} {others}");
}

fn is_webhook(payload: &Value) -> bool {
    let named = payload["type"].is_string() && (payload["data"].is_object() || payload["environment"].is_string());
    named || payload["eventType"].is_string()
}

fn signed(body: String) -> Posted {
    let unsigned = Unsigned { target: "/".into(), headers: Posted::json("").headers, body: body.into() };
    let signed = requests::signed("adyen", unsigned, &key("adyen", OWN_KEY));
    Posted::new(signed.headers, signed.body)
}

fn assert_items_read(file: &Path, body: &str) -> usize {
    let request = signed(body.to_owned());
    let sent: Value = serde_json::from_str(body).expect("JSON");
    let sent = sent["notificationItems"].as_array().expect("items").clone();
    let events = requests::events("adyen", &request, &[key("adyen", OWN_KEY)]);
    assert_eq!(events.len(), sent.len(), "{}", file.display());
    for (event, sent) in events.iter().zip(&sent) {
        let sent = &sent["NotificationRequestItem"];
        let file = file.display();
        let filled = |name: &str| text(sent, name).filter(|text| !text.is_empty());
        assert_eq!(Some(event.code.as_str()), text(sent, "eventCode"), "{file}");
        assert_eq!(event.reference.as_deref(), filled("merchantReference"), "{file}");
        assert_eq!(event.account.as_deref(), filled("merchantAccountCode"), "{file}");
        assert_eq!(event.provider_reference.as_deref(), filled("pspReference"), "{file}");
        assert_eq!(event.occurred_at.as_ref().map(|at| at.text.as_str()), filled("eventDate"), "{file}");
        assert!(event.occurred_at.as_ref().is_none_or(|at| at.instant.is_some()), "{file}");
        assert_eq!(event.amount.map(|amount| amount.value), sent["amount"]["value"].as_i64(), "{file}");
        let success = sent["success"].as_bool().or_else(|| Some(text(sent, "success")? == "true"));
        assert_eq!(event.success, success, "{file}");
        let Original::Slice(range) = &event.original else { panic!("{file}: JSON stays where it is") };
        let mut original: Value = serde_json::from_slice(&request.body[range.clone()]).expect("JSON");
        let mut sent = sent.clone();
        for item in [&mut original, &mut sent] {
            if let Some(additional) = item["additionalData"].as_object_mut() {
                additional.remove("hmacSignature");
            }
            if item["additionalData"].as_object().is_none_or(serde_json::Map::is_empty) {
                item["additionalData"] = Value::Null;
            }
        }
        assert_eq!(original, sent, "{file}");
    }
    events.len()
}

fn assert_header_signed_reads(file: &Path, payload: &Value) {
    let body = std::fs::read_to_string(file).expect("text");
    let request = signed(body.clone());
    let verified = requests::items("adyen", &request, &[key("adyen", OWN_KEY)]).remove(0).expect("authentic");
    let Parsed::Events(events) = provider("adyen").parse(&verified, Environment::Test) else {
        panic!("{}: not understood", file.display())
    };
    let [event] = events.as_slice() else { panic!("{}: one event", file.display()) };
    let code = text(payload, "type").or(text(payload, "eventType"));
    assert_eq!(Some(event.code.as_str()), code, "{}", file.display());
    assert_eq!(event.original, Original::Slice(0..body.len()), "{}", file.display());
    let live = payload["live"].as_bool().or_else(|| match text(payload, "live").or(text(payload, "environment"))? {
        "true" | "live" => Some(true),
        "false" | "test" => Some(false),
        _ => None,
    });
    assert_eq!(event.live, live, "{}", file.display());
    assert_families_places_are_read(file, payload, event);
}

/// What its family documents as reference, account, amount and date, wherever it stands, is taken.
fn assert_families_places_are_read(file: &Path, payload: &Value, event: &Event) {
    let resource = event.code.split('.').nth(1).unwrap_or_default();
    let first = |places: &[&str]| -> Option<String> {
        let texts = places.iter().filter_map(|place| payload.pointer(&place.replace('*', resource))?.as_str());
        texts.map(str::to_owned).find(|text| !text.is_empty())
    };
    let file = file.display();
    let references = ["/data/reference", "/content/merchantReference", "/reference", "/data/*/reference"];
    assert_eq!(event.reference, first(&references), "{file}");
    let accounts = ["/data/merchantAccount", "/content/merchantAccountCode", "/data/merchantId"];
    assert_eq!(event.account, first(&accounts), "{file}");
    let dates = ["/timestamp", "/createdAt", "/eventDate", "/data/creationDate"];
    assert_eq!(event.occurred_at.as_ref().map(|at| at.text.clone()), first(&dates), "{file}");
    let own = [
        "/data/storedPaymentMethodId",
        "/data/pspReference",
        "/pspReference",
        "/data/id",
        "/id",
        "/data/*/id",
        "/data/cardOrderItemId",
        "/data/balanceAccountId",
        "/data/accountId",
        "/data/fileName",
        "/data/merchantId",
        "/content/pspReference",
    ];
    assert_eq!(event.provider_reference.is_some(), first(&own).is_some(), "{file}: {:?}", event.provider_reference);
    let amounts = ["/data/amount", "/content/amount", "/data/disputedAmount", "/amount"];
    let amount = amounts.iter().find_map(|place| payload.pointer(place));
    let amount = amount.and_then(|amount| Some((amount["value"].as_i64()?, text(amount, "currency")?.to_owned())));
    let taken = event.amount.map(|amount| (amount.value, amount.currency.as_str().to_owned()));
    assert_eq!(taken, amount, "{file}");
}

#[test]
fn the_tables_say_what_the_published_ones_say() {
    let Some(folder) = folder("adyen") else { return };
    let known: Vec<&str> = provider("adyen").codes().iter().map(|row| row.code).collect();
    let table = read(&folder.join("tables/event_codes.json"));
    let listed = table["enum"].as_array().expect("codes").iter().filter_map(Value::as_str);
    let listed: Vec<&str> =
        listed.chain(table["webhooks"].as_object().expect("webhooks").keys().map(String::as_str)).collect();
    assert!(listed.len() > 80);
    for code in listed {
        assert!(known.contains(&code), "{code}");
    }
    for row in read(&folder.join("tables/lifecycle.json"))["events"].as_array().expect("events") {
        let code = text(row, "eventCode").expect("a code");
        assert!(known.contains(&code), "{code}");
    }
    let currencies = read(&folder.join("tables/currency_exponents.json"));
    for (decimals, list) in [(0, &currencies["0"]), (3, &currencies["3"])] {
        for currency in list.as_array().expect("currencies").iter().filter_map(Value::as_str) {
            let item = format!(
                r#"{{"pspReference":"P","merchantAccountCode":"A","amount":{{"value":1,"currency":"{currency}"}},"eventCode":"CAPTURE","success":"true"}}"#
            );
            let event = requests::event("adyen", &signed(envelope(&[&item])), &[key("adyen", OWN_KEY)]);
            assert_eq!(event.amount.expect("an amount").decimals, decimals, "{currency}");
        }
    }
}

#[test]
fn the_published_envelopes_are_read_without_loss() {
    let Some(folder) = folder("adyen") else { return };
    let mut read = 0;
    for file in files(&folder.join("soap"), "xml") {
        let body = std::fs::read_to_string(&file).expect("a file");
        let unsigned = Unsigned { target: "/".into(), headers: Posted::xml("").headers, body: body.clone().into() };
        let signed = requests::signed("adyen", unsigned, &key("adyen", OWN_KEY));
        let request = Posted::new(signed.headers, signed.body);
        if !body.contains("<notificationItems") {
            continue; // the answer
        }
        let texts = |name: &str| -> Vec<String> {
            let tag = format!("<{name}>");
            let parts = body.split(tag.as_str()).skip(1);
            parts.map(|rest| rest.split('<').next().unwrap_or_default().to_owned()).collect()
        };
        let events = requests::events("adyen", &request, &[key("adyen", OWN_KEY)]);
        assert!(events.iter().all(|event| event.live == Some(true)), "{}", file.display());
        let references: Vec<_> = events.iter().filter_map(|event| event.provider_reference.clone()).collect();
        assert_eq!(references, texts("pspReference"), "{}", file.display());
        let dates: Vec<_> = events.iter().filter_map(|event| Some(event.occurred_at.as_ref()?.text.clone())).collect();
        assert_eq!(dates, texts("eventDate"), "{}", file.display());
        for (event, code) in events.iter().zip(texts("eventCode")) {
            let Original::Rendered(original) = &event.original else { panic!("rendered as JSON") };
            let original: Value = serde_json::from_str(original).expect("JSON");
            let amount = event.amount.expect("an amount");
            assert_eq!(text(&original["amount"], "value"), Some(amount.value.to_string().as_str()));
            assert_eq!((text(&original, "eventCode"), event.code.as_str()), (Some(code.as_str()), code.as_str()));
            read += 1;
        }
    }
    assert_eq!(read, 7);
}

#[test]
fn the_published_form_is_read() {
    let Some(folder) = folder("adyen") else { return };
    let forms = files(&folder, "form");
    assert!(!forms.is_empty());
    for file in forms {
        let body = std::fs::read(&file).expect("a file");
        let unsigned = Unsigned { target: "/".into(), headers: Posted::form("").headers, body: body.into() };
        let signed = requests::signed("adyen", unsigned, &key("adyen", OWN_KEY));
        let request = Posted::new(signed.headers, signed.body);
        let event = requests::event("adyen", &request, &[key("adyen", OWN_KEY)]);
        assert_eq!(event.code, "NOTIFICATION_OF_CHARGEBACK");
        assert_eq!(event.payment.as_deref(), Some("NXDJ258MG5BV9D82"));
        let at = event.occurred_at.expect("a date");
        assert_eq!((at.text.as_str(), at.instant.is_some()), ("2022-09-26T10:17:23.00Z", true));
    }
}
