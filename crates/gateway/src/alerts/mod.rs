//! Alerts: what a person should know of, told three ways: a log line, a metric, and an event of the source `payhook`.
//!
//! - `alert`: what there is to tell.
//! - `told`: which were told already.
//! - `looks`: what comes by itself while nobody asks.
//! - `desk`: raises alerts from anywhere, and writes their events down one after the other.
//!
//! An alert's event is stored and looked up like any other. It goes to routes that name it (`alert.*`), and to no other:
//! a shop that takes everything is not told of the gateway's troubles.

mod alert;
mod desk;
mod looks;
mod told;

pub(crate) use alert::{Alert, DAY, HOUR, stretch};
pub(crate) use desk::{Alerts, write_down};
