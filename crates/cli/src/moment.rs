//! A time as people write it: `2026-11-29T10:00:00Z`, `2026-11-29`, `yesterday`, or `2h` for two hours ago.

use payhook_domain::time::Timestamp;
use payhook_gateway::config::units;

use crate::settings::now;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Reads one for a command's argument; days begin at midnight UTC.
pub(crate) fn timestamp(text: &str) -> Result<Timestamp, String> {
    at(text, now())
}

/// The same as the API takes it.
pub(crate) fn read(text: &str) -> Result<String, String> {
    timestamp(text).map(|at| at.to_string())
}

fn at(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let hint =
        || "write 2026-11-29T10:00:00Z, 2026-11-29, today, yesterday, or how long ago, such as 2h or 3d".to_owned();
    let midnight = now.as_seconds().div_euclid(DAY_SECONDS) * DAY_SECONDS;
    match text {
        "today" => return Ok(Timestamp::from_seconds(midnight)),
        "yesterday" => return Ok(Timestamp::from_seconds(midnight - DAY_SECONDS)),
        _ => {}
    }
    let whole = Timestamp::parse_rfc3339(text).or_else(|| Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")));
    let ago = || units::duration(text).ok().map(|ago| now.minus(ago));
    whole.or_else(ago).ok_or_else(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_people_write_it() {
        let now = Timestamp::parse_rfc3339("2026-11-29T10:30:00Z").expect("a time");
        for (text, meant) in [
            ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00.000Z"),
            ("2026-11-21T10:00:00+01:00", "2026-11-21T09:00:00.000Z"),
            ("2026-11-21", "2026-11-21T00:00:00.000Z"),
            ("today", "2026-11-29T00:00:00.000Z"),
            ("yesterday", "2026-11-28T00:00:00.000Z"),
            ("90m", "2026-11-29T09:00:00.000Z"),
            ("2d", "2026-11-27T10:30:00.000Z"),
        ] {
            assert_eq!(at(text, now).map(|at| at.to_string()).as_deref(), Ok(meant), "{text}");
        }
        for wrong in ["", "2026-11-31", "21.11.2026", "-2d", "tomorrow", "2"] {
            assert!(at(wrong, now).is_err_and(|hint| hint.contains("2026-11-29, today")), "{wrong}");
        }
    }
}
