//! Where events go: the destinations.
//!
//! A destination is a file here and one line in the gateway's list. Its door is [`Destination`]: given a [`Parcel`], say
//! how it ended. Every ending is a value; only bugs are errors. Nothing here touches the store or decides on a retry.

mod http;
mod outcome;
mod parcel;
pub mod standard_webhooks;

pub use self::http::{HttpDestination, HttpSettings, Mistake};
pub use outcome::Report;
pub use parcel::Parcel;

use std::future::Future;
use std::pin::Pin;

/// A future that owns its way of running.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something events can be delivered to. Object-safe, so that embedders may bring their own.
pub trait Destination: Send + Sync + 'static {
    /// Makes one try. Bounded in time by the destination itself; dropping the future abandons the try.
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Report>;
}
