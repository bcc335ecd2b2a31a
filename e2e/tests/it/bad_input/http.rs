//! Requests that are HTTP, but not what is asked for: methods, paths, types, header floods, bodies too large.

use payhook_testkit::wire;

use super::case::{Case, Hears, MARK, Pen, SMALL_BODY_MAX, post};

const JSON: (&str, &str) = ("content-type", "application/json");
const CLOSE: (&str, &str) = ("connection", "close");

/// Methods that are not POST.
pub(super) fn methods(pen: &mut Pen) -> Vec<Case> {
    let (_, body) = pen.body();
    let known = ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "post", "POSTS", "M-SEARCH", "QUERY"];
    let mut cases: Vec<Case> = known
        .iter()
        .flat_map(|method| {
            let bare = wire::request(method, "/in/adyen", &[CLOSE], b"");
            let full = wire::request(method, "/in/adyen", &[CLOSE, JSON], body.as_bytes());
            [
                Case::answered(*method, bare, 405, "method_not_allowed"),
                Case::answered(format!("{method} with a body"), full, 405, "method_not_allowed"),
                Case::answered(
                    format!("{method} elsewhere"),
                    wire::request(method, "/elsewhere", &[CLOSE], b""),
                    404,
                    "unknown_source",
                ),
            ]
        })
        .collect();
    let head = |target| wire::request("HEAD", target, &[CLOSE], b"");
    cases.push(Case::new("HEAD", head("/in/adyen"), Hears::Head(405)));
    cases.push(Case::new("HEAD elsewhere", head("/elsewhere"), Hears::Head(404)));
    cases.push(Case::answered("POST to the probe", post("/healthz", &[], ""), 405, "method_not_allowed"));
    cases.push(Case::new("CONNECT", wire::request("CONNECT", "example.com:443", &[CLOSE], b""), Hears::NoSuccess));
    cases
}

/// Paths nobody answers at.
pub(super) fn paths(pen: &mut Pen) -> Vec<Case> {
    let (_, body) = pen.body();
    let long = format!("/in/{}", "a".repeat(20_000));
    let paths = [
        "/",
        "/in",
        "/in/",
        "/in//adyen",
        "//in/adyen",
        "/in/adyen//",
        "/in/ADYEN",
        "/in/adyen/x",
        "/in/%61dyen",
        "/in/adyen%2f",
        "/in/adyen%00",
        "/in/../in/adyen",
        "/./in/adyen",
        "/in/adyen;x=1",
        "/api/v1/events",
        "/metrics",
        "/readyz",
        "/in/zebra-crossing",
        "/.env",
        "*",
        "http://payhook.test/",
        &long,
    ];
    paths
        .iter()
        .map(|path| {
            let name = format!("POST {path:.40}");
            Case::answered(name, post(path, &[JSON], &body), 404, "unknown_source")
        })
        .collect()
}

/// Content types the sources do not take, and type headers that are none.
pub(super) fn types(pen: &mut Pen) -> Vec<Case> {
    let (_, body) = pen.body();
    let types = [
        "text/plain",
        "text/html",
        "text/json",
        "application/xml",
        "application/svg+xml",
        "application/octet-stream",
        "application/json; x=\"é\"",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/",
        "/",
        "json",
        ",",
        "é",
        "*/*",
        "application/json, text/plain",
    ];
    let mut cases: Vec<Case> = types
        .iter()
        .map(|media| {
            let bytes = post("/in/adyen", &[("content-type", media)], &body);
            Case::answered(format!("content-type {media}"), bytes, 415, "unsupported_content_type")
        })
        .collect();
    let twice = post("/in/adyen", &[JSON, ("content-type", "text/plain")], &body);
    cases.push(Case::answered("two content types", twice, 415, "unsupported_content_type"));
    let as_form = post("/in/adyen", &[("content-type", "application/x-www-form-urlencoded")], &body);
    cases.push(Case::answered("JSON that says it is a form", as_form, 401, "signature_missing"));
    for (name, xml, code) in [
        ("a page for browsers", "<html><body>hello</body></html>", (401, "signature_missing")),
        ("an envelope that breaks off", "<soap:Envelope><soap:Body>", (400, "unreadable")),
        (
            "entities that multiply",
            "<!DOCTYPE a [<!ENTITY b \"cc\"><!ENTITY d \"&b;&b;\">]><a>&d;</a>",
            (400, "unreadable"),
        ),
    ] {
        let bytes = post("/in/adyen", &[("content-type", "text/xml")], xml.as_bytes());
        cases.push(Case::answered(name, bytes, code.0, code.1));
    }
    for media in ["application/vnd.adyen+json", "APPLICATION/JSON;charset=utf-8", "application/json ; x=\"y\""] {
        let (order, body) = pen.body();
        let case = Case::answered(media, post("/in/adyen", &[("content-type", media)], &body), 200, "");
        cases.push(case.about(vec![order]));
    }
    cases
}

