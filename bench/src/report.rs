//! The table.

use std::time::Duration;

/// What was measured of one server.
pub(crate) struct Measured {
    pub(crate) requests: usize,
    pub(crate) took: Duration,
    pub(crate) cpu: Duration,
    pub(crate) rss_mb: f64,
    /// In microseconds, in no order.
    pub(crate) latencies: Vec<u32>,
}

/// A server as it starts and idles.
pub(crate) struct StartUp {
    pub(crate) ready: Duration,
    pub(crate) idle_rss_mb: f64,
}

/// A line of the table.
pub(crate) struct Row {
    name: &'static str,
    per_second: f64,
    cpu_us: f64,
    rss_mb: f64,
    p50_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
}

impl Row {
    pub(crate) fn of(name: &'static str, measured: Measured) -> Self {
        let Measured { requests, took, cpu, rss_mb, mut latencies } = measured;
        latencies.sort_unstable();
        Self {
            name,
            per_second: requests as f64 / took.as_secs_f64(),
            cpu_us: cpu.as_secs_f64() * 1e6 / requests as f64,
            rss_mb,
            p50_ms: percentile(&latencies, 0.5),
            p99_ms: percentile(&latencies, 0.99),
            p999_ms: percentile(&latencies, 0.999),
        }
    }
}

/// Prints every row, with its processor time as a multiple of the first row's.
pub(crate) fn print(rows: &[Row], start_up: &StartUp) {
    println!("| server | requests/s | p50 / p99 / p99.9 ms | CPU µs per request | × no-op | RSS MB |");
    println!("|---|---|---|---|---|---|");
    let noop = rows.first().map_or(f64::NAN, |row| row.cpu_us);
    for Row { name, per_second, cpu_us, rss_mb, p50_ms, p99_ms, p999_ms } in rows {
        let times = cpu_us / noop;
        println!(
            "| {name} | {per_second:.0} | {p50_ms:.2} / {p99_ms:.2} / {p999_ms:.2} | {cpu_us:.1} | {times:.2} | {rss_mb:.0} |"
        );
    }
    println!();
    println!("ready in {} ms, idle RSS {:.1} MB", start_up.ready.as_millis(), start_up.idle_rss_mb);
}

/// The value below which this share of them lies, in milliseconds; `micros` are sorted.
pub(crate) fn percentile(micros: &[u32], share: f64) -> f64 {
    let position = ((micros.len() as f64 * share) as usize).min(micros.len().saturating_sub(1));
    micros.get(position).map_or(f64::NAN, |micros| f64::from(*micros) / 1_000.0)
}
