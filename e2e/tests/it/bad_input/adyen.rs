//! Adyen notifications, spoilt: cut short, wrongly typed, nested, doubled, wrongly encoded, wrongly signed, cut anew.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, HEXLOWER};
use payhook_testkit::notifications::{Adyen, Item};

use super::case::{Case, Hears, MARK, Pen, json, post, with};
use crate::stage::KEY;

/// How deep the nested ones are.
const LEVELS: usize = 10_000;

/// JSON that is no text a provider would write there.
const ODD: [&str; 20] = [
    "null",
    "true",
    "0",
    "-0",
    "-1",
    "1.5",
    "1e3",
    "1e999",
    "-1e999",
    "1180591620717411303424",
    "18446744073709551616",
    "00",
    "NaN",
    "\"\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\ud800\\ud800\"",
    "[]",
    "{}",
    "[[{\"a\":[]}]]",
];

/// Cut short at every kind of place: the length says so, or the sender goes away.
pub(super) fn truncated(pen: &mut Pen, step: usize) -> Vec<Case> {
    let (_, whole) = pen.body();
    let after_marks = whole.char_indices().filter(|(_, mark)| "{}[]:,\"\\".contains(*mark)).map(|(at, _)| at + 1);
    let mut ends: Vec<usize> = (0..whole.len()).step_by(step).chain(after_marks.step_by(step.div_ceil(3))).collect();
    ends.sort_unstable();
    ends.dedup();
    ends.retain(|end| *end < whole.len());
    let cut = |end: usize| {
        let body = Case::answered(format!("body cut at {end}"), json(&whole[..end]), 400, "unreadable");
        let request = json(&whole);
        let request = request[..request.len() - whole.len() + end].to_vec();
        [body, Case::new(format!("sender gone at {end}"), request, Hears::NoSuccess).hanging_up()]
    };
    ends.into_iter().flat_map(cut).collect()
}

/// Every field that is signed, with every odd value: refused, unless it stands for what was signed.
pub(super) fn wrong_types(pen: &mut Pen) -> Vec<Case> {
    let fields = [
        "pspReference",
        "originalReference",
        "merchantAccountCode",
        "merchantReference",
        "value",
        "currency",
        "eventCode",
        "success",
        "amount",
        "additionalData",
        "hmacSignature",
    ];
    let mut cases = Vec::new();
    for (field, raw) in fields.iter().flat_map(|field| ODD.iter().map(move |raw| (*field, *raw))) {
        let stands_for_the_same = matches!((field, raw), ("originalReference", "null" | "\"\"") | ("success", "true"));
        let (order, body) = pen.body();
        let (hears, orders) = if stands_for_the_same {
            (Hears::Answers(vec![(200, "")]), vec![order])
        } else {
            (Hears::Refusal, Vec::new())
        };
        cases.push(Case::new(format!("{field} is {raw}"), json(with(&body, field, raw)), hears).about(orders));
    }
    cases
}

/// Fields nobody signed, with every odd value: refused or stored, never lost in between.
pub(super) fn unsigned_types(pen: &mut Pen) -> Vec<Case> {
    let fields = ["live", "eventDate", "paymentMethod", "reason"];
    let mut cases = Vec::new();
    for (field, raw) in fields.iter().flat_map(|field| ODD.iter().map(move |raw| (*field, *raw))) {
        let (order, body) = pen.body();
        let case = Case::new(format!("{field} is {raw}"), json(with(&body, field, raw)), Hears::AsSigned);
        cases.push(case.about(vec![order]));
    }
    cases
}

