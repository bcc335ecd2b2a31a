//! A captured request: a body alone, a request with its head, or JSON that this program printed.

use data_encoding::BASE64;
use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_domain::time::Timestamp;
use serde_json::Value;

/// A request as far as it was captured.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Captured {
    /// Path and query, where the capture has them.
    pub(super) target: Option<String>,
    /// When it was received, where the capture says so.
    pub(super) at: Option<Timestamp>,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Captured {
    /// Reads what `payhook trigger --print`, `payhook quarantine show` (with `--json`, too) or a person with an editor writes.
    pub(super) fn read(bytes: Vec<u8>) -> Self {
        printed(&bytes).or_else(|| with_head(&bytes)).unwrap_or(Self { body: bytes, ..Self::default() })
    }

    /// Adds a header that was typed: `Banked-Signature: 1572540334.60ec…`.
    pub(super) fn add(&mut self, line: &str) -> Result<(), String> {
        let (name, value) = line.split_once(':').ok_or("write it as NAME: VALUE")?;
        let name: HeaderName = name.trim().parse().map_err(|_| format!("`{}` is no header name", name.trim()))?;
        let value = HeaderValue::from_str(value.trim()).map_err(|_| format!("the value of {name} cannot be one"))?;
        self.headers.append(name, value);
        Ok(())
    }
}

/// `{"headers": [[name, value]], "body": …}`, by itself or under `received`.
fn printed(bytes: &[u8]) -> Option<Captured> {
    let shown: Value = serde_json::from_slice(bytes).ok()?;
    let request = shown.get("received").unwrap_or(&shown);
    let said = |name| shown.get(name).and_then(Value::as_str);
    let mut captured = Captured {
        target: said("target").map(str::to_owned),
        at: said("first_at").and_then(Timestamp::parse_rfc3339),
        ..Captured::default()
    };
    for pair in request.get("headers")?.as_array()? {
        let (name, value) = (pair.get(0)?.as_str()?, pair.get(1)?.as_str()?);
        captured.headers.append(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?);
    }
    captured.body = match (request.get("body"), request.get("body_base64")) {
        (Some(body), _) => body.as_str()?.as_bytes().to_vec(),
        (None, Some(encoded)) => BASE64.decode(encoded.as_str()?.as_bytes()).ok()?,
        (None, None) => return None,
    };
    Some(captured)
}

/// `POST target`, header lines, an empty line, the body. Without a content-length, line feeds at the end are the editor's.
fn with_head(bytes: &[u8]) -> Option<Captured> {
    let (head, body) = cut(bytes)?;
    let mut lines = std::str::from_utf8(head).ok()?.lines();
    let target = lines.next()?.strip_prefix("POST ")?.split_whitespace().next()?;
    let mut captured = Captured { target: Some(path_of(target)), ..Captured::default() };
    for line in lines {
        captured.add(line).ok()?;
    }
    let length = captured.headers.get("content-length").and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let unended = || body.len() - body.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    captured.body = body[..length.unwrap_or_else(unended).min(body.len())].to_vec();
    Some(captured)
}

fn cut(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = |mark: &[u8]| bytes.windows(mark.len()).position(|window| window == mark).map(|at| (at, at + mark.len()));
    let (end, begin) = [at(b"\r\n\r\n"), at(b"\n\n")].into_iter().flatten().min()?;
    Some((&bytes[..end], &bytes[begin..]))
}

/// A request line may name the whole address.
fn path_of(target: &str) -> String {
    url::Url::parse(target).map_or_else(|_| target.to_owned(), |url| url[url::Position::BeforePath..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(captured: &Captured, name: &str) -> String {
        captured.headers[name].to_str().expect("text").to_owned()
    }

    #[test]
    fn a_body_alone_is_taken_byte_for_byte() {
        for body in ["{\"a\":1}\n", "POST", "a=b", "", "{\"headers\":1}"] {
            assert_eq!(Captured::read(body.as_bytes().to_vec()), Captured { body: body.into(), ..Captured::default() });
        }
    }

    #[test]
    fn a_request_with_its_head_is_cut_at_the_empty_line() {
        for (text, body) in [
            ("POST /in/a HTTP/1.1\r\nHost: x\r\nX-A: b: c\r\n\r\n{}\n\n", "{}"),
            ("POST http://h/in/a\nx-a: b: c\n\n{}\n", "{}"),
            ("POST /in/a HTTP/1.1\nx-a: b: c\ncontent-length: 3\n\n{}\n\n", "{}\n"),
        ] {
            let captured = Captured::read(text.as_bytes().to_vec());
            assert_eq!((captured.target.as_deref(), captured.body.as_slice()), (Some("/in/a"), body.as_bytes()));
            assert_eq!(header(&captured, "x-a"), "b: c");
        }
    }

    #[test]
    fn what_this_program_prints_as_json_is_read_back() {
        let shown = r#"{"id":"qrn_1","first_at":"2026-11-21T10:00:00Z","target":"/in/a","received":{"headers":[["x-a","b"]],"body_base64":"/w=="}}"#;
        let captured = Captured::read(shown.into());
        assert_eq!((captured.target.as_deref(), captured.body.as_slice()), (Some("/in/a"), b"\xff".as_slice()));
        assert_eq!(header(&captured, "x-a"), "b");
        assert_eq!(captured.at, Timestamp::parse_rfc3339("2026-11-21T10:00:00Z"));
    }

    #[test]
    fn a_typed_header_that_is_none_is_refused() {
        let mut captured = Captured::default();
        captured.add("X-A: b").expect("a header");
        assert_eq!(header(&captured, "x-a"), "b");
        assert!(captured.add("nothing").is_err() && captured.add("a b: c").is_err());
    }
}
