//! Schemes that users write.

use payhook_provider::declared;
use serde_json::{Value, json};

use super::{judged, signed};
use crate::requests::NOW;

/// A scheme that is right, to be made wrong in one way.
fn scheme() -> Value {
    json!({
        "algorithm": "hmac-sha256",
        "signature": { "source": "header:X-Acme", "encoding": "hex" },
        "timestamp": { "source": "header:X-Time", "unit": "s" },
        "signed": "{timestamp}.{body}",
        "tolerance": { "past": 300 },
        "event": { "id": ["json:/id"], "type": ["json:/type"] }
    })
}

#[test]
fn a_user_declares_a_scheme_and_it_is_a_provider_like_any_other() {
    let acme = declared::of_user("acme-pay", scheme()).expect("a scheme");
    let keys = [acme.key("current", "s3cret").expect("a key")];
    let request = signed(acme, &keys[0]);
    assert_eq!(judged(acme, &request, &keys, NOW), Ok(()));
    let again = declared::of_user("acme-pay", scheme()).expect("a scheme");
    assert!(std::ptr::addr_eq(acme, again), "the same scheme is the same provider");
}

#[test]
fn one_place_needs_no_list_around_it() {
    let mut bare = scheme();
    bare["event"] = json!({ "id": "json:/id", "type": "json:/type" });
    declared::of_user("acme-bare", bare).expect("a scheme");
}

#[test]
fn of_a_list_of_signatures_any_may_fit() {
    let mut listed = scheme();
    listed["signature"] = json!({ "source": "header:X-Acme", "format": "list", "item_sep": ",", "encoding": "hex" });
    let acme = declared::of_user("acme-list", listed).expect("a scheme");
    let keys = ["s3cret", "0ther"].map(|text| acme.key(text, text).expect("a key"));
    let [first, second] = keys.each_ref().map(|key| signed(acme, key));
    let tags = [&second, &first].map(|request| request.headers["x-acme"].to_str().expect("ASCII"));
    let mut both = first.clone();
    both.headers.insert("x-acme", tags.join(", ").parse().expect("a value"));
    for key in &keys {
        assert_eq!(judged(acme, &both, std::slice::from_ref(key), NOW), Ok(()));
    }
    both.headers.insert("x-acme", "00,11".parse().expect("a value"));
    assert!(judged(acme, &both, &keys, NOW).is_err());
}

#[test]
fn a_time_that_stands_beside_what_is_signed_is_no_signed_time() {
    for (name, time, signed, expected) in [
        ("acme-beside", "header:X-Time", "{body}", false),
        ("acme-with", "header:X-Time", "{timestamp}.{body}", true),
        ("acme-within", "json:/at", "{body}", true),
    ] {
        let mut timed = scheme();
        timed["timestamp"]["source"] = time.into();
        timed["signed"] = signed.into();
        timed.as_object_mut().expect("an object").remove("tolerance");
        assert_eq!(declared::of_user(name, timed).expect("a scheme").about().signs_time, expected, "{name}");
    }
}

/// A scheme's name, what goes wrong in it, and what is told.
type Slip = (&'static str, fn(&mut Value), &'static str);

