//! The one place that knows what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970, UTC.
#[expect(clippy::disallowed_methods, reason = "the shop's own door to the clock")]
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
