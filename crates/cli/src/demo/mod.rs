//! `payhook demo`: gateway, pretend provider and shop, end to end, on loopback.
//!
//! A real gateway, the same one `serve` runs; the sandbox, configured through its APIs as a provider is; and the example
//! shop. Nothing knows the others but over HTTP. What is told is read from the gateway's stream of events, and what is
//! counted at the end from its store and from the shop's database, not from what was meant to happen.
//!
//! - `command`: what can be typed, and the order of things.
//! - `stage`: everything that stands while it runs.
//! - `keys`, `configuration`: what the folder keeps.
//! - `register`: the webhooks, made through the provider's own APIs.
//! - `narrator`: what each notification did, in plain words.
//! - `crowd`: people who buy by themselves.
//! - `outcome`: what came of it, and whether every order ended right.
//! - `words`: what is said before and after.

mod command;
mod configuration;
mod crowd;
mod keys;
mod narrator;
mod outcome;
mod register;
mod stage;
mod words;

pub(crate) use command::Demo;
