//! `verify(sign(x))` holds; with a signed value, the key or (of a raw body) any byte changed it does not.

use payhook_domain::identity::Environment;
use payhook_provider::{Item, Papers, Policy, Unsigned, sample};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::requests::{self, NOW, Posted, items, key, provider};

const KEY: &str = "00727DB817A85C8503AD29EAD1523DB869AF0E536893BB3046C92DE7CB045CB1";

fn signed(name: &str, unsigned: Unsigned) -> Posted {
    let signed = requests::signed(name, unsigned, &key(name, KEY));
    Posted::new(signed.headers, signed.body)
}

fn authentic(name: &str, request: &Posted) -> bool {
    items(name, request, &[key(name, KEY)]).iter().all(Result::is_ok)
}

/// The eight signed values, in shapes Adyen may send; the reference is any text.
fn adyen_item() -> impl Strategy<Value = Value> {
    let reference = "[A-Z0-9]{1,16}";
    (
        reference,
        prop::option::of(reference),
        "[A-Za-z0-9_]{1,12}",
        any::<String>(),
        any::<i64>(),
        "[A-Z]{3}",
        "[A-Z_]{1,20}",
        any::<bool>(),
    )
        .prop_map(|(psp, original, account, merchant_reference, value, currency, code, success)| {
            json!({
                "pspReference": psp, "originalReference": original, "merchantAccountCode": account,
                "merchantReference": merchant_reference, "amount": { "value": value, "currency": currency },
                "eventCode": code, "success": success.to_string(), "eventDate": "2026-11-21T10:00:00+01:00",
            })
        })
}

fn notification(items: &[Value]) -> Value {
    let items: Vec<_> = items.iter().map(|item| json!({ "NotificationRequestItem": item })).collect();
    json!({ "live": "false", "notificationItems": items })
}

