//! The shopper's pages.
//!
//! - `router`: all paths.

mod router;

pub(super) use router::router;
