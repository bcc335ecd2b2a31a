//! What happens at Banked.
//!
//! - `stories`: each as its scenes.
//! - `play`: what can happen in a scene, and how.

mod play;
mod stories;

pub(super) use play::{Verb, play};
pub(super) use stories::STORIES;
