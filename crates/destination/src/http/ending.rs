//! What an answer means.

use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use jiff::fmt::rfc2822::DateTimeParser;
use payhook_domain::delivery::{Attempt, Outcome};
use payhook_domain::time::Timestamp;

/// How a try ended that was answered at about `now`.
pub(super) fn outcome(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Outcome {
    match status {
        status if status.is_success() => Outcome::Delivered,
        StatusCode::GONE => Outcome::Rejected,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            Outcome::Failed { retry_after: retry_after(headers, now) }
        }
        _ => Outcome::Failed { retry_after: None },
    }
}

/// What is kept of an answer's body: at most [`Attempt::EXCERPT_MAX`] bytes of text.
pub(super) fn excerpt(body: &[u8]) -> Option<String> {
    let mut text = String::from_utf8_lossy(body).into_owned();
    // Each invalid byte becomes three.
    text.truncate(text.floor_char_boundary(Attempt::EXCERPT_MAX));
    (!text.is_empty()).then_some(text)
}

/// `Retry-After` as a wait: a number of seconds, or a date (RFC 9110, section 10.2.3). A date in the past asks for none.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Timestamp::from_micros(date.as_microsecond()).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const FAILED: Outcome = Outcome::Failed { retry_after: None };

    #[test]
    fn a_status_is_an_ending() {
        for (status, expected) in [
            (200, Outcome::Delivered),
            (202, Outcome::Delivered),
            (204, Outcome::Delivered),
            (410, Outcome::Rejected),
            (101, FAILED),
            (301, FAILED),
            (302, FAILED),
            (308, FAILED),
            (400, FAILED),
            (401, FAILED),
            (404, FAILED),
            (409, FAILED),
            (429, FAILED),
            (500, FAILED),
            (502, FAILED),
            (503, FAILED),
            (504, FAILED),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(outcome(status, &HeaderMap::new(), Timestamp::default()), expected, "{status}");
        }
    }

    #[test]
    fn a_busy_receiver_is_left_alone_as_long_as_it_asks() {
        let now = Timestamp::parse_rfc3339("1994-11-06T08:49:30Z").expect("a time");
        for (status, value, expected) in [
            (429, "120", Some(120)),
            (503, " 5 ", Some(5)),
            (503, "0", Some(0)),
            (503, "Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
            (503, "Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            (503, "soon", None),
            (503, "-1", None),
            (503, "99999999999999999999", None),
            (500, "120", None),
            (302, "120", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(value))]);
            let status = StatusCode::from_u16(status).expect("a status");
            let expected = Outcome::Failed { retry_after: expected.map(Duration::from_secs) };
            assert_eq!(outcome(status, &headers, now), expected, "{status} {value}");
        }
    }

    #[test]
    fn an_excerpt_is_bounded_text() {
        assert_eq!(excerpt(b""), None);
        assert_eq!(excerpt(b"no \xff such"), Some("no \u{fffd} such".to_owned()));
        let kept = excerpt(&[0xff; Attempt::EXCERPT_MAX]).expect("text");
        assert!(kept.len() <= Attempt::EXCERPT_MAX && kept.len() > Attempt::EXCERPT_MAX - 4);
    }
}
