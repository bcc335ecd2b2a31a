//! The cost of a notification as the store grows: the same load again and again on one store.

use crate::gateway::Gateway;
use crate::sink::Sink;
use crate::{CONNECTIONS, load, requests};

/// Notifications sent between two measurements.
const STEP: usize = 100_000;

/// How many steps lie between two lines of the table.
const STEPS_PER_LINE: usize = 5;

/// Sends `events` notifications and prints what one costs along the way, delivery included.
pub(crate) fn run(events: usize) -> anyhow::Result<()> {
    crate::process::pin_self_to(1);
    let (_sink, destination) = Sink::listen()?;
    let gateway = Gateway::start(destination, "")?;
    println!("| stored events | CPU µs per event | × first | requests/s | RSS MB | file MB |");
    println!("|---|---|---|---|---|---|");
    let mut first = None;
    for step in 0..events.div_ceil(STEP) {
        let requests = requests::make(step * STEP, STEP);
        let before = gateway.server.cpu();
        let load = load::run(gateway.address, &requests, CONNECTIONS, load::Pace::Saturating, |_, _| {})?;
        let cost = (gateway.server.cpu() - before).as_secs_f64() * 1e6 / STEP as f64;
        let first = *first.get_or_insert(cost);
        if step % STEPS_PER_LINE == 0 || (step + 1) * STEP >= events {
            let stored = step * STEP;
            let file = std::fs::metadata(gateway.folder.path().join("payhook.db")).map_or(0, |meta| meta.len() >> 20);
            let rate = STEP as f64 / load.took.as_secs_f64();
            let (times, rss) = (cost / first, gateway.server.rss_mb());
            println!("| {stored} | {cost:.1} | {times:.2} | {rate:.0} | {rss:.0} | {file} |");
        }
    }
    Ok(())
}
