//! Bytes that frame a request wrongly, twice, or not at all; and requests that come without waiting for answers.

use payhook_testkit::notifications::{Adyen, Item};
use payhook_testkit::wire;

use super::case::{Case, Hears, MARK, Pen};

/// The header of a POST to the Adyen source, with these lines in it.
fn head(lines: &str) -> String {
    format!("POST /in/adyen HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{lines}\r\n\r\n")
}

/// What somebody would like to smuggle in behind a request.
fn stowaway() -> Vec<u8> {
    Adyen::new("/in/adyen", "TestMerchant", &"AB".repeat(32)).request(&Item::authorisation(9_999_999))
}

/// Lengths given wrongly, twice, or together with chunks.
pub(super) fn lengths(pen: &mut Pen) -> Vec<Case> {
    let (_, body) = pen.body();
    let length = body.len();
    let bad = [
        format!("content-length: {length}\r\ncontent-length: {}", length + 1),
        format!("content-length: {length}, {}", length + 1),
        format!("content-length: -{length}"),
        format!("content-length: +{length}"),
        format!("content-length: {length}.0"),
        format!("content-length: 0x{length:x}"),
        format!("content-length: {length} {length}"),
        "content-length: 18446744073709551616".into(),
        "content-length: 99999999999999999999999".into(),
        "content-length: many".into(),
        "content-length:".into(),
        "transfer-encoding: gzip".into(),
        "transfer-encoding: chunked, gzip".into(),
        "transfer-encoding: xchunked".into(),
        "transfer-encoding: chunked\r\ntransfer-encoding: identity".into(),
        "transfer-encoding:".into(),
        format!("content-length : {length}"),
        format!(" content-length: {length}"),
    ];
    let stowaway = stowaway();
    let mut cases: Vec<Case> = bad
        .iter()
        .map(|lines| {
            let bytes = [head(lines).as_bytes(), body.as_bytes(), &stowaway].concat();
            Case::new(lines.replace("\r\n", " | "), bytes, Hears::Answers(vec![(400, "bad_request")]))
        })
        .collect();
    let short = [head("content-length: 10").as_bytes(), body.as_bytes()].concat();
    let answers = vec![(400, "unreadable"), (400, "bad_request")];
    cases.push(Case::new("a length too short", short, Hears::Answers(answers)));
    let none = [head("x: y").as_bytes(), body.as_bytes()].concat();
    let answers = vec![(400, "unreadable"), (400, "bad_request")];
    cases.push(Case::new("no length", none, Hears::Answers(answers)));
    cases
}

/// A length and chunks in one request: whoever reads it one way must not be told two things.
pub(super) fn smuggling(_: &mut Pen) -> Vec<Case> {
    let stowaway = stowaway();
    let shapes = [
        ("content-length, then chunked", "content-length: 4\r\ntransfer-encoding: chunked"),
        ("chunked, then content-length", "transfer-encoding: chunked\r\ncontent-length: 4"),
        ("chunked in capitals", "content-length: 4\r\nTransfer-Encoding: CHUNKED"),
        ("chunked twice", "transfer-encoding: chunked\r\ntransfer-encoding: chunked"),
        ("chunked with a tab", "content-length: 4\r\ntransfer-encoding:\tchunked"),
        ("chunked behind a vertical tab", "content-length: 4\r\ntransfer-encoding: \x0bchunked"),
        ("chunked behind a name that ends in a space", "content-length: 4\r\ntransfer-encoding : chunked"),
        ("chunked in a folded line", "content-length: 4\r\nx: y\r\n transfer-encoding: chunked"),
        ("chunked behind a bare line feed", "content-length: 4\nx: y\ntransfer-encoding: chunked"),
    ];
    shapes
        .into_iter()
        .map(|(name, lines)| {
            let hidden = format!("{:x}\r\n{}\r\n0\r\n\r\n", MARK.len(), MARK);
            let bytes = [head(lines).as_bytes(), hidden.as_bytes(), &stowaway].concat();
            Case::new(name, bytes, Hears::NoSuccess).hanging_up()
        })
        .collect()
}

