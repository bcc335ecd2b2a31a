//! The book: the sandbox's own memory, one small SQLite file, or none.
//!
//! - `open`: the file, its schema, the seed it began with.
//! - `act`: one transaction on it; whatever is done, is done through one.
//! - `documents`: things with an id and an owner, as JSON.
//! - `timers`: what will happen.
//! - `messages`: notifications to be sent, and their attempts.
//! - `log`: the messages a person looks for.
//! - `answers`: what was said under an idempotency key.

mod act;
mod answers;
mod documents;
mod error;
mod log;
mod messages;
mod open;
mod timers;

pub(crate) use act::Act;
pub(crate) use answers::Given;
pub(crate) use documents::Document;
pub use error::BookError;
pub(crate) use log::{Sought, Tally};
pub(crate) use messages::{Attempt, Content, Draft, Message, State};
pub(crate) use open::Book;
