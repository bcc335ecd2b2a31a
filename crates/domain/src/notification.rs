//! A notification: one HTTP request, kept byte for byte.

use std::net::IpAddr;

use bytes::Bytes;

use crate::id::NameId;
use crate::time::Timestamp;

/// What is written of one received request, whatever it turns out to contain.
#[derive(Clone, Debug)]
pub struct Notification {
    /// The configured source it came in by.
    pub source: NameId,
    /// When its last byte was read.
    pub received_at: Timestamp,
    /// The path and query it was posted to: some providers sign them. Credentials as [`PRESENT`].
    pub target: String,
    /// Who sent it.
    pub peer: Option<IpAddr>,
    /// The header lines, `name: value\r\n` each, in the order received; credentials as [`PRESENT`].
    pub headers: Bytes,
    /// The body, exactly as received. Own memory: never a slice of a connection's read buffer.
    pub body: Bytes,
    /// The digest of the configuration that judged it.
    pub config: [u8; 8],
}

/// What is kept of a password or a token: that there was one.
pub const PRESENT: &str = "[present]";

/// Splits kept header lines back into names and values. Lines that are not headers are passed over.
pub fn header_lines(block: &[u8]) -> impl Iterator<Item = (&str, &[u8])> {
    block.split(|byte| *byte == b'\n').filter_map(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let colon = line.iter().position(|byte| *byte == b':')?;
        let value = line[colon + 1..].strip_prefix(b" ").unwrap_or(&line[colon + 1..]);
        Some((std::str::from_utf8(&line[..colon]).ok()?, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_headers_read_back_in_order_with_their_bytes() {
        let lines: Vec<_> = header_lines(b"host: a\r\nx-odd: \xff: b\r\nempty:\r\n").collect();
        assert_eq!(lines, [("host", b"a".as_slice()), ("x-odd", b"\xff: b"), ("empty", b"")]);
    }
}
