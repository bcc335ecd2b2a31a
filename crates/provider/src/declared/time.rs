//! The time of signing: read, and held against now.

use payhook_domain::time::Timestamp;

use super::scheme::{Unit, Window};

/// Digits that are read: ten for seconds until the year 2286, three more for milliseconds.
const SECONDS_LEN_MAX: usize = 12;
const MILLISECONDS_LEN_MAX: usize = 15;

/// Reads a time; nothing when it is none.
pub(super) fn read(text: &str, unit: Unit) -> Option<Timestamp> {
    match unit {
        Unit::Rfc3339 => Timestamp::parse_rfc3339(text),
        Unit::Text => None,
        Unit::Seconds | Unit::Milliseconds => {
            let longest = if unit == Unit::Seconds { SECONDS_LEN_MAX } else { MILLISECONDS_LEN_MAX };
            let number = (1..=longest).contains(&text.len()).then(|| digits(text))??;
            Some(if unit == Unit::Seconds {
                Timestamp::from_seconds(number)
            } else {
                Timestamp::from_micros(number.saturating_mul(1_000))
            })
        }
    }
}

/// The number that so few digits make, and nothing else than digits.
fn digits(text: &str) -> Option<i64> {
    text.bytes().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

/// Writes a time as it is signed.
pub(super) fn write(at: Timestamp, unit: Unit) -> String {
    let seconds = at.as_seconds().max(0);
    match unit {
        Unit::Seconds | Unit::Text => seconds.to_string(),
        Unit::Milliseconds => (seconds * 1_000).to_string(),
        Unit::Rfc3339 => Timestamp::from_seconds(seconds).to_string(),
    }
}

/// What is wrong with a time, where something is.
pub(super) fn stale(at: Timestamp, window: Window, now: Timestamp) -> Option<String> {
    let (age, ahead) = (now.since(at), at.since(now));
    if window.past.is_some_and(|past| age > past) {
        return Some(format!("its time is {} s old", age.as_secs()));
    }
    window.future.is_some_and(|future| ahead > future).then(|| format!("its time is {} s ahead", ahead.as_secs()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_is_read_strictly_in_its_unit() {
        let at = Timestamp::from_seconds(1_700_000_000);
        for (text, unit) in [
            ("1700000000", Unit::Seconds),
            ("1700000000000", Unit::Milliseconds),
            ("2023-11-14T22:13:20Z", Unit::Rfc3339),
        ] {
            assert_eq!(read(text, unit), Some(at), "{text}");
            assert_eq!(read(&write(at, unit), unit), Some(at), "{text}");
        }
        for (text, unit) in [
            ("", Unit::Seconds),
            ("-1", Unit::Seconds),
            ("+1", Unit::Seconds),
            ("1.5", Unit::Seconds),
            ("Infinity", Unit::Seconds),
            ("1234567890123", Unit::Seconds),
            ("1700000000", Unit::Rfc3339),
            ("1700000000", Unit::Text),
        ] {
            assert_eq!(read(text, unit), None, "{text}");
        }
    }

    #[test]
    fn a_window_ends_where_it_says_and_may_be_open_on_one_side() {
        let (now, window) = (Timestamp::from_seconds(1_000), |past, future| Window {
            past: (past > 0).then(|| Duration::from_secs(past)),
            future: (future > 0).then(|| Duration::from_secs(future)),
        });
        let is_stale = |at: i64, window| stale(Timestamp::from_seconds(at), window, now).is_some();
        assert!(!is_stale(700, window(300, 0)) && is_stale(699, window(300, 0)) && !is_stale(9_000, window(300, 0)));
        assert!(!is_stale(1_300, window(0, 300)) && is_stale(1_301, window(0, 300)) && !is_stale(0, window(0, 300)));
        assert!(!is_stale(0, Window::default()) && !is_stale(9_000, Window::default()));
    }
}
