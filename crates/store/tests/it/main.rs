//! The store's promises, written against the seam: every engine runs them through its own factory.

mod desk;
mod identity;