/// Envelopes that are none, and values nested beyond reason.
pub(super) fn envelopes(pen: &mut Pen) -> Vec<Case> {
    let refused = |name: &str, body: String| Case::new(name, json(body), Hears::Refusal);
    let nested = |open: &str, close: &str| format!("{}{MARK}{}", open.repeat(LEVELS), close.repeat(LEVELS));
    let mut cases: Vec<Case> = ODD.iter().map(|raw| refused(&format!("body is {raw}"), (*raw).to_owned())).collect();
    cases
        .extend(ODD.iter().map(|raw| refused(&format!("items are {raw}"), format!("{{\"notificationItems\":{raw}}}"))));
    cases.extend(ODD.iter().map(|raw| {
        refused(
            &format!("the item is {raw}"),
            format!("{{\"notificationItems\":[{{\"NotificationRequestItem\":{raw}}}]}}"),
        )
    }));
    cases.push(refused("brackets, nested", nested("[", "]")));
    cases.push(refused("brackets, nested and never closed", "[".repeat(LEVELS)));
    cases.push(refused("objects, nested", nested("{\"a\":", "}")));
    cases.push(refused("items, nested", format!("{{\"notificationItems\":{}}}", nested("[", "]"))));
    cases.push(refused(
        "a hundred thousand empty items",
        format!("{{\"notificationItems\":[{}{{}}]}}", "{},".repeat(100_000)),
    ));
    for field in ["pspReference", "additionalData", "amount", "value"] {
        let (_, body) = pen.body();
        cases.push(refused(&format!("{field} is nested"), with(&body, field, &nested("[", "]").replace(MARK, ""))));
    }
    let (order, body) = pen.body();
    let deep = with(&body, "reason", &nested("{\"a\":", "}").replace(MARK, "1"));
    cases.push(Case::new("reason is nested", json(deep), Hears::AsSigned).about(vec![order]));
    cases
}

/// Fields that stand twice: two readers may each take another of them.
pub(super) fn doubled(pen: &mut Pen) -> Vec<Case> {
    let fields = ["pspReference", "merchantReference", "eventCode", "success", "value", "hmacSignature", "amount"];
    let mut cases = Vec::new();
    for field in fields.into_iter().chain(["additionalData", "notificationItems", "NotificationRequestItem"]) {
        let (_, body) = pen.body();
        let name = format!("\"{field}\":");
        for twin in ["0", "\"x\"", "{}", "[]"] {
            let doubled = body.replacen(&name, &format!("{name}{twin},{name}"), 1);
            cases.push(Case::new(format!("{field} twice, first as {twin}"), json(doubled), Hears::Refusal));
        }
    }
    let (order, body) = pen.body();
    let doubled = body.replacen("\"reason\":", "\"reason\":1,\"reason\":", 1);
    cases.push(Case::new("reason twice", json(doubled), Hears::AsSigned).about(vec![order]));
    cases
}

