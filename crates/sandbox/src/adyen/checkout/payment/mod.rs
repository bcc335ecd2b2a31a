//! One payment: what is kept of it, and what its state lets happen.
//!
//! - `document`: what is kept.
//! - `change`: a modification that was asked for, and what became of it.
//! - `dispute`: a dispute about it, and its stages.
//! - `machine`: the rules: which step is possible, and what it moves.
//! - `settings`: what a merchant account has chosen about all of its payments, and one payment for itself.

mod change;
mod dispute;
mod document;
mod machine;
mod settings;

pub(crate) use change::{Change, ChangeKind, ChangeState};
pub(crate) use dispute::{Dispute, Stage};
pub(crate) use document::{Card, Money, Origin, Payment, Redirect, Shopper, State};
pub(crate) use machine::{Action, Moved, No};
pub(crate) use settings::{CaptureDelay, Settings, Terms};
