//! What the gateway says about itself: log lines and metrics.
//!
//! - [`sink`]: where lines go, written by a thread of its own so that no request waits for a terminal.
//! - [`line`]: one wide line per request and per attempt, text or JSON.
//! - [`setup`]: everything else that is logged, through `tracing`, in the same form.
//! - [`metrics`]: counters and gauges for Prometheus.
//!
//! Never logged: keys, signatures, bodies, header values, anything derived from a secret.

pub mod line;
pub mod metrics;
pub mod setup;
pub mod sink;
