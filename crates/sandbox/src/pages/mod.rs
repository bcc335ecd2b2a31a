//! What people see: pages rendered here, without a script, that say *sandbox* at their head.
//!
//! - `area`: the customer area.
//! - `nowhere`: what is shown where there is none.
//! - `render`: templates, and the headers every page carries.
//! - `router`: the pages.

mod area;
mod nowhere;
mod render;
mod router;

pub(crate) use nowhere::{no_such_method, nowhere};
pub(crate) use render::page;
pub(crate) use router::router;
