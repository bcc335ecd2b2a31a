//! What happens at Adyen.
//!
//! - `stories`: each as its scenes.
//! - `verb`: what can happen in a scene.
//! - `play`: it happens.

mod play;
mod stories;
mod verb;

pub(super) use play::play;
pub(super) use stories::STORIES;
pub(super) use verb::Verb;
