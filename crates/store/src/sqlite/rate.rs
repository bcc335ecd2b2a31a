//! How many bytes of refused requests each source may have written per second.
//!
//! The quarantine is bounded in what it holds; a flood of forged requests would still have each of them written, and
//! the one before it dropped, as fast as the disk can.

use std::collections::HashMap;

use payhook_domain::id::NameId;
use tokio::time::Instant;

/// Bytes per second of one source, and bytes it may have at once: a mistake in a signing key is seen in full, a flood
/// in samples.
const BYTES_PER_SECOND: usize = 1 << 20;
const BURST_BYTES: usize = 8 << 20;

/// A token bucket per source; as many as there are sources.
#[derive(Debug, Default)]
pub(super) struct Rates {
    buckets: HashMap<NameId, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    bytes: f64,
    filled_at: Instant,
}

impl Rates {
    /// Takes `bytes` of the source's share; says whether there were as many.
    pub(super) fn take(&mut self, source: NameId, bytes: usize, now: Instant) -> bool {
        let full = Bucket { bytes: BURST_BYTES as f64, filled_at: now };
        let bucket = self.buckets.entry(source).or_insert(full);
        let came = now.saturating_duration_since(bucket.filled_at).as_secs_f64() * BYTES_PER_SECOND as f64;
        bucket.bytes = (bucket.bytes + came).min(BURST_BYTES as f64);
        bucket.filled_at = now;
        let enough = bucket.bytes >= bytes as f64;
        if enough {
            bucket.bytes -= bytes as f64;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_source_has_its_burst_then_its_rate_and_never_more_than_its_burst_again() {
        const MIB: usize = 1 << 20;
        let (mut rates, start) = (Rates::default(), Instant::now());
        let steps = [
            (1, 0, 8 * MIB, true),
            (1, 0, 1, false),
            (2, 0, 8 * MIB, true),
            (1, 2_000, 2 * MIB + 1, false),
            (1, 2_000, 2 * MIB, true),
            (1, 60_000, 8 * MIB + 1, false),
            (1, 60_000, 8 * MIB, true),
        ];
        for (source, millis, bytes, taken) in steps {
            let now = start + Duration::from_millis(millis);
            assert_eq!(rates.take(NameId(source), bytes, now), taken, "{source} {millis} {bytes}");
        }
    }
}
