//! Benchmarks, as ratios in one run: machines are noisy, so no absolute figure is worth keeping.
//!
//! `cargo run --release -p payhook-bench` starts one server after the other on processor 0, loads it from processor 1,
//! and prints a table. Every server is given the same requests: one Adyen notification each, correctly signed, a new
//! pspReference every time.
//!
//! - `requests`: the notifications, signed before the run.
//! - `load`: the generator: many connections on one epoll.
//! - `servers`: what the gateway is compared with: a fixed answer, the same after verifying, and when the body is on disk.
//! - `keepers`: a file and a SQLite database that take bodies, and do nothing else.
//! - `sink`: a receiver of deliveries that costs almost nothing.
//! - `gateway`: the shipped binary, with its default configuration and one route.
//! - `admin`: its API.
//! - `process`: a child's processor time and memory.
//! - `curve`: the cost of a notification as the store grows.
//! - `years`: a store of years: its start, look-ups in it, one event more.
//! - `parts`: folding and routing by themselves. `isolation`: what a dead and a slow destination cost a third.
//! - `owed`: what a backlog costs. `replay`: everything sent again.
//! - `backup`: what a backup costs those who wait for an acknowledgement. `upkeep`: the same of pruning, checkpoints, pages given
//!   back, and a backup.
//! - `declared`: a declared scheme beside the bare digest.
//! - `compress`: whether it would pay to compress bodies.
//! - `report`: the table.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark speaks to a terminal")]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "a workshop tool may stop where it stands")]

mod admin;
mod backup;
mod compress;
mod curve;
mod declared;
mod gateway;
mod isolation;
mod keepers;
mod load;
mod owed;
mod parts;
mod process;
mod replay;
mod report;
mod requests;
mod servers;
mod sink;
mod upkeep;
mod years;

use std::process::ExitCode;

use anyhow::bail;

/// Requests per measured server, after a tenth of that as warm-up.
const REQUESTS: usize = 200_000;

/// Connections the generator keeps open.
const CONNECTIONS: usize = 64;

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => compare("", REQUESTS)?,
        ["--requests", count] => compare("", count.parse()?)?,
        ["--only", row, count] => compare(row, count.parse()?)?,
        ["--curve", events] => curve::run(events.parse()?)?,
        ["--years", events] => years::run(events.parse()?)?,
        ["--fold"] => parts::fold()?,
        ["--routes", count] => parts::routes(count.parse()?)?,
        ["--isolation", events] => isolation::run(events.parse()?)?,
        ["--owed", deliveries] => owed::run(deliveries.parse()?)?,
        ["--replay", events] => replay::run(events.parse()?)?,
        ["--backup", events, rate] => backup::run(events.parse()?, rate.parse()?)?,
        ["--upkeep", events, rate] => upkeep::run(events.parse()?, rate.parse()?)?,
        ["--declared"] => declared::run()?,
        ["--compress"] => compress::run(),
        ["serve", "noop"] => servers::noop()?,
        ["serve", "verify"] => servers::verify()?,
        ["serve", "line"] => servers::verify_and_keep(keepers::Lines::open()?)?,
        ["serve", "row"] => servers::verify_and_keep(keepers::Rows::open()?)?,
        _ => bail!(
            "usage: payhook-bench [--requests N | --only ROW N | --curve EVENTS | --years EVENTS | --fold | --routes N | --isolation EVENTS \
             | --owed DELIVERIES | --replay EVENTS | --backup EVENTS RATE | --upkeep EVENTS RATE | --declared | --compress]"
        ),
    }
    Ok(ExitCode::SUCCESS)
}

/// The table: from a fixed answer to a settled delivery. Rows whose name does not contain `only` are left out, but for
/// the first, which the others are measured by.
fn compare(only: &str, requests: usize) -> anyhow::Result<()> {
    process::pin_self_to(1);
    let start_up = gateway::start_up()?;
    let mut rows = vec![report::Row::of("no-op hyper server", servers::measure("noop", requests)?)];
    let wanted = |name: &str| name.contains(only);
    for (name, server) in [("verify only", "verify"), ("a file, synced", "line"), ("a row in SQLite, synced", "row")] {
        if wanted(name) {
            rows.push(report::Row::of(name, servers::measure(server, requests)?));
        }
    }
    if wanted("durable acknowledgement") {
        rows.push(report::Row::of("durable acknowledgement", gateway::acknowledge(requests)?));
    }
    if wanted("end to end") {
        let (acknowledged, delivered) = gateway::end_to_end(requests)?;
        rows.push(report::Row::of("end to end, to the answer", acknowledged));
        rows.push(report::Row::of("end to end, to the delivery", delivered));
    }
    report::print(&rows, &start_up);
    Ok(())
}
