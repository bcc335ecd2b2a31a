//! Units: `10s`, `5m`, `512 MiB` as they are typed.

use std::time::Duration;

/// Why a text is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.what())]
pub enum NotAQuantity {
    /// It does not begin with a whole number.
    NoNumber,
    /// No unit, or one that does not exist.
    NoUnit,
    /// More than can be counted.
    TooLarge,
}

impl NotAQuantity {
    /// What is wrong, in words.
    #[must_use]
    pub const fn what(self) -> &'static str {
        match self {
            Self::NoNumber => "does not begin with a whole number",
            Self::NoUnit => "has no unit that is known",
            Self::TooLarge => "is too large",
        }
    }
}

/// How durations are written, for hints.
pub const DURATION_HINT: &str = "write a whole number and ms, s, m, h or d: \"10s\", \"5m\", \"24h\"";
/// How sizes are written, for hints.
pub(in crate::config) const SIZE_HINT: &str =
    "write a whole number and B, KiB, MiB, GiB or TiB: \"512 MiB\", \"1 MiB\"";

/// Reads a duration: `500ms`, `10s`, `5 m`, `24h`, `90d`.
///
/// # Errors
/// [`NotAQuantity`], also when it is more than can be counted.
pub fn duration(text: &str) -> Result<Duration, NotAQuantity> {
    let (number, unit) = split(text)?;
    let milliseconds: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(NotAQuantity::NoUnit),
    };
    number.checked_mul(milliseconds).map(Duration::from_millis).ok_or(NotAQuantity::TooLarge)
}

/// Days of a month and of a year, where ages are counted: the longest there are, so that nothing goes early.
pub(in crate::config) const MONTH_DAYS: u64 = 31;
const YEAR_DAYS: u64 = 366;

/// Reads an age: `90d`, `25 months`, `7 years`.
pub(in crate::config) fn age(text: &str) -> Result<Duration, NotAQuantity> {
    let (number, unit) = split(text)?;
    let days: u64 = match unit {
        "d" | "day" | "days" => 1,
        "month" | "months" => MONTH_DAYS,
        "year" | "years" => YEAR_DAYS,
        _ => return Err(NotAQuantity::NoUnit),
    };
    let days = number.checked_mul(days).filter(|days| *days <= AGE_DAYS_MAX).ok_or(NotAQuantity::TooLarge)?;
    Ok(Duration::from_secs(days * 86_400))
}

/// Longest age, in days: a thousand years.
const AGE_DAYS_MAX: u64 = 1_000 * YEAR_DAYS;

/// Reads a size in bytes: `100 B`, `64 KiB`, `512 MiB`; `KB`, `MB` and `GB` are powers of ten.
pub(in crate::config) fn size(text: &str) -> Result<u64, NotAQuantity> {
    let (number, unit) = split(text)?;
    let bytes: u64 = match unit {
        "B" => 1,
        "KB" | "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return Err(NotAQuantity::NoUnit),
    };
    number.checked_mul(bytes).ok_or(NotAQuantity::TooLarge)
}

/// Reads how many per time, `100/s`, `600/min` or `5000/h`: the number, and the time it is counted in.
pub(in crate::config) fn rate(text: &str) -> Result<(u64, Duration), NotAQuantity> {
    let (number, unit) = split(text)?;
    let seconds = match unit.strip_prefix('/').map(str::trim) {
        Some("s") => 1,
        Some("m" | "min") => 60,
        Some("h") => 3_600,
        _ => return Err(NotAQuantity::NoUnit),
    };
    Ok((number, Duration::from_secs(seconds)))
}

/// Parts `512 MiB` into its number and its unit.
fn split(text: &str) -> Result<(u64, &str), NotAQuantity> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    if end == 0 {
        return Err(NotAQuantity::NoNumber);
    }
    let number = text[..end].parse().map_err(|_| NotAQuantity::TooLarge)?;
    Ok((number, text[end..].trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_read_as_people_write_them() {
        for (text, milliseconds) in
            [("500ms", 500), ("10s", 10_000), (" 5 m ", 300_000), ("24h", 86_400_000), ("90d", 7_776_000_000)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for (text, bytes) in [("100 B", 100), ("64KiB", 65_536), ("512 MiB", 536_870_912), ("1 MB", 1_000_000)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn ages_are_counted_in_days_and_never_too_short() {
        for (text, days) in [("90d", 90), ("1 month", 31), ("25 months", 775), ("2 years", 732)] {
            assert_eq!(age(text), Ok(Duration::from_secs(days * 86_400)), "{text}");
        }
        assert_eq!(age("90m"), Err(NotAQuantity::NoUnit));
        assert_eq!(age("5000 years"), Err(NotAQuantity::TooLarge));
    }

    #[test]
    fn rates_are_a_number_and_a_time() {
        for (text, count, seconds) in [("100/s", 100, 1), ("600 / min", 600, 60), ("600/m", 600, 60), ("7/h", 7, 3_600)]
        {
            assert_eq!(rate(text), Ok((count, Duration::from_secs(seconds))), "{text}");
        }
        assert_eq!(rate("100"), Err(NotAQuantity::NoUnit));
        assert_eq!(rate("100/d"), Err(NotAQuantity::NoUnit));
        assert_eq!(rate("/s"), Err(NotAQuantity::NoNumber));
    }

    #[test]
    fn what_overflows_is_an_error_and_never_a_small_number() {
        assert_eq!(size("17179869185 GiB"), Err(NotAQuantity::TooLarge));
        assert_eq!(size("99999999999999999999 B"), Err(NotAQuantity::TooLarge));
        assert_eq!(duration("18446744073709551615 d"), Err(NotAQuantity::TooLarge));
    }

    #[test]
    fn a_number_alone_or_a_unit_alone_is_nothing() {
        assert_eq!(duration("10"), Err(NotAQuantity::NoUnit));
        assert_eq!(duration("10 fortnights"), Err(NotAQuantity::NoUnit));
        assert_eq!(duration("-1s"), Err(NotAQuantity::NoNumber));
        assert_eq!(size("1.5 MiB"), Err(NotAQuantity::NoUnit));
        assert_eq!(size("MiB"), Err(NotAQuantity::NoNumber));
    }
}