proptest! {
    #[test]
    fn what_adyen_signs_is_verified_as_json_as_a_form_and_as_soap(mut item in adyen_item()) {
        let value = notification(&[item.clone()]);
        prop_assert!(authentic("adyen", &signed("adyen", sample::unsigned("adyen", &value))));
        let form = sample::unsigned_form(&value).expect("a standard webhook");
        prop_assert!(authentic("adyen", &signed("adyen", form)));
        let reference = item["merchantReference"].as_str().unwrap_or_default().replace(|c: char| c.is_control() && c != '\r', "");
        item["merchantReference"] = json!(reference);
        let soap = signed("adyen", sample::unsigned_soap(&notification(&[item.clone(), item])).expect("a standard webhook"));
        prop_assert!(authentic("adyen", &soap));
        prop_assert_eq!(items("adyen", &soap, &[key("adyen", KEY)]).len(), 2);
    }

    #[test]
    fn no_other_value_passes_under_the_same_signature(items in prop::collection::vec(adyen_item(), 2), field in 0..8_usize) {
        let paths = ["/pspReference", "/originalReference", "/merchantAccountCode", "/merchantReference", "/amount/value",
            "/amount/currency", "/eventCode", "/success"];
        let [one, other] = items.as_slice() else { unreachable!("two items") };
        let (before, after) = (one.pointer(paths[field]), other.pointer(paths[field]));
        prop_assume!(before != after);
        let request = signed("adyen", sample::unsigned("adyen", &notification(std::slice::from_ref(one))));
        let mut forged: Value = serde_json::from_slice(&request.body).expect("JSON");
        *forged.pointer_mut(&format!("/notificationItems/0/NotificationRequestItem{}", paths[field])).expect("there") =
            after.cloned().unwrap_or_default();
        prop_assert!(!authentic("adyen", &Posted::json(forged.to_string())));
    }

    #[test]
    fn no_cut_of_the_same_signed_string_but_the_honest_one_passes(item in adyen_item(), colons in prop::collection::vec(0..12_usize, 7)) {
        let mut item = item;
        let honest = item["merchantReference"].as_str().unwrap_or_default().to_owned();
        item["merchantReference"] = json!(format!("a:1:EUR:{honest}:b"));
        let request = signed("adyen", sample::unsigned("adyen", &notification(&[item])));
        let signed: Value = serde_json::from_slice(&request.body).expect("JSON");
        let item = &signed["notificationItems"][0]["NotificationRequestItem"];
        let text = |path: &str| item.pointer(path).map_or(String::new(), |v| v.as_str().map_or_else(|| v.to_string().replace("null", ""), str::to_owned));
        let fields = ["/pspReference", "/originalReference", "/merchantAccountCode", "/merchantReference", "/amount/value",
            "/amount/currency", "/eventCode", "/success"].map(text);
        let joined = fields.join(":");
        let parts: Vec<&str> = joined.split(':').collect();
        let Some(cut) = cut_at(&parts, &colons) else { return Ok(()) };
        prop_assume!(cut != fields);
        let forged = notification(&[json!({
            "pspReference": cut[0], "originalReference": cut[1], "merchantAccountCode": cut[2], "merchantReference": cut[3],
            "amount": { "value": cut[4], "currency": cut[5] }, "eventCode": cut[6], "success": cut[7],
            "additionalData": item["additionalData"],
        })]);
        prop_assert!(!authentic("adyen", &Posted::json(forged.to_string())));
    }

    #[test]
    fn no_byte_of_a_body_signed_as_a_whole_may_change(body in prop::collection::vec(any::<u8>(), 1..300), at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        for name in ["adyen", "banked"] {
            // every family signed by a header writes an object
            let body = [b"{", body.as_slice()].concat();
            let unsigned = Unsigned { target: "/".into(), headers: Posted::json("").headers, body: body.into() };
            let mut request = signed(name, unsigned);
            prop_assert!(authentic(name, &request));
            let at = at.index(request.body.len());
            request.body[at] ^= flip;
            prop_assert!(!authentic(name, &request));
        }
    }

    #[test]
    fn another_key_does_not_verify(item in adyen_item(), random in any::<[u8; 32]>()) {
        for name in ["adyen", "banked"] {
            let request = signed(name, sample::unsigned(name, &notification(std::slice::from_ref(&item))));
            let other = key(name, &provider(name).key_text(&random).expect("a key"));
            prop_assert!(items(name, &request, &[other]).iter().all(Result::is_err));
        }
    }

    #[test]
    fn nothing_panics_and_nothing_unsigned_passes(body in prop::collection::vec(any::<u8>(), 0..200), header in any::<String>()) {
        for name in ["adyen", "banked"] {
            for request in [Posted::json(body.clone()), Posted::form(body.clone())] {
                let header: String = header.chars().filter(|c| !c.is_control()).collect();
                let request = request.with("hmacsignature", &header).with("banked-signature", &header);
                let papers = provider(name).verify(&request.raw(), &[key(name, KEY)], &Policy::default(), NOW);
                let verified = matches!(papers, Papers::Items(items) if items.iter().any(|item| matches!(item, Item::Verified(_))));
                prop_assert!(!verified);
            }
        }
    }

    #[test]
    fn whatever_was_signed_can_be_parsed(body in json_like()) {
        for name in ["adyen", "banked"] {
            let unsigned = Unsigned { target: "/".into(), headers: Posted::json("").headers, body: body.clone().into() };
            let request = signed(name, unsigned);
            for verified in items(name, &request, &[key(name, KEY)]).into_iter().flatten() {
                let _ = provider(name).parse(&verified, Environment::Live);
            }
        }
    }
}

/// The parts of a signed string put together into eight fields, `colons[i]` parts in field `i`, the rest in the last;
/// nothing when there are not enough.
fn cut_at(parts: &[&str], colons: &[usize]) -> Option<[String; 8]> {
    let mut rest = parts;
    let mut cut: [String; 8] = Default::default();
    for (field, count) in colons.iter().enumerate() {
        let (taken, left) = rest.split_at_checked(1 + count % 3)?;
        (cut[field], rest) = (taken.join(":"), left);
    }
    cut[7] = rest.join(":");
    (!rest.is_empty()).then_some(cut)
}

/// Bodies that come near to what providers send.
fn json_like() -> impl Strategy<Value = String> {
    let names = [
        "type",
        "eventType",
        "data",
        "eventId",
        "id",
        "webhook_event",
        "state",
        "amount",
        "notificationItems",
        "NotificationRequestItem",
        "additionalData",
        "eventCode",
        "success",
        "live",
        "createdAt",
        "pspReference",
    ];
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec!["payment_sent", "recurring.token.created", "CAPTURE", "true"]).prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(4, 32, 6, move |inner| {
        let member = (prop::sample::select(names.to_vec()), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            prop::collection::vec(member, 0..6).prop_map(|members| Value::Object(
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    });
    value.prop_map(|value| value.to_string())
}