/// Chunks that are none.
pub(super) fn chunks(pen: &mut Pen) -> Vec<Case> {
    let (_, body) = pen.body();
    let length = body.len();
    let chunked = head("transfer-encoding: chunked\r\nconnection: close");
    let bad = [
        ("a size that is no number", format!("zz\r\n{body}\r\n0\r\n\r\n")),
        ("a negative size", format!("-{length:x}\r\n{body}\r\n0\r\n\r\n")),
        ("a size beyond 64 bits", format!("fffffffffffffffff\r\n{body}\r\n0\r\n\r\n")),
        ("an empty size", format!("\r\n{body}\r\n0\r\n\r\n")),
        ("a size in another base", format!("0x{length:x}\r\n{body}\r\n0\r\n\r\n")),
        ("a size too small", format!("{:x}\r\n{body}\r\n0\r\n\r\n", length - 5)),
        ("no line end behind the data", format!("{length:x}\r\n{body}0\r\n\r\n")),
        ("line feeds alone", format!("{length:x}\n{body}\n0\n\n")),
        ("an extension without an end", format!("{length:x};{}\r\n{body}\r\n0\r\n\r\n", "e".repeat(40_000))),
        ("a line feed in an extension", format!("{length:x};a\n{body}\r\n0\r\n\r\n")),
        ("trailers without an end", format!("{length:x}\r\n{body}\r\n0\r\n{}\r\n", "t: u\r\n".repeat(20_000))),
        ("a trailer that is none", format!("{length:x}\r\n{body}\r\n0\r\n{MARK}\r\n\r\n")),
    ];
    let mut cases: Vec<Case> = bad
        .into_iter()
        .map(|(name, chunks)| Case::answered(name, format!("{chunked}{chunks}").into_bytes(), 400, "bad_request"))
        .collect();
    for (name, cut) in
        [("no last chunk", format!("{length:x}\r\n{body}\r\n")), ("half a chunk", format!("{length:x}\r\n{{"))]
    {
        let bytes = format!("{chunked}{cut}").into_bytes();
        cases.push(Case::new(name, bytes, Hears::NoSuccess).hanging_up());
    }
    let (order, body) = pen.body();
    let single: String = body.chars().map(|letter| format!("1;x=y\r\n{letter}\r\n")).collect();
    let bytes = format!("{chunked}{single}0\r\nx-trailer: y\r\n\r\n").into_bytes();
    cases.push(Case::answered("a chunk a byte", bytes, 200, "").about(vec![order]));
    cases
}

/// What is no HTTP/1.1.
pub(super) fn not_http(pen: &mut Pen) -> Vec<Case> {
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let client_hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03zebra-crossing\r\n\r\n";
    let refused: [(&str, Vec<u8>); 15] = [
        ("HTTP/0.9", b"GET /in/adyen\r\n\r\n".into()),
        ("HTTP/0.9 by name", b"GET /in/adyen HTTP/0.9\r\n\r\n".into()),
        ("HTTP/3 by name", b"POST /in/adyen HTTP/3.0\r\n\r\n".into()),
        ("HTTP/1.2", b"POST /in/adyen HTTP/1.2\r\n\r\n".into()),
        ("http in lower case", b"POST /in/adyen http/1.1\r\n\r\n".into()),
        ("a TLS handshake", client_hello.into()),
        ("another protocol", b"SSH-2.0-OpenSSH_9.9\r\n\r\n".into()),
        ("mail", b"EHLO zebra-crossing\r\nMAIL FROM:<a@b>\r\n\r\n".into()),
        ("a header without a colon", b"POST /in/adyen HTTP/1.1\r\nzebra-crossing\r\n\r\n".into()),
        ("a header without a name", b"POST /in/adyen HTTP/1.1\r\n: x\r\n\r\n".into()),
        ("a name with a NUL", b"POST /in/adyen HTTP/1.1\r\na\0b: x\r\n\r\n".into()),
        ("a value with a NUL", b"POST /in/adyen HTTP/1.1\r\na: x\0y\r\n\r\n".into()),
        ("a name that is not ASCII", "POST /in/adyen HTTP/1.1\r\né: x\r\n\r\n".into()),
        ("a path with a space", b"POST /in/ adyen HTTP/1.1\r\n\r\n".into()),
        ("NULs", [vec![0; 500], b"\r\n\r\n".to_vec()].concat()),
    ];
    let mut cases: Vec<Case> =
        refused.into_iter().map(|(name, bytes)| Case::answered(name, bytes, 400, "bad_request")).collect();
    let vague = |name: String, bytes: Vec<u8>| Case::new(name, bytes, Hears::NoSuccess).hanging_up();
    let frame = |length: &[u8; 3], kind: u8, rest: &[u8]| [length, &[kind, 0, 0, 0, 0, 0][..], rest].concat();
    for (name, frames) in [
        ("garbage", b"zebra-crossing ".repeat(200)),
        ("nothing", Vec::new()),
        ("settings of an odd length", frame(&[0, 0, 5], 4, b"zebra")),
        ("a frame of 16 MiB", frame(&[0xff; 3], 0, b"zebra")),
        ("a header block nobody opened", frame(&[0, 0, 1], 9, b"x")),
        ("HTTP/1.1", b"POST /in/adyen HTTP/1.1\r\n\r\n".to_vec()),
    ] {
        cases.push(vague(format!("HTTP/2 and {name}"), [preface.as_bytes(), &frames].concat()));
    }
    cases.push(vague("half of HTTP/2's beginning".into(), preface.as_bytes()[..12].to_vec()));
    cases.push(vague("nothing".into(), Vec::new()));
    cases.push(vague("line ends alone".into(), b"\r\n".repeat(1_000)));
    for number in 0..30 {
        let size = pen.random.usize(1..4_096);
        let noise = std::iter::repeat_with(|| pen.random.u8(..)).take(size).collect();
        cases.push(vague(format!("noise {number}, {size} bytes"), noise));
    }
    cases
}

