//! HTTP/1.1 as bytes: composing requests and reading answers, without a client that would repair what tests break.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longest answer body read, in bytes.
const BODY_MAX: u64 = 64 << 20;

/// An answer, as received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Name in lower case, value.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this name, given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    /// The body as text, invalid UTF-8 replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text()))
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

/// The bytes of a request with a body; `content-length` and `host` are added.
#[must_use]
pub fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: payhook.test\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

/// One request on a connection of its own.
///
/// # Errors
/// Those of the socket, and `InvalidData` for an answer that is not HTTP.
pub fn call(to: SocketAddr, request: &[u8], patience: Duration) -> io::Result<Answer> {
    let stream = TcpStream::connect_timeout(&to, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    (&stream).write_all(request)?;
    read_answer(&mut BufReader::new(&stream))
}

/// Every complete answer in these bytes, in order.
#[must_use]
pub fn answers(mut bytes: &[u8]) -> Vec<Answer> {
    std::iter::from_fn(|| read_answer(&mut bytes).ok()).collect()
}

/// Reads one answer, skipping `100 Continue`.
///
/// # Errors
/// `UnexpectedEof` when the connection ends first, `InvalidData` when it is not HTTP, and the socket's own.
pub fn read_answer(from: &mut impl BufRead) -> io::Result<Answer> {
    loop {
        let mut answer = read_head(from)?;
        if answer.status != 100 {
            answer.body = read_body(from, &answer)?;
            return Ok(answer);
        }
    }
}

fn read_head(from: &mut impl BufRead) -> io::Result<Answer> {
    let first = read_line(from)?;
    let status = first.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1)).and_then(|s| s.parse().ok());
    let status = status.ok_or_else(|| invalid(&format!("not a status line: {first:?}")))?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(from)?;
        if line.is_empty() {
            return Ok(Answer { status, headers, body: Vec::new() });
        }
        let (name, value) = line.split_once(':').ok_or_else(|| invalid("a header without a colon"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn read_body(from: &mut impl BufRead, answer: &Answer) -> io::Result<Vec<u8>> {
    if answer.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        return read_chunks(from);
    }
    if let Some(length) = answer.header("content-length") {
        return read_exactly(from, length.parse().map_err(|_| invalid("a content-length that is no number"))?);
    }
    let mut body = Vec::new();
    if !matches!(answer.status, 204 | 304) {
        from.take(BODY_MAX).read_to_end(&mut body)?;
    }
    Ok(body)
}

fn read_chunks(from: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(from)?;
        let size = line.split(';').next().and_then(|size| u64::from_str_radix(size.trim(), 16).ok());
        let size = size.ok_or_else(|| invalid("a chunk without a size"))?;
        body.extend(read_exactly(from, size)?);
        read_line(from)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

fn read_exactly(from: &mut impl BufRead, length: u64) -> io::Result<Vec<u8>> {
    if length > BODY_MAX {
        return Err(invalid("a body too large to be meant"));
    }
    let mut body = Vec::new();
    from.take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(body) }
}

fn read_line(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 || !line.ends_with('\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn invalid(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_whatever_their_framing() {
        let bytes = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\
            HTTP/1.1 503 No\r\ntransfer-encoding: chunked\r\n\r\n3\r\nnot\r\n4\r\n now\r\n0\r\n\r\n\
            HTTP/1.1 204 Nothing\r\n\r\nHTTP/1.1 200 OK\r\n\r\nto the end";
        let read = answers(bytes);
        let seen: Vec<_> = read.iter().map(|answer| (answer.status, answer.text())).collect();
        let expected = [(200, "ok"), (503, "not now"), (204, ""), (200, "to the end")];
        assert_eq!(seen, expected.map(|(status, text)| (status, text.to_owned())));
    }

    #[test]
    fn an_answer_cut_short_is_not_an_answer() {
        let whole = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n[accepted]";
        assert_eq!(answers(whole).len(), 1);
        for end in 0..whole.len() {
            assert!(answers(&whole[..end]).is_empty(), "{end} bytes are not enough");
        }
    }
}
