//! Keys that a provider publishes: fetched when a signature names one that the source's own keys lack.
//!
//! - `address`: where a set may stand.
//! - `published`: one set, asked for a key; however many ask, one fetches.
//! - `cache`: what is known of it, and whether that is enough to answer now.
//! - `fetch`: one try to get it. `once`: that alone, without a running gateway.
//!
//! Which key is wanted is the request's word; where it is looked up is the configuration's alone.

mod address;
mod cache;
mod fetch;
mod once;
mod published;
#[cfg(test)]
mod suite;

pub(crate) use address::check;
pub(crate) use cache::Standing;
pub use once::published_keys;
pub(crate) use published::{KeyUnavailable, Published};
