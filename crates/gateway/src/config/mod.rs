//! Configuration: what was typed, and what it means.
//!
//! Read in this order, later wins: defaults, `payhook.toml` (or the file named), `.env`, the environment
//! (`PAYHOOK__SERVER__PUBLIC`), flags. With no file at all the environment alone is enough.
//!
//! - [`load`]: the way from a file name to a [`Resolved`], with every mistake reported at once.
//! - `tree`, `keys`, `shape`, `section`: what was typed: values with their lines, the keys there are, their sorts.
//! - `variables`, `overlay`, `expand`, `env_only`: what the environment adds.
//! - [`resolved`] and `server`, `store`, `source`, `destination`, `route`: what it means, a file per table. `certificate` is of
//!   the server, `capture` and `key_set` of a source, `backup` and `retention` of the store, `lane` and `pace` of a destination,
//!   `hold` of a route.
//! - `checks`, `abandon`: what only shows between tables. `doubts`: what is probably not meant. `digest`: what tells configurations apart, and how.
//! - [`ServiceManager`]: who runs payhook as a service; no key of the file, the manager sets it.
//! - `sample`: a file's meaning, for tests of other rooms.
//! - [`mistakes`], [`secret`], `units`, `nearest`, `names`, `addresses`: the words all of them use.
//!
//! Nothing else in payhook reads the environment. Nothing here opens a socket or the store.

mod abandon;
mod addresses;
mod backup;
mod capture;
mod certificate;
mod checks;
mod destination;
mod digest;
mod doubts;
mod env_only;
mod expand;
mod hold;
mod key_set;
pub mod keys;
mod lane;
mod load;
pub mod mistakes;
mod names;
pub(crate) mod nearest;
mod overlay;
mod pace;
mod policy;
pub mod resolved;
mod retention;
mod route;
#[cfg(test)]
pub(crate) mod sample;
mod scheme;
pub mod secret;
mod section;
mod server;
mod service;
mod shape;
mod signing_keys;
mod source;
mod store;
#[cfg(test)]
mod suite;
mod tree;
pub mod units;
mod unsigned;
mod variables;

pub use load::{AdminApi, FILE_NAME, LoadOptions, Loaded, admin_api, load, signing_secret};
pub use mistakes::{Finding, Mistakes, Place, Warning};
pub(crate) use resolved::Fact;
pub use resolved::{
    Age, BackupPlan, BasicAuth, Breaker, Captures, Destination, Format, OnDead, Order, Rate, Resolved, Retention,
    Route, Server, Source, Store, TlsFiles, WhenStale,
};
pub use secret::Secret;
pub use service::ServiceManager;
pub use store::Condition;
pub use variables::Variables;

pub use crate::routing::When;
