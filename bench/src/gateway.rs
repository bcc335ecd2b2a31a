//! The shipped binary, with its default configuration and one route.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::bail;
use tempfile::TempDir;

use crate::load::{self, Pace};
use crate::process::Server;
use crate::report::{Measured, StartUp};
use crate::sink::Sink;
use crate::{CONNECTIONS, requests};

/// Longest a gateway may take to start, and deliveries to arrive.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running gateway and the folder it writes to.
pub(crate) struct Gateway {
    pub(crate) server: Server,
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) folder: TempDir,
    pub(crate) ready: Duration,
    config: PathBuf,
}

impl Gateway {
    /// Starts one that owes every event to `destination`.
    pub(crate) fn start(destination: SocketAddr, more: &str) -> anyhow::Result<Self> {
        std::fs::create_dir_all(disk())?;
        let folder = tempfile::Builder::new().prefix("payhook-bench").tempdir_in(disk())?;
        Self::start_in(folder, destination, more, &[])
    }

    /// Ends it, and starts another on its store by a clock that is turned.
    pub(crate) fn turned(self, destination: SocketAddr, offset: &str) -> anyhow::Result<Self> {
        let Self { server, folder, .. } = self;
        drop(server);
        Self::start_in(folder, destination, "", &[&format!("--clock-offset={offset}")])
    }

    fn start_in(folder: TempDir, destination: SocketAddr, more: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        let (public, admin) = (free_address()?, free_address()?);
        let config = folder.path().join("payhook.toml");
        std::fs::write(&config, configuration(public, admin, destination, more))?;
        let (server, ready) = serve(&config, public, arguments)?;
        Ok(Self { server, address: public, admin, folder, ready, config })
    }

    /// Starts one that has taken and delivered `events`.
    pub(crate) fn filled(destination: SocketAddr, events: usize) -> anyhow::Result<Self> {
        let gateway = Self::start(destination, "")?;
        load::run(gateway.address, &requests::make(0, events), CONNECTIONS, Pace::Saturating, |_, _| {})?;
        gateway.wait_until_settled(Duration::from_secs(600))?;
        Ok(gateway)
    }

    /// The same again on the same store, after it was stopped or killed.
    pub(crate) fn again(self, killed: bool) -> anyhow::Result<Self> {
        let Self { server, address, admin, folder, config, .. } = self;
        if killed {
            drop(server);
        } else {
            server.stop()?;
        }
        let (server, ready) = serve(&config, address, &[])?;
        Ok(Self { server, address, admin, folder, ready, config })
    }
}

/// Starts the binary and waits until it listens; how long that took.
fn serve(config: &Path, public: SocketAddr, arguments: &[&str]) -> anyhow::Result<(Server, Duration)> {
    let binary = payhook_testkit::binary::payhook();
    let started = Instant::now();
    let config = config.to_string_lossy();
    let arguments = [&["serve", "--config", &config], arguments].concat();
    let server = Server::start(&binary.to_string_lossy(), &arguments)?;
    while TcpStream::connect(public).is_err() {
        if started.elapsed() > PATIENCE {
            bail!("the gateway did not start");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok((server, started.elapsed()))
}

/// How long a start takes, and what an idle gateway holds.
pub(crate) fn start_up() -> anyhow::Result<StartUp> {
    let (_sink, destination) = Sink::listen()?;
    let gateway = Gateway::start(destination, "")?;
    std::thread::sleep(Duration::from_secs(1));
    Ok(StartUp { ready: gateway.ready, idle_rss_mb: gateway.server.rss_mb() })
}

/// Everything written, deliveries included, none made: the destination takes one connection and never answers.
pub(crate) fn acknowledge(count: usize) -> anyhow::Result<Measured> {
    acknowledge_with(count, "")
}

/// The same with more tables behind the destination's keys.
pub(crate) fn acknowledge_with(count: usize, more: &str) -> anyhow::Result<Measured> {
    let silent = TcpListener::bind(("127.0.0.1", 0))?;
    let gateway = Gateway::start(silent.local_addr()?, &format!("concurrency = 1\ntimeout = \"60s\"\n{more}"))?;
    load::run(gateway.address, &requests::make(0, count / 10), CONNECTIONS, Pace::Saturating, |_, _| {})?;
    let requests = requests::make(count, count);
    let before = gateway.server.cpu();
    let load = load::run(gateway.address, &requests, CONNECTIONS, Pace::Saturating, |_, _| {})?;
    let cpu = gateway.server.cpu() - before;
    Ok(Measured { requests: count, took: load.took, cpu, rss_mb: gateway.server.rss_mb(), latencies: load.latencies })
}

/// Acknowledged, delivered signed, settled on disk: latencies to the answer, and to the delivery's arrival.
pub(crate) fn end_to_end(count: usize) -> anyhow::Result<(Measured, Measured)> {
    let (sink, destination) = Sink::listen()?;
    let gateway = Gateway::start(destination, "")?;
    let warm_up = count / 10;
    load::run(gateway.address, &requests::make(0, warm_up), CONNECTIONS, Pace::Saturating, |_, _| {})?;
    wait_for(&sink, warm_up)?;
    let requests = requests::make(count, count);
    let mut sent = vec![Instant::now(); count];
    let before = gateway.server.cpu();
    let started = Instant::now();
    let load =
        load::run(gateway.address, &requests, CONNECTIONS, Pace::Saturating, |position, at| sent[position] = at)?;
    wait_for(&sink, warm_up + count)?;
    let took = started.elapsed();
    // The last settlements are written while nothing else happens.
    std::thread::sleep(Duration::from_millis(200));
    let (cpu, rss_mb) = (gateway.server.cpu() - before, gateway.server.rss_mb());
    let arrivals = sink.arrivals();
    let measured = arrivals.iter().filter(|(number, _)| *number >= count);
    let to_delivery = measured.map(|(number, at)| at.duration_since(sent[number - count]).as_micros() as u32).collect();
    Ok((
        Measured { requests: count, took, cpu, rss_mb, latencies: load.latencies },
        Measured { requests: count, took, cpu, rss_mb, latencies: to_delivery },
    ))
}

pub(crate) fn wait_for(sink: &Sink, count: usize) -> anyhow::Result<()> {
    let started = Instant::now();
    while sink.count() < count {
        if started.elapsed() > PATIENCE {
            bail!("{} of {count} deliveries after {PATIENCE:?}", sink.count());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

fn configuration(public: SocketAddr, admin: SocketAddr, destination: SocketAddr, more: &str) -> String {
    format!(
        r#"version = 1
[server]
public = "{public}"
admin = "{admin}"
[[source]]
name = "adyen"
provider = "adyen"
keys = ["{key}"]
[[destination]]
name = "shop"
type = "http"
url = "http://{destination}/webhooks/payhook"
secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
allow = ["127.0.0.0/8"]
{more}
[[route]]
events = ["*"]
to = ["shop"]
"#,
        key = requests::KEY
    )
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

/// A folder on a real disk: a temporary one may live in memory, where syncing costs nothing.
pub(crate) fn disk() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from)
}
