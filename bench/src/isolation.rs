//! Whether a dead and a slow destination hold up a third.
//!
//! Every event is owed to three destinations in every case, so that taking and writing it costs the same. Undisturbed,
//! the other two are paused before the load: nothing is tried there, and the third has the gateway to itself. That is
//! the strictest baseline there is: beside two healthy destinations the third would be slower, since those have their
//! deliveries made too, and a failure elsewhere would look like a gain. What is left of the undisturbed rate is what a
//! shop keeps while its analytics are down.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use crate::gateway::{Gateway, wait_for};
use crate::load::{self, Pace};
use crate::report::percentile;
use crate::sink::Sink;
use crate::{CONNECTIONS, requests};

/// Every case is measured so often, one after the other, since machines are noisy; the median counts.
const ROUNDS: usize = 5;

/// A rate that leaves the gateway room, in events a second.
const MODERATE: u32 = 500;

/// How long the slow destination takes to answer: within its concurrency it takes 160 deliveries a second.
const SLOW: Duration = Duration::from_millis(200);

/// What stands beside the third destination.
#[derive(Clone, Copy)]
enum Beside {
    TwoPaused,
    DeadAndSilent,
    DeadAndSlow,
}

impl Beside {
    const ALL: [Self; 3] = [Self::TwoPaused, Self::DeadAndSilent, Self::DeadAndSlow];

    const fn name(self) -> &'static str {
        match self {
            Self::TwoPaused => "two paused: undisturbed",
            Self::DeadAndSilent => "one dead, one that never answers",
            Self::DeadAndSlow => "one dead, one that answers after 200 ms",
        }
    }
}

/// What was seen of the third destination.
struct Seen {
    per_second: f64,
    /// Processor time of the gateway for each event, in microseconds.
    cpu_us: f64,
    p50_ms: f64,
    p99_ms: f64,
}

/// Prints the third destination's rate, the gateway's processor time and the time to delivery, each case as a multiple
/// of the undisturbed one of the same round.
pub(crate) fn run(events: usize) -> anyhow::Result<()> {
    crate::process::pin_self_to(1);
    println!("| load | beside | deliveries/s | × | CPU µs per event | × | p50 / p99 ms to delivery |");
    println!("|---|---|---|---|---|---|---|");
    rounds("saturated", events, Pace::Saturating)?;
    // At most ten seconds of it, since it takes its time.
    let moderate = events.min(10 * MODERATE as usize);
    rounds(&format!("{MODERATE}/s"), moderate, Pace::PerSecond(MODERATE))
}

fn rounds(load: &str, events: usize, pace: Pace) -> anyhow::Result<()> {
    let mut rounds: Vec<Vec<Seen>> = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let round: anyhow::Result<_> = Beside::ALL.iter().map(|beside| measure(*beside, events, pace)).collect();
        rounds.push(round?);
    }
    for (place, beside) in Beside::ALL.iter().enumerate() {
        let median = |of: &dyn Fn(&[Seen]) -> f64| median(rounds.iter().map(|round| of(round)).collect());
        println!(
            "| {load} | {} | {:.0} | {:.2} | {:.1} | {:.2} | {:.1} / {:.1} |",
            beside.name(),
            median(&|round| round[place].per_second),
            median(&|round| round[place].per_second / round[0].per_second),
            median(&|round| round[place].cpu_us),
            median(&|round| round[place].cpu_us / round[0].cpu_us),
            median(&|round| round[place].p50_ms),
            median(&|round| round[place].p99_ms),
        );
    }
    Ok(())
}

/// Starts a gateway with three destinations and sends it everything, from the first failure on.
fn measure(beside: Beside, events: usize, pace: Pace) -> anyhow::Result<Seen> {
    let (third, address) = Sink::listen()?;
    let silent = TcpListener::bind(("127.0.0.1", 0))?;
    let dead = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    let other = match beside {
        Beside::DeadAndSlow => Sink::listen_slowly(SLOW)?.1,
        Beside::TwoPaused | Beside::DeadAndSilent => silent.local_addr()?,
    };
    let gateway = Gateway::start(address, &format!("{}{}", destination("one", dead), destination("two", other)))?;
    if matches!(beside, Beside::TwoPaused) {
        gateway.pause("one")?;
        gateway.pause("two")?;
    }
    let warm_up = events / 10;
    load::run(gateway.address, &requests::make(0, warm_up), CONNECTIONS, pace, |_, _| {})?;
    wait_for(&third, warm_up)?;
    let requests = requests::make(events, events);
    let mut sent = vec![Instant::now(); events];
    let (before, began) = (gateway.server.cpu(), Instant::now());
    load::run(gateway.address, &requests, CONNECTIONS, pace, |position, at| sent[position] = at)?;
    wait_for(&third, warm_up + events)?;
    let took = began.elapsed();
    let cpu = gateway.server.cpu() - before;
    let arrivals = third.arrivals();
    let measured = arrivals.iter().filter(|(number, _)| *number >= events);
    let mut waits: Vec<u32> =
        measured.map(|(number, at)| at.saturating_duration_since(sent[number - events]).as_micros() as u32).collect();
    waits.sort_unstable();
    Ok(Seen {
        per_second: events as f64 / took.as_secs_f64(),
        cpu_us: cpu.as_secs_f64() * 1e6 / events as f64,
        p50_ms: percentile(&waits, 0.5),
        p99_ms: percentile(&waits, 0.99),
    })
}

/// A further destination that gets everything too.
fn destination(name: &str, address: SocketAddr) -> String {
    format!(
        "[[destination]]\nname = \"{name}\"\ntype = \"http\"\nurl = \"http://{address}/hook\"\n\
         secret = \"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\"\nallow = [\"127.0.0.0/8\"]\n\
         [[route]]\nto = [\"{name}\"]\n"
    )
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
