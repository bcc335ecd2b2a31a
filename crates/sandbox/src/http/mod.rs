//! The one listener: which path belongs to whom, and what every answer says.
//!
//! - `router`: all paths.
//! - `banner`: *sandbox* in every answer's headers.
//! - `once`: one answer for one idempotency key.

mod banner;
mod once;
mod router;

pub(crate) use once::{Asked, Once, digest};
pub(crate) use router::{BODY_BYTES_MAX, router};