/// Header floods, by count and by size.
pub(super) fn header_floods(pen: &mut Pen) -> Vec<Case> {
    let (_, body) = pen.body();
    let counted = |count: usize| {
        let flood: Vec<_> = (0..count).map(|number| (format!("x-{MARK}-{number}"), "y".to_owned())).collect();
        let flood: Vec<_> = flood.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        post("/in/adyen", &[&[JSON], flood.as_slice()].concat(), &body)
    };
    let sized = |size: usize| post("/in/adyen", &[JSON, ("x-long", &"y".repeat(size))], &body);
    let refused = |name: &str, bytes| Case::answered(name, bytes, 431, "header_too_large");
    let mut cases = vec![
        refused("101 header fields", counted(97)),
        refused("500 header fields", counted(500)),
        refused("10,000 header fields", counted(10_000)),
        refused("a header of 33 KiB", sized(33 << 10)),
        refused("a header of 1 MiB", sized(1 << 20)),
        refused("a header name of 40 KiB", post("/in/adyen", &[(&"n".repeat(40 << 10), "y")], &body)),
        refused("a path of 40 KiB", post(&format!("/{}", "p".repeat(40 << 10)), &[], "")),
        refused("a path of 100 KiB", post(&format!("/{}", "p".repeat(100 << 10)), &[], "")),
        refused("a method of 40 KiB", wire::request(&"M".repeat(40 << 10), "/in/adyen", &[], b"")),
        refused("a header without an end", [&b"POST /in/adyen HTTP/1.1\r\nx: "[..], &[b'y'; 64 << 10]].concat()),
        refused("folds without an end", [&b"POST /in/adyen HTTP/1.1\r\nx: y"[..], &b"\r\n y".repeat(20_000)].concat()),
    ];
    let (order, most) = pen.body();
    let flood: Vec<_> = (0..90).map(|number| (format!("x-{number}"), "y".repeat(300))).collect();
    let flood: Vec<_> = flood.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let just_so = post("/in/adyen", &[&[JSON], flood.as_slice()].concat(), &most);
    cases.push(Case::answered("as many headers as are allowed", just_so, 200, "").about(vec![order]));
    cases
}

/// Bodies larger than the source takes.
pub(super) fn too_large(pen: &mut Pen) -> Vec<Case> {
    let (_, body) = pen.body();
    let padded = format!("{body}{}", " ".repeat(SMALL_BODY_MAX));
    let head = |framing: &str| {
        format!(
            "POST /in/small HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n{framing}\r\n\r\n"
        )
    };
    let declared = |length: &str| [head(&format!("content-length: {length}")).as_bytes(), body.as_bytes()].concat();
    let chunk = |body: &str| format!("{:x}\r\n{body}\r\n", body.len());
    let chunked = head("transfer-encoding: chunked");
    let refused = |name: &str, bytes: Vec<u8>| Case::answered(name, bytes, 413, "too_large");
    let small_chunks: String =
        padded.as_bytes().chunks(16).map(|part| chunk(std::str::from_utf8(part).expect("ASCII"))).collect();
    let mut cases = vec![
        refused("a body too large", post("/in/small", &[JSON], &padded)),
        refused("a body far too large", post("/in/adyen", &[JSON], " ".repeat(2 << 20))),
        refused("a gigabyte, announced", declared("1073741824")),
        refused("an exabyte, announced", declared("1152921504606846976")),
        refused("the longest length there is", declared("18446744073709551613")),
        refused("one chunk too large", format!("{chunked}{}0\r\n\r\n", chunk(&padded)).into_bytes()),
        refused("many small chunks", format!("{chunked}{small_chunks}0\r\n\r\n").into_bytes()),
        refused("chunks without an end", format!("{chunked}{}", small_chunks.repeat(4)).into_bytes()),
    ];
    let (order, item) = pen.item();
    let whole = pen.adyen.body(&item);
    let fitting = [whole.as_slice(), &vec![b' '; SMALL_BODY_MAX - whole.len()]].concat();
    let case = Case::answered("a body as large as is allowed", post("/in/small", &[JSON], fitting), 200, "");
    cases.push(case.about(vec![order]));
    cases
}
