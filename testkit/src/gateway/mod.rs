//! The real binary as a process: `payhook serve` in a folder of its own, on ports the kernel chose.
//!
//! ```no_run
//! # use payhook_testkit::gateway::Setup;
//! # use std::time::Duration;
//! let mut gateway = Setup::new("[[source]] …").store("reserve = 0").start();
//! gateway.kill();
//! gateway.restart();
//! assert!(gateway.list("/api/v1/events").is_empty());
//! assert!(gateway.stop(Duration::from_secs(10)).is_some_and(|exit| exit.success()));
//! ```

mod api;
mod log;
mod process;
mod reload;
mod setup;

pub use process::Gateway;
pub use setup::{Setup, StartFailure};
