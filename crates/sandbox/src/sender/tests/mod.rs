//! The sending side against real endpoints.
//!
//! - `stage`: a sandbox that runs, a webhook, an endpoint, and what it was sent.
//! - `queue`: order, retries, people, keys, formats.
//! - `faults`: each fault, as the endpoint sees it; `banked_faults`: those that mean something else at Banked.
//! - `weather`: which fault meets what belongs to no story.

mod banked_faults;
mod faults;
mod queue;
mod stage;
mod weather;
