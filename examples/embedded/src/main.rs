//! A program that runs the gateway inside itself: `cargo run -p embedded` beside a `payhook.toml`.
//!
//! Each handler is owed its event in the transaction that stores the event, and is called again until it returns `Ok`.
//! An event may come twice, after a crash at the wrong moment: a handler knows it by `event.id`.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use payhook_gateway::clock;
use payhook_gateway::config::{self, LoadOptions, Variables};
use payhook_gateway::embed::{Embedded, Event, HandlerError};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options =
        LoadOptions { file: None, directory: ".".into(), variables: Variables::of_process(), now: clock::now() };
    let config = config::load(options)?.config;
    let gateway =
        Embedded::new(config).on("payment.authorised", mark_paid)?.on("dispute.*", stop_shipping)?.start().await?;
    println!("listening on {}", gateway.public_address()?);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.send_replace(true);
        }
    });
    gateway.serve(stopped).await;
    Ok(())
}

async fn mark_paid(event: Event) -> Result<(), HandlerError> {
    let Some(order) = event.reference() else {
        return Err(HandlerError::Never("an authorisation without an order".to_owned()));
    };
    println!("{order} is paid: {}, try {}", event.data()["payment"]["authorised"], event.attempt);
    Ok(())
}

async fn stop_shipping(event: Event) -> Result<(), HandlerError> {
    // The first try fails, to show that it comes again.
    if event.attempt == 1 {
        return Err(HandlerError::Again("the warehouse does not answer".to_owned()));
    }
    println!("{} is disputed: {}, try {}", event.reference().unwrap_or("?"), event.kind(), event.attempt);
    Ok(())
}
