//! What the store's upkeep costs those who wait for an acknowledgement.
//!
//! Rounds of the same moderate load take turns on one store: undisturbed, and beside pruning, beside a backup, and beside pages
//! that are given back. Copying the log (checkpoints) belongs to every round, since the log is never long; it is told
//! apart inside the undisturbed ones, by whether the database's file was written to while a request waited.
//!
//! What is compared is the p99 of half a second, the median of all of them: a disk that stalls now and then by itself spoils
//! a few of them and not the rest. How many took more than twice the undisturbed median is told beside it, so that nothing
//! that happens seldom is hidden.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::load::{self, Load, Pace};
use crate::report::percentile;
use crate::sink::Sink;
use crate::{CONNECTIONS, backup, requests};

/// Each case is measured so often, in turns, since machines are noisy.
const ROUNDS: usize = 5;
/// How long a round lasts.
const ROUND: Duration = Duration::from_secs(4);
/// A round is cut into slices of this length, and the rest is left out.
const SLICE: Duration = Duration::from_millis(500);
/// Free pages last for fewer and shorter ones.
const ROUNDS_OF_PAGES: usize = 3;
const ROUND_OF_PAGES: Duration = Duration::from_secs(2);
/// How far the clock is turned, so that bytes and attempts are old and events are not; and so that everything is.
const TURNED: &str = "200d";
const TURNED_FAR: &str = "1000d";
/// The place in a sweep behind which no events go, and the one at which pages are given back.
const PAYMENTS: &str = "1.0.0.0";
const PAGES: &str = "6.0.0.0";
/// How often it is looked whether the database's file was written to, and how long before and after that it counts.
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// A checkpoint is over when the file was not written to for so long.
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(50);

/// What happens beside the load until it is over.
type Beside<'b> = &'b (dyn Fn(&Gateway, &AtomicBool) -> anyhow::Result<()> + Sync);

/// A case, and the p50 and p99 of each slice of its rounds, in milliseconds.
struct Case<'b> {
    name: &'static str,
    beside: Beside<'b>,
    slices: Vec<(f64, f64)>,
}

impl<'b> Case<'b> {
    fn new(name: &'static str, beside: Beside<'b>) -> Self {
        Self { name, beside, slices: Vec::new() }
    }

    fn p99(&self) -> f64 {
        median(self.slices.iter().map(|(_, p99)| *p99))
    }
}

/// The load, and which notification comes next.
struct Stream {
    rate: u32,
    next: usize,
}

/// Fills a store with `events` and prints what an acknowledgement takes at `rate` a second, undisturbed and beside upkeep.
pub(crate) fn run(events: usize, rate: u32) -> anyhow::Result<()> {
    crate::process::pin_self_to(1);
    let (_sink, destination) = Sink::listen()?;
    let gateway = Gateway::filled(destination, events)?;
    let gateway = gateway.turned(destination, TURNED)?;
    let place = Mutex::new(begin(&gateway)?);
    let mut stream = Stream { rate, next: events };
    println!(
        "| at {rate}/s on {events} events, beside | p50 ms | p99 ms | × undisturbed | above twice |\n|---|---|---|---|---|"
    );

    let prune = |gateway: &Gateway, over: &AtomicBool| prune_until(gateway, over, &place, PAGES);
    let back_up = |gateway: &Gateway, over: &AtomicBool| backup::back_up_until(gateway, over).map(drop);
    let mut cases = [Case::new("nothing", &idle), Case::new("pruning", &prune), Case::new("a backup", &back_up)];
    let copied = rounds(&gateway, &mut stream, &mut cases, (ROUNDS, ROUND))?;
    print(&cases);
    print_checkpoints(&copied, &cases[0]);

    // The load has used again what was freed: now whole events go, faster than it could.
    let gateway = gateway.turned(destination, TURNED_FAR)?;
    let place = Mutex::new(begin(&gateway)?);
    prune_until(&gateway, &AtomicBool::new(false), &place, PAYMENTS)?;
    let mut cases = [Case::new("nothing", &idle), Case::new("pages given back", &give_back_until)];
    rounds(&gateway, &mut stream, &mut cases, (ROUNDS_OF_PAGES, ROUND_OF_PAGES))?;
    print(&cases);
    println!("\nthe store's file: {}", gateway.get("/api/v1/status")?["store"]["file"]);
    Ok(())
}

