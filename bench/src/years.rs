//! A store of years: how it starts, what is looked up in it takes, and what one event more costs, beside an empty one.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use payhook_testkit::{binary, scale};
use serde_json::json;

use crate::gateway::Gateway;
use crate::load::{self, Pace};
use crate::report::percentile;
use crate::sink::Sink;
use crate::{CONNECTIONS, requests};

/// Requests made at a time: those of millions would fill the generator's own memory.
const CHUNK: usize = 50_000;
/// Dead letters: one in so many events.
const DEAD_EVERY: usize = 10_000;
/// Longest what is owed may take to be settled.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// How often a cost is measured, on as many events in all.
const MEASUREMENTS: usize = 3;
/// Each question is asked so often, after it was asked once.
const TIMES: usize = 21;
/// What a start and a look-up may take; the long run fails beyond them, others tell.
const START_MAX: Duration = Duration::from_secs(1);
const LOOK_UP_MAX: Duration = Duration::from_millis(50);

/// Fills a store with `events`, each delivered or dead, kills the gateway, and prints what a start and look-ups take then.
///
/// # Errors
/// When they take too long, in the long run.
pub(crate) fn run(events: usize) -> anyhow::Result<()> {
    crate::process::pin_self_to(1);
    let (_sink, destination) = Sink::listen_and_refuse(DEAD_EVERY)?;
    let mut gateway = Gateway::start(destination, "")?;
    let step = (events / 10).clamp(1, 2 * CHUNK);
    println!("| stored events | CPU µs per event: ingest | × empty | dispatch | × empty | ready in ms |");
    println!("|---|---|---|---|---|---|");
    // What the first requests of a process cost says nothing of the store.
    send(&gateway, 0, step)?;
    let empty = Cost::least(&gateway, step, step)?;
    let mut slowest = gateway.ready;
    println!("| {step} | {:.1} | 1.00 | {:.1} | 1.00 | {} |", empty.ingest, empty.dispatch, gateway.ready.as_millis());
    send(&gateway, 2 * step, events.saturating_sub(2 * step))?;
    gateway.wait_until_settled(PATIENCE)?;
    for killed in [false, true] {
        gateway = gateway.again(killed)?;
        slowest = slowest.max(gateway.ready);
        println!("| {events}, {} | | | | | {} |", if killed { "killed" } else { "stopped" }, gateway.ready.as_millis());
    }
    send(&gateway, events, step)?;
    let full = Cost::least(&gateway, events + step, step)?;
    let times = (full.ingest / empty.ingest, full.dispatch / empty.dispatch);
    println!("| {} | {:.1} | {:.2} | {:.1} | {:.2} | |", events + step, full.ingest, times.0, full.dispatch, times.1);
    let slowest_look_up = look_ups(&gateway, events)?;
    let fails = scale::is_long();
    ensure!(!fails || slowest <= START_MAX, "a start took {slowest:?}, more than {START_MAX:?}");
    ensure!(!fails || slowest_look_up <= LOOK_UP_MAX, "a look-up took {slowest_look_up:?}, more than {LOOK_UP_MAX:?}");
    Ok(())
}

fn send(gateway: &Gateway, first: usize, count: usize) -> anyhow::Result<()> {
    for from in (first..first + count).step_by(CHUNK) {
        let requests = requests::make(from, CHUNK.min(first + count - from));
        load::run(gateway.address, &requests, CONNECTIONS, Pace::Saturating, |_, _| {})?;
    }
    gateway.wait_until_settled(PATIENCE)
}

/// Processor time of one event, in microseconds: until it is acknowledged, and from then until it is delivered and settled.
#[derive(Clone, Copy)]
struct Cost {
    ingest: f64,
    dispatch: f64,
}

impl Cost {
    /// The least of some measurements: a busy machine adds to it and takes nothing away.
    fn least(gateway: &Gateway, first: usize, count: usize) -> anyhow::Result<Self> {
        let each = count.div_ceil(MEASUREMENTS);
        let mut least = Self { ingest: f64::INFINITY, dispatch: f64::INFINITY };
        for from in (first..first + count).step_by(each) {
            let cost = Self::of(gateway, from, each.min(first + count - from))?;
            least.ingest = least.ingest.min(cost.ingest);
            least.dispatch = least.dispatch.min(cost.dispatch);
        }
        Ok(least)
    }

    fn of(gateway: &Gateway, first: usize, count: usize) -> anyhow::Result<Self> {
        let requests = requests::make(first, count);
        let per_event = |time: Duration| time.as_secs_f64() * 1e6 / count as f64;
        gateway.pause("shop")?;
        let began = gateway.server.cpu();
        load::run(gateway.address, &requests, CONNECTIONS, Pace::Saturating, |_, _| {})?;
        let acknowledged = gateway.server.cpu();
        gateway.post("/api/v1/destinations/shop/resume", &json!({}))?;
        gateway.wait_until_settled(PATIENCE)?;
        let settled = gateway.server.cpu();
        Ok(Self { ingest: per_event(acknowledged - began), dispatch: per_event(settled - acknowledged) })
    }
}

/// Asks everything a person asks most, over the API and by the command; the slowest median.
fn look_ups(gateway: &Gateway, events: usize) -> anyhow::Result<Duration> {
    let (old, middle) = (format!("order-{:09}", events / 100), format!("order-{:09}", events / 2));
    let payment = gateway.get(&format!("/api/v1/payments?reference={middle}"))?;
    let payment = payment["data"][0]["id"].as_str().context("the order has a payment")?.to_owned();
    let by_old = format!("reference={old}");
    let questions: [(&str, String, Vec<&str>); 6] = [
        ("events list", "/api/v1/events".to_owned(), vec!["events", "list"]),
        ("events list --reference", format!("/api/v1/events?{by_old}"), vec!["events", "list", "--reference", &old]),
        ("payments list", "/api/v1/payments".to_owned(), vec!["payments", "list"]),
        ("payments show", format!("/api/v1/payments/{payment}"), vec!["payments", "show", &payment]),
        ("deliveries list", "/api/v1/deliveries".to_owned(), vec!["deliveries", "list"]),
        (
            "deliveries list --state dead",
            "/api/v1/deliveries?state=dead".to_owned(),
            vec!["deliveries", "list", "--state", "dead"],
        ),
    ];
    println!("\n| look-up | API p50 / max ms | command p50 / max ms |\n|---|---|---|");
    let mut slowest = Duration::ZERO;
    for (name, target, words) in questions {
        let api = times(|| gateway.get(&target).map(drop))?;
        let command = times(|| payhook(gateway, &words))?;
        let [(a, b), (c, d)] = [&api, &command].map(|micros| (percentile(micros, 0.5), percentile(micros, 1.0)));
        println!("| {name} | {a:.1} / {b:.1} | {c:.1} / {d:.1} |");
        slowest = slowest.max(Duration::from_secs_f64(a.max(c) / 1_000.0));
    }
    Ok(slowest)
}

/// How long it takes, in microseconds, sorted.
fn times(mut ask: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Vec<u32>> {
    ask()?;
    let mut micros = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let began = Instant::now();
        ask()?;
        micros.push(began.elapsed().as_micros() as u32);
    }
    micros.sort_unstable();
    Ok(micros)
}

fn payhook(gateway: &Gateway, words: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new(binary::payhook());
    command.args(words).arg("--config").arg(gateway.folder.path().join("payhook.toml"));
    let output = command.stdin(Stdio::null()).output()?;
    ensure!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    ensure!(!output.stdout.is_empty(), "{words:?} printed nothing");
    Ok(())
}
