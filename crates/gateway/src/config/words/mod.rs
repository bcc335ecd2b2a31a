//! Words that every table uses: [`mistakes`] and their places, [`units`], [`names`], [`addresses`], a [`secret`], and the [`nearest`] known
//! word to one that is none.

pub(super) mod addresses;
pub(crate) mod mistakes;
pub(super) mod names;
pub(crate) mod nearest;
pub(crate) mod secret;
pub mod units;
