//! The front door: the `payhook` binary. Nothing here is a library's work.
//!
//! - `args`: what can be typed; one file per command below it says what that command takes and does.
//! - `serve`, `check`, `init`, `keys`: the gateway and what it needs.
//! - `demo`: all of it on loopback, told in plain words.
//! - `sandbox`: the other side, as a server: a pretend Adyen and Banked.
//! - `trigger`: the other side: signs and sends what a provider would.
//! - `verify`: why a captured notification does not verify.
//! - `events`, `payments`, `deliveries`, `quarantine`, `aside`, `conflicts`, `routes`, `destinations`, `replay`:
//!   questions and commands to a running gateway, through `client` (its API) and `follow` (its stream of events).
//! - `doctor`: what goes wrong slowly, and what to do.
//! - `backup`: a copy of the store; `missing`: what came after it.
//! - `settings`: where the configuration and the running gateway are. `providers`: who a command names.
//! - `stop`: the signals that end what runs until it is told to.
//! - `output`: the only place that prints; `table` and `fields` lay out what it prints.
//! - `complaint`: what went wrong, where, what to do, and the exit code.

mod args;
mod aside;
mod backup;
mod check;
mod client;
mod complaint;
mod completions;
mod conflicts;
mod deliveries;
mod demo;
mod destinations;
mod doctor;
mod events;
mod fields;
mod follow;
mod init;
mod keys;
mod listing;
mod missing;
mod moment;
mod output;
mod payments;
mod providers;
mod prune;
mod quarantine;
mod release;
mod replay;
mod routes;
mod sandbox;
mod serve;
mod settings;
mod stop;
mod table;
mod trigger;
mod verify;
mod written;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match args::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(refused) => return output::refused_arguments(&refused, &args::command_typed(std::env::args())),
    };
    let ran = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(arguments.command.run()));
    output::ended(ran.unwrap_or_else(|error| output::complain(&error)))
}
