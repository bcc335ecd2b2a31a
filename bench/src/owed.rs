//! What a backlog costs: memory while its destination is down, and how long what comes new waits while it drains.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use anyhow::bail;
use serde_json::json;

use crate::gateway::Gateway;
use crate::load::{self, Pace};
use crate::report::percentile;
use crate::sink::Sink;
use crate::{CONNECTIONS, requests};

/// Requests made at a time: those of a million would fill the generator's own memory.
const CHUNK: usize = 50_000;

/// New events a second while the backlog drains, and after.
const NEW_PER_SECOND: u32 = 100;

/// Longest the backlog may take to drain.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// Owes `count` deliveries to a destination that refuses connections, then lets it come back.
pub(crate) fn run(count: usize) -> anyhow::Result<()> {
    crate::process::pin_self_to(1);
    let down = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    let gateway = Gateway::start(down, "")?;
    println!("| deliveries owed | CPU µs per event | RSS MB |");
    println!("|---|---|---|");
    println!("| 0 | | {:.1} |", gateway.server.rss_mb());
    for quarter in 0..4 {
        let (first, last) = (count * quarter / 4, count * (quarter + 1) / 4);
        let before = gateway.server.cpu();
        send(&gateway, first, last)?;
        let cost = (gateway.server.cpu() - before).as_secs_f64() * 1e6 / (last - first).max(1) as f64;
        println!("| {} | {cost:.1} | {:.1} |", gateway.deliveries("pending")?, gateway.server.rss_mb());
    }
    come_back(&gateway, count, &Sink::listen_at(down)?)
}

fn send(gateway: &Gateway, first: usize, last: usize) -> anyhow::Result<()> {
    for from in (first..last).step_by(CHUNK) {
        let requests = requests::make(from, CHUNK.min(last - from));
        load::run(gateway.address, &requests, CONNECTIONS, Pace::Saturating, |_, _| {})?;
    }
    Ok(())
}

/// The destination takes everything again, and new events come at a steady rate: first while there is a backlog, then
/// for as long without one.
fn come_back(gateway: &Gateway, count: usize, sink: &Sink) -> anyhow::Result<()> {
    // The few that failed before the destination was left to rest come when that rest would have been over.
    let most = count - count / 100;
    let began = Instant::now();
    gateway.post("/api/v1/destinations/shop/resume", &json!({}))?;
    let mut sent: Vec<Instant> = Vec::new();
    let mut rss: f64 = 0.0;
    while sink.count_below(count) < most {
        if began.elapsed() > PATIENCE {
            bail!("{} of {count} deliveries after {PATIENCE:?}", sink.count_below(count));
        }
        send_new(gateway, count, &mut sent, NEW_PER_SECOND as usize / 2)?;
        rss = rss.max(gateway.server.rss_mb());
    }
    let during = sent.len();
    send_new(gateway, count, &mut sent, during.max(NEW_PER_SECOND as usize))?;
    let arrivals = sink.arrivals();
    let last = arrivals.iter().filter(|(number, _)| *number < count).nth(most.saturating_sub(1));
    let drained = last.map_or(Duration::ZERO, |(_, at)| at.duration_since(began));
    println!();
    println!(
        "back after {count} were owed: 99 % in {:.1} s, {:.0}/s, {rss:.1} MB at most",
        drained.as_secs_f64(),
        most as f64 / drained.as_secs_f64()
    );
    let waits = |from: usize, to: usize| {
        let of = |(number, at): &(usize, Instant)| {
            let place = number.checked_sub(count).filter(|place| (from..to).contains(place))?;
            Some(at.saturating_duration_since(sent[place]).as_micros() as u32)
        };
        let mut waits: Vec<u32> = arrivals.iter().filter_map(of).collect();
        waits.sort_unstable();
        (waits.len(), percentile(&waits, 0.5), percentile(&waits, 0.99))
    };
    println!();
    println!("| new events, {NEW_PER_SECOND}/s | sent | p50 / p99 ms to the first attempt |");
    println!("|---|---|---|");
    for (name, (sent, p50, p99)) in
        [("while the backlog drains", waits(0, during)), ("without a backlog", waits(during, sent.len()))]
    {
        println!("| {name} | {sent} | {p50:.1} / {p99:.1} |");
    }
    Ok(())
}

fn send_new(gateway: &Gateway, count: usize, sent: &mut Vec<Instant>, more: usize) -> anyhow::Result<()> {
    let requests = requests::make(count + sent.len(), more);
    load::run(gateway.address, &requests, CONNECTIONS, Pace::PerSecond(NEW_PER_SECOND), |_, at| sent.push(at))?;
    Ok(())
}
