//! Banked's two ways to write a moment.

use payhook_domain::time::Timestamp;

/// v2: `2019-10-31 16:45:34 UTC`.
pub(super) fn v2(at: Timestamp) -> String {
    moment(at).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// v3: RFC 3339 with nanoseconds.
pub(super) fn v3(at: Timestamp) -> String {
    moment(at).strftime("%Y-%m-%dT%H:%M:%S.%9fZ").to_string()
}

fn moment(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_way_is_as_documented() {
        let at = Timestamp::from_micros(1_572_540_334_250_000);
        assert_eq!(v2(at), "2019-10-31 16:45:34 UTC");
        assert_eq!(v3(at), "2019-10-31T16:45:34.250000000Z");
        assert_eq!(Timestamp::parse_rfc3339(&v3(at)), Some(at));
    }
}
