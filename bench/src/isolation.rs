//! Whether a dead and a slow destination hold up a third: how fast the third is served beside two healthy ones, and
//! beside those two.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use crate::gateway::{Gateway, wait_for};
use crate::sink::Sink;
use crate::{CONNECTIONS, load, requests};

/// Prints the third destination's rate in both cases, and what is left of it.
pub(crate) fn run(events: usize) -> anyhow::Result<()> {
    crate::process::pin_self_to(1);
    let (_one, healthy_one) = Sink::listen()?;
    let (_two, healthy_two) = Sink::listen()?;
    let undisturbed = rate(events, healthy_one, healthy_two)?;
    // Takes connections and never answers: each try lasts its whole timeout.
    let slow = TcpListener::bind(("127.0.0.1", 0))?;
    let dead = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    let beside = rate(events, dead, slow.local_addr()?)?;
    println!("| beside | third destination's deliveries/s | × undisturbed |");
    println!("|---|---|---|");
    println!("| two healthy ones | {undisturbed:.0} | 1.00 |");
    println!("| one dead, one that never answers | {beside:.0} | {:.2} |", beside / undisturbed);
    Ok(())
}

fn rate(events: usize, one: SocketAddr, two: SocketAddr) -> anyhow::Result<f64> {
    let (third, address) = Sink::listen()?;
    let gateway = Gateway::start(address, &format!("{}{}", other("one", one), other("two", two)))?;
    // Long enough for the breaker to have opened.
    let warm_up = events / 10;
    load::run(gateway.address, &requests::make(0, warm_up), CONNECTIONS, |_, _| {})?;
    wait_for(&third, warm_up)?;
    std::thread::sleep(Duration::from_secs(1));
    let requests = requests::make(events, events);
    let began = Instant::now();
    load::run(gateway.address, &requests, CONNECTIONS, |_, _| {})?;
    wait_for(&third, warm_up + events)?;
    Ok(events as f64 / began.elapsed().as_secs_f64())
}

/// A further destination that gets everything too.
fn other(name: &str, address: SocketAddr) -> String {
    format!(
        "[[destination]]\nname = \"{name}\"\ntype = \"http\"\nurl = \"http://{address}/hook\"\n\
         secret = \"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\"\nallow = [\"127.0.0.0/8\"]\n\
         [[route]]\nto = [\"{name}\"]\n"
    )
}
