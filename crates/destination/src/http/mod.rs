//! Events as signed HTTP requests to the merchant's endpoint.
//!
//! * `destination` sends a parcel and reports how that ended; `headers` says what goes with the body; `ending` reads
//!   the answer: delivered, rejected, or failed and for how long.

mod destination;
mod ending;
mod headers;

pub use destination::{HttpDestination, HttpSettings, Mistake};
