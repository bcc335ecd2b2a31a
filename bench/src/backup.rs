//! What a backup costs those who wait for an acknowledgement.
//!
//! Rounds without one and rounds with one after the other under way take turns, at the same rate, on one store.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::load::{self, Pace};
use crate::report::percentile;
use crate::sink::Sink;
use crate::{CONNECTIONS, requests};

/// Each case is measured so often, in turns, since machines are noisy.
const ROUNDS: usize = 4;
/// How long each round lasts.
const SECONDS: usize = 6;
/// How often a backup is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Fills a store with `events` and prints what an acknowledgement takes at `rate` a second, undisturbed and beside backups.
pub(crate) fn run(events: usize, rate: u32) -> anyhow::Result<()> {
    crate::process::pin_self_to(1);
    let (_sink, destination) = Sink::listen()?;
    let gateway = Gateway::filled(destination, events)?;
    let mut seen = [Vec::new(), Vec::new()];
    let (mut made, mut next) = (0, events);
    let mut last = Value::Null;
    for round in 0..2 * ROUNDS {
        let count = rate as usize * SECONDS;
        let requests = requests::make(next, count);
        next += count;
        let over = AtomicBool::new(round % 2 == 0);
        let load = std::thread::scope(|scope| {
            let backups = scope.spawn(|| back_up_until(&gateway, &over));
            let load = load::run(gateway.address, &requests, CONNECTIONS, Pace::PerSecond(rate), |_, _| {});
            over.store(true, Ordering::Relaxed);
            let (more, newest) = backups.join().expect("no panic")?;
            made += more;
            last = if newest.is_null() { last.take() } else { newest };
            load
        })?;
        seen[round % 2].extend(load.latencies);
    }
    println!("| at {rate}/s on {events} events | p50 ms | p99 ms | p99.9 ms |\n|---|---|---|---|");
    for (case, latencies) in ["undisturbed", "beside backups"].iter().zip(&mut seen) {
        latencies.sort_unstable();
        let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|share| percentile(latencies, share));
        println!("| {case} | {p50:.2} | {p99:.2} | {p999:.2} |");
    }
    println!("{} backups; the last: {} bytes in {} ms", made, last["bytes"], last["took_ms"]);
    Ok(())
}

/// One backup after the other; how many, and the last.
pub(crate) fn back_up_until(gateway: &Gateway, over: &AtomicBool) -> anyhow::Result<(u32, Value)> {
    let (mut made, mut last) = (0, Value::Null);
    while !over.load(Ordering::Relaxed) {
        let file = std::path::absolute(gateway.folder.path().join("backup.db"))?;
        let begun = gateway.post("/api/v1/backups", &json!({ "file": file, "force": true }))?;
        let at = format!("/api/v1/backups/{}", begun["id"].as_str().unwrap_or_default());
        loop {
            let job = gateway.get(&at)?;
            match job["state"].as_str() {
                Some("running" | "verifying") => std::thread::sleep(LOOK_EVERY),
                Some("done") => break last = job,
                _ => anyhow::bail!("{job}"),
            }
        }
        made += 1;
    }
    Ok((made, last))
}
