//! The workshop's tools for tests: the real binary, real sockets, real faults. Nothing here stands in for the product.
//!
//! Everything is synchronous for its caller, so that a test is a plain `#[test]` that reads from top to bottom; what
//! must run beside the test brings its own threads.
//!
//! | room | gives |
//! |---|---|
//! | [`gateway`] | the payhook binary as a process: start, kill, stop, restart, its log, its memory, its API |
//! | [`sandbox`] | the pretend provider as a process |
//! | [`receiver`] | a merchant's endpoint that checks signatures, remembers deliveries and misbehaves on command |
//! | [`poster`] | many keep-alive connections that note what was acknowledged |
//! | [`program`] | an example as a running program |
//! | [`raw`] | any bytes on a socket, for bad input |
//! | [`notifications`] | signed notifications, quickly |
//! | [`powercut`] | power cuts, failing and slow syncs for a running gateway |
//! | [`steady`] | an address that is still free when it is used, and when who had it was killed |
//! | [`tmpfs`] | a small disk that fills up |
//! | [`machine`] | a machine of its own, with a service manager, thrown away afterwards |
//! | [`shell`] | a shell somebody types into |
//! | [`scale`] | how many rounds: short for every change, long for the night |

#![allow(clippy::disallowed_methods, reason = "tests run on the real clock and are configured by the environment")]
#![allow(clippy::print_stdout, reason = "what a failing test needs to see is printed into its captured output")]

pub mod binary;
pub mod gateway;
pub mod machine;
pub mod notifications;
pub mod poster;
pub mod powercut;
pub mod process;
pub mod program;
pub mod raw;
pub mod receiver;
pub mod sandbox;
pub mod scale;
pub mod shell;
pub mod standard_webhooks;
pub mod steady;
pub mod tmpfs;
pub mod wire;