#[test]
fn every_slip_in_a_scheme_is_told() {
    let slips: &[Slip] = &[
        ("acme", |scheme| scheme["signde"] = "{body}".into(), "unknown field `signde`"),
        ("acme", |scheme| scheme["algorithm"] = "md5".into(), "`algorithm` is `md5`"),
        (
            "acme",
            |scheme| drop(scheme.as_object_mut().expect("an object").remove("algorithm")),
            "missing field `algorithm`",
        ),
        ("acme", |scheme| drop(scheme.as_object_mut().expect("an object").remove("signed")), "`signed` is missing"),
        (
            "acme",
            |scheme| drop(scheme.as_object_mut().expect("an object").remove("signature")),
            "`signature` is missing",
        ),
        ("acme", |scheme| scheme["signature"]["encoding"] = Value::Null, "no `encoding`"),
        ("acme", |scheme| scheme["signature"]["encoding"] = "base32".into(), "`encoding` of `signature` is `base32`"),
        ("acme", |scheme| scheme["signature"]["source"] = "headers:X".into(), "is no place"),
        ("acme", |scheme| scheme["signature"]["source"] = "header:a b".into(), "cannot be the name of a header"),
        ("acme", |scheme| scheme["signature"]["source"] = "literal:00".into(), "does not have to know"),
        ("acme", |scheme| scheme["signature"]["source"] = json!([]), "is empty"),
        ("acme", |scheme| scheme["signature"]["format"] = "csv".into(), "`format` of `signature` is `csv`"),
        ("acme", |scheme| scheme["signature"]["format"] = "kv".into(), "no `key`"),
        ("acme", |scheme| scheme["signature"]["kv_sep"] = "=".into(), "not its `format`"),
        ("acme", |scheme| scheme["signature"]["format"] = "list".into(), "`signature` has no `item_sep`"),
        (
            "acme",
            |scheme| {
                scheme["signature"] = json!({ "source": "header:X", "encoding": "hex", "format": "list", "item_sep": ",", "names": ["x"] })
            },
            "belong to the format fields, not to list",
        ),
        (
            "acme",
            |scheme| scheme["tolerance"] = 300.into(),
            "`tolerance`: invalid type: integer `300`, expected a table",
        ),
        ("acme", |scheme| scheme["event"]["id"] = 7.into(), "`event.id`: write a text, or a list of texts"),
        ("acme", |scheme| scheme["event"]["id"] = json!(["json:/id", []]), "a list with nothing in it"),
        (
            "acme",
            |scheme| scheme["event"]["id"] = json!(["json:/id", [["json:/b"]]]),
            "write a text, or a list of texts",
        ),
        ("acme", |scheme| scheme["event"]["ident"] = "json:/id".into(), "unknown field `ident`"),
        ("acme", |scheme| scheme["signature"]["unit"] = "s".into(), "`unit` belongs to `timestamp`"),
        ("acme", |scheme| scheme["timestamp"]["unit"] = "minutes".into(), "`unit` of `timestamp` is `minutes`"),
        ("acme", |scheme| scheme["timestamp"] = Value::Null, "{timestamp}, but"),
        ("acme", |scheme| scheme["timestamp"]["unit"] = "text".into(), "that can be read"),
        ("acme", |scheme| scheme["signed"] = "{body}".into(), "not signed proves nothing"),
        ("acme", |scheme| scheme["signed"] = "{timestamp}".into(), "no {body}"),
        ("acme", |scheme| scheme["signed"] = "{timestamp}{form:order}{form:amount}".into(), "no {body}"),
        ("acme", |scheme| scheme["signed"] = "{timestamp}[{header:x-id}{body}]".into(), "no {body} outside of [ ]"),
        ("acme", |scheme| scheme["signed"] = "{timestamp}{body}{id}".into(), "{id}, but"),
        ("acme", |scheme| scheme["signed"] = "{timestamp}{body}{secret}".into(), "sha256"),
        ("acme", |scheme| scheme["tolerance"]["past"] = 9_999_999.into(), "at most 30 days"),
        ("acme", |scheme| scheme["algorithm"] = "token".into(), "signs nothing"),
        ("acme", |scheme| scheme["algorithm"] = "basic".into(), "remove `signature`"),
        ("acme", |scheme| scheme["algorithm"] = "ed25519".into(), "a public key is no text"),
        ("acme", |scheme| scheme["secret"] = json!({ "encoding": "pem" }), "pem holds public keys"),
        ("acme", |scheme| scheme["secret"] = json!({ "derive": "md5" }), "`derive` of `secret` is `md5`"),
        ("acme", |scheme| scheme["event"]["amount"] = "json:/a".into(), "go together"),
        ("acme", |scheme| scheme["event"]["amount_unit"] = "cents".into(), "write minor, major or hundredths"),
        ("acme", |scheme| scheme["event"]["id"] = json!(["json:id"]), "begin with a slash"),
        ("acme", |scheme| scheme["respond"] = json!({ "ok": 302 }), "does not accept"),
        ("acme", |scheme| scheme["respond"] = json!({ "bad_signature": 200 }), "does not refuse"),
        ("acme", |scheme| scheme["batch"] = json!({ "items": "json:/events", "max": 0 }), "`max` of `batch`"),
        ("acme", |scheme| scheme["challenge"] = json!({ "echo": "query:x" }), "write header:NAME"),
        ("Acme Pay", |_| {}, "lower-case"),
        ("stripe", |_| {}, "a provider of this release"),
    ];
    for (name, slip, expected) in slips {
        let mut scheme = scheme();
        slip(&mut scheme);
        let Err(mistake) = declared::of_user(name, scheme.clone()) else { panic!("taken: {scheme}") };
        assert!(mistake.to_string().contains(expected), "expected {expected}: {mistake}");
    }
}
