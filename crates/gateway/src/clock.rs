//! The real clock and the real wait: the one place of the product that knows *now*.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use payhook_domain::time::{Clock, Sleeper, Timestamp};

/// The system's clock, turned by a constant offset in tests that run across processes.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock {
    /// Added to the system's time, in microseconds.
    pub offset_micros: i64,
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the door that the rule leads to")]
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_micros(micros.saturating_add(self.offset_micros))
    }
}

/// The time since some moment that stays the same while the machine runs, as the system's other programs read it too.
pub(crate) fn monotonic() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Now, for a program that embeds the gateway and reads its configuration.
#[must_use]
pub fn now() -> Timestamp {
    SystemClock::default().now()
}

/// Waits on tokio's timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioSleeper;

impl Sleeper for TokioSleeper {
    fn sleep(&self, delay: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        Box::pin(tokio::time::sleep(delay))
    }
}
