//! Recording: what comes in, told new from known, and folded into its payment.
//!
//! [`record`] is the way of a notification: [`identities`] say whether it was seen, [`entries`] are its rows, [`books`] fold it into the
//! payment that [`aliases`] find, whose [`parts`] may be several. [`rebuild`] folds anew what is stored. [`decide`] is for what a
//! person decides, [`quarantine`] for what was refused.

pub(super) mod aliases;
pub(super) mod books;
pub(super) mod decide;
pub(super) mod entries;
pub(super) mod identities;
pub(super) mod parts;
pub(super) mod quarantine;
pub(super) mod rebuild;
pub(super) mod record;
