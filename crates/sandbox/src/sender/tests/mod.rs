//! The sending side against real endpoints.
//!
//! - `stage`: a sandbox that runs, a webhook, an endpoint, and what it was sent.
//! - `queue`: order, retries, people, keys, formats.
//! - `faults`: each fault, as the endpoint sees it.

mod faults;
mod queue;
mod stage;
