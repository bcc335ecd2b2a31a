//! The gateway inside a program of your own: the same durability, and your code in the place of an endpoint.
//!
//! ```no_run
//! use payhook_gateway::config::{self, LoadOptions, Variables};
//! use payhook_gateway::embed::{Embedded, HandlerError};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let config = config::load(LoadOptions {
//!     file: None,
//!     directory: ".".into(),
//!     variables: Variables::of_process(),
//!     now: payhook_gateway::clock::now(),
//! })?
//! .config;
//! let gateway = Embedded::new(config)
//!     .on("payment.captured", |event| async move {
//!         println!("{} was captured", event.reference().unwrap_or("?"));
//!         Ok::<(), HandlerError>(())
//!     })?
//!     .start()
//!     .await?;
//! let (_stop, stopped) = tokio::sync::watch::channel(false);
//! gateway.serve(stopped).await;
//! # Ok(())
//! # }
//! ```
//!
//! A handler is a destination like any other: an event is owed to it in the transaction that stores the event, it is
//! tried again until the handler returns `Ok`, events of one payment come one after the other, and what never succeeds
//! is a dead letter. An event may come twice (a crash between the handler's end and its record): know it by its id.
//!
//! - `embedded`: what is brought, and the start.
//! - `handler`: a function as a destination, and the event it is handed.

mod embedded;
mod handler;

pub use embedded::{EmbedError, Embedded};
pub use handler::{Event, HandlerError};
pub use payhook_destination::{BoxFuture, Destination, Parcel, Report};
