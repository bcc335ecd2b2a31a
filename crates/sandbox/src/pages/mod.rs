//! What people see: pages rendered here, without a script, that say *sandbox* at their head.
//!
//! - `render`: templates, and the headers every page carries.
//! - `router`: the pages.

mod render;
mod router;

pub(crate) use render::page;
pub(crate) use router::router;
