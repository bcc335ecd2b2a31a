//! Configuration: what was typed, and what it means.
//!
//! Read in this order, later wins: defaults, `payhook.toml` (or the file named), `.env`, the environment
//! (`PAYHOOK__SERVER__PUBLIC`), flags. With no file at all the environment alone is enough.
//!
//! - [`load`]: the way from a file name to a [`Resolved`], with every mistake reported at once.
//! - `typed`: what was typed, in file and environment. `words`: what every table uses, from [`mistakes`](Mistakes) to units.
//! - [`resolved`] and `server`, `store`, `source`, `destination`, `route`: what it means, a room per table.
//! - `checks`, `abandon`: what only shows between tables. `doubts`: what is probably not meant. `digest`: what tells configurations apart,
//!   and how.
//! - [`ServiceManager`]: who runs payhook as a service; no key of the file, the manager sets it.
//! - `sample`: a file's meaning, for tests of other rooms.
//!
//! Nothing else in payhook reads the environment. Nothing here opens a socket or the store.

mod abandon;
mod checks;
mod destination;
mod digest;
mod doubts;
mod load;
pub mod resolved;
mod route;
#[cfg(test)]
pub(crate) mod sample;
mod server;
mod service;
mod source;
mod store;
#[cfg(test)]
mod suite;
mod typed;
pub(crate) mod words;

pub use load::{AdminApi, FILE_NAME, LoadOptions, Loaded, admin_api, load, signing_secret};
pub(crate) use resolved::Fact;
pub use resolved::{
    Age, BackupPlan, BasicAuth, Breaker, Captures, Destination, Format, OnDead, Order, Rate, Resolved, Retention,
    Route, Server, Source, Store, TlsFiles, WhenStale,
};
pub use service::ServiceManager;
pub use store::Condition;
pub use typed::keys;
pub use typed::variables::Variables;
pub use words::mistakes::{Finding, Mistakes, Place, Warning};
pub use words::secret::Secret;
pub use words::units;

pub use crate::routing::When;
