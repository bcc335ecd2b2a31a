//! Spans and sizes in words, roughly: what a person compares, not what a program computes with.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
pub(super) const DAY: u64 = 24 * HOUR;

/// `40 s`, `12 min`, `5 h`, `3 days`: down to a whole one of the largest unit of which there are two.
pub(super) fn span(span: Duration) -> String {
    match span.as_secs() {
        0 if span.as_millis() == 0 => "less than 1 ms".to_owned(),
        0 => format!("{} ms", span.as_millis()),
        seconds if seconds < 2 * MINUTE => format!("{seconds} s"),
        seconds if seconds < 2 * HOUR => format!("{} min", seconds / MINUTE),
        seconds if seconds < 2 * DAY => format!("{} h", seconds / HOUR),
        seconds => format!("{} days", seconds / DAY),
    }
}

/// `1 delivery waits`, `3 deliveries wait`.
pub(super) fn counted(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// `12 KiB`, `300 MiB`, `1.5 GiB`.
pub(super) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let (mut tenths, mut unit) = (u128::from(bytes) * 10 / 1_024, 0);
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1_024;
        unit += 1;
    }
    let unit = UNITS[unit];
    if tenths < 100 && !tenths.is_multiple_of(10) {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    } else {
        format!("{} {unit}", tenths / 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_sizes_are_told_in_the_unit_that_fits() {
        let of = |seconds| span(Duration::from_secs(seconds));
        assert_eq!(
            [of(0), of(119), of(120), of(7_200), of(2 * DAY)],
            ["less than 1 ms", "119 s", "2 min", "2 h", "2 days"]
        );
        let sizes = [(0, "0 KiB"), (1_536, "1.5 KiB"), (300 << 20, "300 MiB"), ((3 << 30) / 2, "1.5 GiB")];
        for (size, told) in sizes {
            assert_eq!(bytes(size), told);
        }
        assert!(bytes(u64::MAX).ends_with(" TiB"));
    }
}
