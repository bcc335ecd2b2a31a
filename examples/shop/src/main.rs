//! The shop as a program, configured by its environment: see the README beside it.

#![allow(clippy::print_stdout, reason = "an example says where it listens")]

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use payhook_example_shop::{Settings, Shop};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Where it listens unless `PORT` says otherwise.
const PORT: u16 = 3000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false).init();
    let port = match variable("PORT") {
        Some(port) => port.parse().with_context(|| format!("PORT: {port:?} is no port"))?,
        None => PORT,
    };
    // Loopback: buyers from elsewhere come through whatever ends TLS for the shop.
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await;
    let listener = listener.with_context(|| format!("port {port} cannot be used; hint: set PORT"))?;
    let address = listener.local_addr()?;
    let shop = Shop::open(&Settings::read(address.port(), variable)?)?;
    println!("listening on {address}");
    shop.serve(listener, stop()?).await?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, configured by its environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Completes at Ctrl-C, or when a service manager asks.
fn stop() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