/// Runs every case in turns; of the first, how long requests took beside each checkpoint.
fn rounds(
    gateway: &Gateway,
    stream: &mut Stream,
    cases: &mut [Case<'_>],
    (many, lasts): (usize, Duration),
) -> anyhow::Result<Vec<Vec<u32>>> {
    let mut copied = Vec::new();
    let database = gateway.folder.path().join("payhook.db");
    for _ in 0..many {
        for (position, case) in cases.iter_mut().enumerate() {
            let count = (f64::from(stream.rate) * lasts.as_secs_f64()) as usize;
            let requests = requests::make(stream.next, count);
            stream.next += count;
            let over = AtomicBool::new(false);
            let (load, written) = std::thread::scope(|scope| {
                let beside = scope.spawn(|| (case.beside)(gateway, &over));
                let written = scope.spawn(|| writes_until(&database, &over));
                let pace = Pace::PerSecond(stream.rate);
                let load = load::run(gateway.address, &requests, CONNECTIONS, pace, |_, _| {});
                over.store(true, Ordering::Relaxed);
                beside.join().expect("no panic")?;
                anyhow::Ok((load?, written.join().expect("no panic")))
            })?;
            if position == 0 {
                copied.extend(by_checkpoint(&load, &written));
            }
            case.slices.extend(slices(&load));
        }
    }
    Ok(copied)
}

/// The p50 and p99 of every whole slice.
fn slices(load: &Load) -> Vec<(f64, f64)> {
    let Some(began) = load.sent_at.iter().min() else { return Vec::new() };
    let mut slices: BTreeMap<u128, Vec<u32>> = BTreeMap::new();
    for (sent_at, micros) in load.sent_at.iter().zip(&load.latencies) {
        slices.entry(sent_at.duration_since(*began).as_nanos() / SLICE.as_nanos()).or_default().push(*micros);
    }
    slices.into_values().map(percentiles).collect()
}

fn percentiles(mut latencies: Vec<u32>) -> (f64, f64) {
    latencies.sort_unstable();
    (percentile(&latencies, 0.5), percentile(&latencies, 0.99))
}

/// When the file was seen to have been written to.
fn writes_until(file: &Path, over: &AtomicBool) -> Vec<Instant> {
    let (mut seen, mut before) = (Vec::new(), None);
    while !over.load(Ordering::Relaxed) {
        let now = file.metadata().and_then(|meta| meta.modified()).ok();
        if before.is_some() && now != before {
            seen.push(Instant::now());
        }
        before = now;
        std::thread::sleep(LOOK_EVERY);
    }
    seen
}

/// How long those requests took that waited while the file was written to, for each time that this went on without a pause.
fn by_checkpoint(load: &Load, written: &[Instant]) -> Vec<Vec<u32>> {
    let mut ends: Vec<(Instant, Instant)> = Vec::new();
    for at in written {
        match ends.last_mut() {
            Some((_, end)) if *at - *end < CHECKPOINT_PAUSE => *end = *at,
            _ => ends.push((*at, *at)),
        }
    }
    let beside = |(begins, ends): &(Instant, Instant)| {
        let requests = load.sent_at.iter().zip(&load.latencies);
        let waited = requests.filter(|(sent_at, micros)| {
            let answered = **sent_at + Duration::from_micros(u64::from(**micros));
            **sent_at <= *ends + LOOK_EVERY && answered + LOOK_EVERY >= *begins
        });
        waited.map(|(_, micros)| *micros).collect()
    };
    ends.iter().map(beside).filter(|requests: &Vec<u32>| !requests.is_empty()).collect()
}

fn print(cases: &[Case<'_>]) {
    let undisturbed = cases[0].p99();
    for case in cases {
        let p50 = median(case.slices.iter().map(|(p50, _)| *p50));
        let (p99, times) = (case.p99(), case.p99() / undisturbed);
        let above = case.slices.iter().filter(|(_, p99)| *p99 > 2.0 * undisturbed).count();
        println!("| {} | {p50:.2} | {p99:.2} | {times:.2} | {above} of {} |", case.name, case.slices.len());
    }
}

fn print_checkpoints(copied: &[Vec<u32>], undisturbed: &Case<'_>) {
    let each: Vec<(f64, f64)> = copied.iter().cloned().map(percentiles).collect();
    let (p50, p99) = (median(each.iter().map(|(p50, _)| *p50)), median(each.iter().map(|(_, p99)| *p99)));
    let above = each.iter().filter(|(_, p99)| *p99 > 2.0 * undisturbed.p99()).count();
    let times = p99 / undisturbed.p99();
    println!("| a checkpoint | {p50:.2} | {p99:.2} | {times:.2} | {above} of {} |", each.len());
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn idle(_: &Gateway, _: &AtomicBool) -> anyhow::Result<()> {
    Ok(())
}

/// Says that the clock is right; where the sweep goes on.
fn begin(gateway: &Gateway) -> anyhow::Result<Value> {
    Ok(gateway.post("/api/v1/prune", &json!({ "yes": true }))?["next"].clone())
}

/// Prunes from `place` on, up to `end`.
fn prune_until(gateway: &Gateway, over: &AtomicBool, place: &Mutex<Value>, end: &str) -> anyhow::Result<()> {
    let mut place = place.lock().expect("not poisoned");
    while !over.load(Ordering::Relaxed) && place.as_str().is_some_and(|place| place < end) {
        *place = gateway.post("/api/v1/prune", &json!({ "place": *place }))?["next"].clone();
    }
    Ok(())
}

fn give_back_until(gateway: &Gateway, over: &AtomicBool) -> anyhow::Result<()> {
    let mut returned = 0;
    while !over.load(Ordering::Relaxed) {
        let part = gateway.post("/api/v1/prune", &json!({ "place": PAGES }))?;
        returned += part["returned_bytes"].as_u64().unwrap_or(0);
        if part["next"].is_null() && returned == 0 {
            anyhow::bail!("there are no pages to give back: fill the store with more events");
        }
        if part["next"].is_null() {
            std::thread::sleep(LOOK_EVERY);
        }
    }
    Ok(())
}
