//! Banked notifications, spoilt: absurd signatures, bodies changed under a signature.

use super::case::{Case, Hears, MARK, Pen, post};

fn signed(signature: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    post("/in/banked", &[("content-type", "application/json"), ("banked-signature", signature)], body)
}

/// `Banked-Signature` values that are absurd.
pub(super) fn signatures(pen: &mut Pen) -> Vec<Case> {
    let (_, body, good) = pen.banked();
    let (at, tag) = good.split_once('.').expect("time and tag");
    let cases = [
        ("empty", String::new(), "signature_missing"),
        ("a dot", ".".into(), "signature_mismatch"),
        ("dots", ".".repeat(5_000), "signature_mismatch"),
        ("no dot", format!("{at}{tag}"), "signature_mismatch"),
        ("no time", format!(".{tag}"), "signature_mismatch"),
        ("no tag", format!("{at}."), "signature_mismatch"),
        ("a negative time", format!("-1.{tag}"), "signature_mismatch"),
        ("a time with a sign", format!("+{at}.{tag}"), "signature_mismatch"),
        ("a time with a space", format!("{at} .{tag}"), "signature_mismatch"),
        ("a time beyond 64 bits", format!("99999999999999999999999.{tag}"), "signature_mismatch"),
        ("the longest time there is", format!("999999999999.{tag}"), "signature_mismatch"),
        ("a time of a thousand digits", format!("{}.{tag}", "9".repeat(1_000)), "signature_mismatch"),
        ("a time in exponents", format!("1e9.{tag}"), "signature_mismatch"),
        ("a time in hex", format!("0x69.{tag}"), "signature_mismatch"),
        ("another time", format!("1{at}.{tag}"), "signature_mismatch"),
        ("upper-case hex", format!("{at}.{}", tag.to_uppercase()), "signature_mismatch"),
        ("31 bytes", format!("{at}.{}", &tag[2..]), "signature_mismatch"),
        ("33 bytes", format!("{at}.{tag}00"), "signature_mismatch"),
        ("half a byte", format!("{at}.{}", &tag[1..]), "signature_mismatch"),
        ("no hex", format!("{at}.{}", "zz".repeat(32)), "signature_mismatch"),
        ("two in one", format!("{good},{good}"), "signature_mismatch"),
        ("what is not ASCII", format!("{at}.{}", "é".repeat(32)), "signature_missing"),
        ("twenty thousand bytes", format!("{at}.{}", "0".repeat(20_000)), "signature_mismatch"),
    ];
    let mut cases: Vec<Case> = cases
        .into_iter()
        .map(|(name, value, code)| Case::answered(format!("Banked: {name}"), signed(&value, &body), 400, code))
        .collect();
    let json = ("content-type", "application/json");
    let twice = post("/in/banked", &[json, ("banked-signature", &good), ("Banked-Signature", &good)], &body);
    cases.push(Case::answered("Banked: two signatures", twice, 400, "signature_missing"));
    cases.push(Case::answered("Banked: none", post("/in/banked", &[json], &body), 400, "signature_missing"));
    cases
}

/// Right signatures over other bodies.
pub(super) fn bodies(pen: &mut Pen) -> Vec<Case> {
    let (_, body, good) = pen.banked();
    let mut cases: Vec<Case> = [
        ("empty", String::new()),
        ("cut short", body[..body.len() / 2].to_owned()),
        ("a space more", format!("{body} ")),
        ("a line more", format!("{body}\n")),
        ("another amount", body.replace(":100,", ":101,")),
        ("nested", "[".repeat(10_000)),
        ("NULs", "\0".repeat(1_000)),
        ("another encoding", format!("\u{feff}{body}")),
    ]
    .into_iter()
    .map(|(name, body)| Case::answered(format!("Banked: body {name}"), signed(&good, body), 400, "signature_mismatch"))
    .collect();
    let noise: Vec<u8> = std::iter::repeat_with(|| pen.random.u8(..)).take(3_000).collect();
    cases.push(Case::answered("Banked: noise", signed(&good, noise), 400, "signature_mismatch"));
    for (name, target) in [("with a query", "/in/banked?x=1"), ("with a slash", "/in/banked/")] {
        let (order, body, good) = pen.banked();
        let headers = [("content-type", "application/json"), ("banked-signature", good.as_str())];
        let case = Case::new(format!("Banked: {name}"), post(target, &headers, &body), Hears::Answers(vec![(200, "")]));
        cases.push(case.about(vec![order]));
    }
    let unread = post(&format!("/in/banked-{MARK}"), &[("banked-signature", good.as_str())], &body);
    cases.push(Case::answered("Banked: at a path that is none", unread, 404, "unknown_source"));
    cases
}
