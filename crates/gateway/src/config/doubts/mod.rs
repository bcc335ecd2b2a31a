//! What reads well and is probably not meant.
//!
//! - `disk`: whether the disk is one for a store.
//! - `misspelt`: variables that look like settings and set nothing.
//! - `exposed`: secrets in a file that everybody can read.
//! - `same_account`: two sources that may be one merchant's, or two.
//! - `unreachable`: addresses that are let in, from which nobody can come.

mod disk;
pub(super) mod exposed;
pub(super) mod misspelt;
pub(super) mod same_account;
pub(super) mod unreachable;
