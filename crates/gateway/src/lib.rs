//! The gateway: where provider, store, destination and net meet.
//!
//! # Layout
//!
//! - [`config`]: what was typed, and what it means.
//! - [`boot`]: how a gateway starts, runs and stops.
//! - `plan`: the configuration as a request sees it.
//! - [`reload`]: another configuration takes the place of the running one.
//! - `ingest`: a request's way from the socket to the answer.
//! - `key_set`: keys that providers publish, fetched when they are needed; [`published_keys()`] reads them once.
//! - `routing`: which destinations want an event, and under which conditions.
//! - `rehearsal`: an event that was pasted, for asking what would become of it.
//! - `alerts`: what a person should know of.
//! - `dispatch`: owed deliveries taken in hand, tried and settled.
//! - [`payload`]: what a merchant's endpoint reads.
//! - [`backup`]: copies of the store, made while it runs.
//! - [`doctor`]: what goes wrong slowly, what it means, and what to do.
//! - `api`: questions and commands over the admin listener.
//! - [`embed`]: the gateway inside a program of your own.
//! - `readiness`: whether it lives, and whether it takes notifications now.
//! - [`descriptors`]: how many files and connections it may have open.
//! - `service`: what the manager that runs it as a service is told.
//! - [`telemetry`]: log lines and metrics.
//! - `gateway`: what all of these share.
//! - `names`: numbers of sources and destinations.
//! - [`suspects()`]: the keys that may have signed a request, for the signature doctor.
//! - [`introduction`]: how a gateway shows whose it is before a token is sent to it.
//! - [`prospect()`]: what a start would meet in the store's file, for whoever checks before.
//! - [`keyfile`]: the API token and the envelope key beside the store.
//! - [`clock`]: the one place that knows now.
//!
//! It never prints and never parses arguments.

mod alerts;
mod api;
pub mod backup;
pub mod boot;
pub mod clock;
pub mod config;
pub mod descriptors;
mod dispatch;
pub mod doctor;
pub mod embed;
mod gateway;
mod ingest;
pub mod introduction;
mod key_set;
pub mod keyfile;
mod names;
pub mod payload;
mod plan;
mod prospect;
mod readiness;
mod rehearsal;
pub mod reload;
mod retention;
mod routing;
mod service;
mod suspects;
pub mod telemetry;

pub use key_set::published_keys;
pub use payhook_destination::standard_webhooks;
pub use prospect::{Prospect, prospect};
pub use suspects::suspects;