/// Good and bad in one breath: every answer in its order, and no more than that.
pub(super) fn pipelined(pen: &mut Pen) -> Vec<Case> {
    let good = |pen: &mut Pen| {
        let (order, body) = pen.body();
        (order, wire::request("POST", "/in/adyen", &[("content-type", "application/json")], body.as_bytes()))
    };
    let forged = stowaway();
    let plain = |method: &str, target: &str, body: &[u8]| {
        wire::request(method, target, &[("content-type", "application/json")], body)
    };
    let prose = wire::request("POST", "/in/adyen", &[("content-type", "text/plain")], b"a text");
    let last = plain("GET", "/nowhere", b"").to_vec();
    let last =
        [b"GET /nowhere HTTP/1.1\r\nconnection: close\r\n", &last[b"GET /nowhere HTTP/1.1\r\n".len()..]].concat();
    let ((one, first), (two, second), (three, third)) = (good(pen), good(pen), good(pen));
    let mixed = [
        (first, (200, "")),
        (forged.clone(), (401, "signature_mismatch")),
        (second, (200, "")),
        (plain("POST", "/elsewhere", b""), (404, "unknown_source")),
        (plain("GET", "/in/adyen", b""), (405, "method_not_allowed")),
        (plain("POST", "/in/adyen", b"{\"notificationItems\":[{"), (400, "unreadable")),
        (plain("POST", "/in/banked", b"{}"), (400, "signature_missing")),
        (plain("POST", "/elsewhere", b"{\"a\":1}"), (404, "unknown_source")),
        (prose, (415, "unsupported_content_type")),
        (third, (200, "")),
        (last.clone(), (404, "unknown_source")),
    ];
    let (bytes, answers): (Vec<_>, Vec<_>) = mixed.into_iter().unzip();
    let mut cases =
        vec![Case::new("good and bad", bytes.concat(), Hears::Answers(answers)).about(vec![one, two, three])];
    let (orders, many): (Vec<_>, Vec<_>) = (0..100).map(|_| good(pen)).unzip();
    let answers = [vec![(200, ""); 100], vec![(404, "unknown_source")]].concat();
    cases.push(Case::new("a hundred", [many.concat(), last].concat(), Hears::Answers(answers)).about(orders));
    let (order, whole) = good(pen);
    let bytes = [whole.as_slice(), MARK.as_bytes(), b"\r\n\r\n"].concat();
    let answers = vec![(200, ""), (400, "bad_request")];
    cases.push(Case::new("nonsense behind a good one", bytes, Hears::Answers(answers)).about(vec![order]));
    let (order, whole) = good(pen);
    let bytes = [whole.as_slice(), &forged[..forged.len() - 20]].concat();
    let case =
        Case::new("half of another behind a good one", bytes, Hears::Answers(vec![(200, ""), (400, "bad_request")]));
    cases.push(case.hanging_up().about(vec![order]));
    cases
}