/// Bytes that are no text, or text in another encoding.
pub(super) fn encodings(pen: &mut Pen) -> Vec<Case> {
    let unreadable = |name: String, body: Vec<u8>| Case::answered(name, json(body), 400, "unreadable");
    let mut cases = Vec::new();
    let broken: [&[u8]; 7] = [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82", b"\x80", b"\0"];
    for bytes in broken {
        let (_, body) = pen.body();
        for _ in 0..3 {
            let at = pen.random.usize(1..body.len() - 1);
            let spoilt = [&body.as_bytes()[..at], bytes, &body.as_bytes()[at..]].concat();
            // A NUL between two values is no JSON either, but may leave the envelope readable.
            let hears = if bytes == b"\0" { Hears::Refusal } else { Hears::Answers(vec![(400, "unreadable")]) };
            cases.push(Case::new(format!("{bytes:x?} at {at}"), json(spoilt), hears));
        }
    }
    let (_, body) = pen.body();
    cases.push(unreadable("a byte order mark".into(), [b"\xef\xbb\xbf", body.as_bytes()].concat()));
    cases.push(unreadable("UTF-16".into(), body.encode_utf16().flat_map(u16::to_le_bytes).collect()));
    cases.push(unreadable("NULs".into(), vec![0; 4_096]));
    cases.push(unreadable("two bodies".into(), [body.as_bytes(), body.as_bytes()].concat()));
    cases.push(unreadable("single quotes".into(), body.replace('"', "'").into_bytes()));
    cases.push(unreadable("a comma too many".into(), body.replace("}]}", "},]}").into_bytes()));
    cases
}

/// Signatures that are none.
pub(super) fn signatures(pen: &mut Pen) -> Vec<Case> {
    let mut cases = Vec::new();
    for signature in bad_signatures() {
        let (_, body) = pen.body();
        let code = if signature.is_empty() { "signature_missing" } else { "signature_mismatch" };
        let quoted = serde_json::Value::from(signature.as_str()).to_string();
        let name = format!("item signed {:.40}", signature);
        cases.push(Case::answered(name, json(with(&body, "hmacSignature", &quoted)), 401, code));
    }
    let (_, item) = pen.item();
    let forger = Adyen::new("/in/adyen", "TestMerchant", &"AB".repeat(32));
    cases.push(Case::answered("another key", json(forger.body(&item)), 401, "signature_mismatch"));
    cases
}

/// The header `HmacSignature` over a body that has no items.
pub(super) fn header_signatures(pen: &mut Pen) -> Vec<Case> {
    let body = format!(r#"{{"type":"recurring.token.created","environment":"test","data":{{"note":"{MARK}"}}}}"#);
    let posted = |headers: &[(&str, &str)]| {
        post("/in/adyen", &[&[("content-type", "application/json")], headers].concat(), &body)
    };
    let mut cases = Vec::new();
    for signature in bad_signatures() {
        if signature.bytes().any(|byte| byte.is_ascii_control()) {
            continue; // no header can carry it
        }
        let code = if signature.is_empty() { "signature_missing" } else { "signature_mismatch" };
        let shown = signature.trim();
        let name = format!("body signed {shown:.40}");
        // What is not visible ASCII is as good as no header.
        let code = if shown.is_ascii() { code } else { "signature_missing" };
        cases.push(Case::answered(name, posted(&[("HmacSignature", shown)]), 401, code));
    }
    let tag = BASE64.encode(&[7; 32]);
    for (name, headers, code) in [
        ("no header", vec![], "signature_missing"),
        (
            "the header twice",
            vec![("hmacsignature", tag.as_str()), ("HMACSIGNATURE", tag.as_str())],
            "signature_missing",
        ),
        ("another header", vec![("x-hmacsignature", tag.as_str())], "signature_missing"),
        ("a protocol that is none", vec![("protocol", "none"), ("hmacsignature", tag.as_str())], "signature_mismatch"),
    ] {
        cases.push(Case::answered(name, posted(&headers), 401, code));
    }
    // Items of their own stand on their own signatures, whatever a header says.
    let (order, body) = pen.body();
    let headers = [("content-type", "application/json"), ("hmacsignature", tag.as_str())];
    let case = Case::answered("a wrong header over signed items", post("/in/adyen", &headers, &body), 200, "");
    cases.push(case.about(vec![order]));
    cases
}

/// The signed string cut at other colons: the signature fits, the fields do not.
pub(super) fn cut_anew(pen: &mut Pen) -> Vec<Case> {
    let mut cases = Vec::new();
    let (order, item) = pen.item();
    let reference = format!("order-{order}:1:EUR");
    let honest = Item { merchant_reference: reference, ..item };
    let recut: [(&str, &str, Item); 5] = [
        (
            "the account takes the reference's first part",
            "TestMerchant:x",
            Item { merchant_reference: "1".into(), ..honest.clone() },
        ),
        (
            "the reference of the payment holds a colon",
            "TestMerchant",
            Item { psp_reference: "TK:1".into(), ..honest.clone() },
        ),
        (
            "the original reference holds a colon",
            "TestMerchant",
            Item { original_reference: "a:b".into(), ..honest.clone() },
        ),
        ("the code holds a colon", "TestMerchant", Item { code: "AUTHORISATION:true".into(), ..honest.clone() }),
        ("the code is in lower case", "TestMerchant", Item { code: "authorisation".into(), ..honest.clone() }),
    ];
    for (name, account, item) in recut {
        let body = Adyen::new("/in/adyen", account, KEY).body(&item);
        cases.push(Case::answered(name, json(body), 401, "signature_mismatch"));
    }
    cases
}

/// Forms that are none.
pub(super) fn forms(pen: &mut Pen) -> Vec<Case> {
    let (order, _) = pen.item();
    let fields = format!("pspReference=TK{order}&merchantReference=order-{order}&note={MARK}&value=1&currency=EUR");
    let huge = format!("{fields}&{}", "x=%41&".repeat(20_000));
    [
        ("empty", String::new(), 401, "signature_missing"),
        ("no signature", fields.clone(), 401, "signature_missing"),
        ("an empty signature", format!("{fields}&additionalData.hmacSignature="), 401, "signature_missing"),
        ("a short signature", format!("{fields}&additionalData.hmacSignature=AAAA"), 401, "signature_mismatch"),
        ("a field twice", format!("{fields}&value=2"), 401, "signature_mismatch"),
        ("bytes that are no text", format!("{fields}&pspReference=%ff"), 400, "unreadable"),
        ("half an escape", format!("{fields}&eventCode=%4"), 401, "signature_missing"),
        ("no escape", format!("{fields}&eventCode=%zz"), 401, "signature_missing"),
        ("a NUL", format!("{fields}&eventCode=%00"), 401, "signature_missing"),
        ("separators alone", "&&&==&=&".repeat(1_000), 401, "signature_missing"),
        ("a hundred thousand bytes of pairs", huge, 401, "signature_missing"),
        ("JSON", format!(r#"{{"notificationItems":"{MARK}"}}"#), 401, "signature_missing"),
    ]
    .into_iter()
    .map(|(name, body, status, code)| {
        let headers = [("content-type", "application/x-www-form-urlencoded; charset=UTF-8")];
        Case::answered(format!("form: {name}"), post("/in/adyen", &headers, body), status, code)
    })
    .collect()
}

/// Signed bodies, changed at random: acknowledged only while everything that was signed survives.
pub(super) fn mutated(pen: &mut Pen, count: usize) -> Vec<Case> {
    (0..count)
        .map(|number| {
            let (order, body) = pen.body();
            let mut body = body.into_bytes();
            for _ in 0..pen.random.usize(1..4) {
                mutate(&mut body, &mut pen.random);
            }
            Case::new(format!("mutation {number}"), json(body), Hears::AsSigned).about(vec![order])
        })
        .collect()
}

fn mutate(body: &mut Vec<u8>, random: &mut fastrand::Rng) {
    const MARKS: &[u8] = b"{}[]\",:\\0-e.\0\xff";
    let at = random.usize(..body.len());
    let to = (at + random.usize(1..16)).min(body.len());
    match random.u8(..6) {
        0 => body[at] = random.u8(..),
        1 => body[at] ^= 1 << random.u8(..8),
        2 => body.insert(at, MARKS[random.usize(..MARKS.len())]),
        3 => drop(body.drain(at..to)),
        4 => {
            let again = body[at..to].to_vec();
            drop(body.splice(at..at, again));
        }
        _ => body[at] = MARKS[random.usize(..MARKS.len())],
    }
}

/// What is no base64 of 32 right bytes.
fn bad_signatures() -> Vec<String> {
    let right_length = [7; 32];
    vec![
        String::new(),
        "x".into(),
        "null".into(),
        BASE64.encode(&right_length),
        BASE64_NOPAD.encode(&right_length),
        BASE64URL.encode(&[0xff; 32]),
        BASE64.encode(&[7; 31]),
        BASE64.encode(&[7; 33]),
        BASE64.encode(&[7; 64]),
        HEXLOWER.encode(&right_length),
        format!("sha256={}", BASE64.encode(&right_length)),
        format!("{},{}", BASE64.encode(&right_length), BASE64.encode(&[8; 32])),
        format!("{}\n", BASE64.encode(&right_length)),
        format!("{}==", BASE64.encode(&right_length)),
        "=".repeat(44),
        "é".repeat(22),
        "A".repeat(20_000),
    ]
}
