//! Everything that is stored, sent again: how fast, at what cost, in how much memory, and that each event comes once
//! more while the old deliveries stay as they were.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::load::{self, Pace};
use crate::sink::Sink;
use crate::{CONNECTIONS, requests};

/// Requests made at a time: those of a million would fill the generator's own memory.
const CHUNK: usize = 50_000;

/// Longest any part may take.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// The most a replay may be asked for, in deliveries a second.
const RATE: u32 = 5_000;

/// What stands in the store of one generation of deliveries.
#[derive(Debug, Default, PartialEq, Eq)]
struct Generation {
    rows: usize,
    delivered_at_once: usize,
    /// A sum of digests of the rows, in whatever order they are listed.
    digest: u64,
}

/// Stores `count` events and delivers them, then replays them all and prints what that took.
///
/// # Errors
/// When an event does not come exactly once more, or an old delivery is not as it was.
pub(crate) fn run(count: usize) -> anyhow::Result<()> {
    crate::process::pin_self_to(1);
    let (sink, destination) = Sink::listen()?;
    let gateway = Gateway::start(destination, "")?;
    for first in (0..count).step_by(CHUNK) {
        let requests = requests::make(first, CHUNK.min(count - first));
        load::run(gateway.address, &requests, CONNECTIONS, Pace::Saturating, |_, _| {})?;
    }
    gateway.wait_until_settled(PATIENCE)?;
    let [old, none] = generations(&gateway)?;
    ensure!((old.rows, none.rows) == (count, 0), "{count} events, and {old:?} and {none:?}");

    let (before, began) = (gateway.server.cpu(), Instant::now());
    let replay = gateway.post("/api/v1/replays", &json!({ "rate": RATE }))?;
    let target = format!("/api/v1/replays/{}", replay["id"].as_str().context("a replay has an id")?);
    // Before it, and when each quarter has come.
    let mut rss = vec![gateway.server.rss_mb()];
    while gateway.get(&target)?["state"] == "running" || sink.count() < 2 * count {
        ensure!(began.elapsed() < PATIENCE, "{} of {count} after {PATIENCE:?}", sink.count() - count);
        if rss.len() < 4 && sink.count() - count >= count * rss.len() / 4 {
            rss.push(gateway.server.rss_mb());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let took = began.elapsed();
    rss.push(gateway.server.rss_mb());
    gateway.wait_until_settled(PATIENCE)?;
    let cpu = gateway.server.cpu() - before;

    each_came_twice(&sink, count)?;
    let [still, new] = generations(&gateway)?;
    ensure!(still == old, "the old deliveries were {old:?} and are {still:?}");
    ensure!((new.rows, new.delivered_at_once) == (count, count), "of {count} new deliveries there are {new:?}");
    let rss: Vec<String> = rss.iter().map(|rss| format!("{rss:.0}")).collect();
    println!("| replayed | deliveries/s | CPU µs per delivery | RSS MB before, and after each quarter |");
    println!("|---|---|---|---|");
    println!(
        "| {count} | {:.0} | {:.1} | {} |",
        count as f64 / took.as_secs_f64(),
        cpu.as_secs_f64() * 1e6 / count as f64,
        rss.join(", "),
    );
    Ok(())
}

fn each_came_twice(sink: &Sink, count: usize) -> anyhow::Result<()> {
    let mut times = vec![0_u32; count];
    for (number, _) in sink.arrivals() {
        times[number] += 1;
    }
    let wrong = times.iter().filter(|times| **times != 2).count();
    ensure!(wrong == 0, "{wrong} of {count} events did not come exactly once more");
    Ok(())
}

/// The first generation of deliveries, and the one a replay makes.
fn generations(gateway: &Gateway) -> anyhow::Result<[Generation; 2]> {
    let mut found = <[Generation; 2]>::default();
    let mut cursor = String::new();
    loop {
        let page = gateway.get(&format!("/api/v1/deliveries?limit=500{cursor}"))?;
        for row in page["data"].as_array().context("a page has rows")? {
            let id = row["id"].as_str().context("a delivery has an id")?;
            let number: usize = id.rsplit('_').next().and_then(|last| last.parse().ok()).context("of a generation")?;
            let place = number.checked_sub(1).context("generations are counted from 1")?;
            found.get_mut(place).context("a generation nobody asked for")?.add(row);
        }
        match &page["next_cursor"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => return Ok(found),
        }
    }
}

impl Generation {
    fn add(&mut self, row: &Value) {
        let mut hasher = DefaultHasher::new();
        row.to_string().hash(&mut hasher);
        self.digest = self.digest.wrapping_add(hasher.finish());
        self.rows += 1;
        self.delivered_at_once += usize::from(row["state"] == "delivered" && row["attempts"] == 1);
    }
}
