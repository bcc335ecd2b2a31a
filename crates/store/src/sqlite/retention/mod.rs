//! Retention: what is old enough goes, a bounded step at a time.
//!
//! [`step`] is one step of a sweep; each stage has a file: [`events`], [`payments`], [`aliases`], [`bodies`], [`attempts`],
//! and [`pages`], which gives back to the disk what all of them freed.
//! [`due`] says what is old enough, [`walk`] brings notifications together with their events, [`moved`] knows those that do
//! not stand where they came, [`needed`] says what must stay, and [`began`] when a payment did. The same code counts for a dry
//! run, on a reading connection.

mod aliases;
mod attempts;
mod began;
mod bodies;
mod due;
mod events;
pub(super) mod moved;
mod needed;
mod pages;
mod payments;
mod step;
mod walk;

pub(super) use pages::extent;
pub(super) use step::{Hand, step};
