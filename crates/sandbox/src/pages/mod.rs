//! What people see: pages rendered here, without a script, that say *sandbox* at their head.
//!
//! - `area`: the customer area.
//! - `render`: templates, and the headers every page carries.
//! - `router`: the pages.

mod area;
mod render;
mod router;

pub(crate) use render::page;
pub(crate) use router::router;
