//! The manager that runs payhook as a service is told how it goes: systemd's notify protocol.
//!
//! - `notify`: what is told, and the socket it goes to.
//! - `watchdog`: a sign of life, while there is life.
//!
//! The crates that speak this protocol read the environment by themselves, and one even takes variables out of it; here only
//! `config` may, so these are a few lines of our own.

mod notify;
mod watchdog;

pub use notify::Service;
pub(crate) use watchdog::keep_telling;
