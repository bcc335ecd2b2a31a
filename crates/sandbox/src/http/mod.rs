//! The one listener: which path belongs to whom, and what every answer says.
//!
//! - `router`: all paths.
//! - `guard`: pages that ask nobody who they are, kept from other pages of the same browser.
//! - `banner`: *sandbox* in every answer's headers.
//! - `text`: paths that are no text.
//! - `once`: one answer for one idempotency key.

mod banner;
mod guard;
mod once;
mod router;
mod text;

pub(crate) use guard::guard;
pub(crate) use once::{Asked, Once, digest};
pub(crate) use router::{BODY_BYTES_MAX, router};
pub(crate) use text::{Nowhere, text_alone};
