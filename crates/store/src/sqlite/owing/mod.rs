//! Owing: deliveries, from the row that owes one to the attempt that settles it.
//!
//! [`debts`] says to whom, [`owe`] makes the row, [`lanes`] and their [`tails`] keep the order, [`holds`] keep bad news back, [`whole`]
//! keeps a notification together. [`leasing`] hands out what is due as a [`lease`], [`settle`] takes back how it went, [`again`] makes
//! anew; nothing is owed below the [`floor`].

pub(super) mod again;
pub(super) mod debts;
pub(super) mod floor;
pub(super) mod holds;
pub(super) mod lanes;
pub(super) mod lease;
pub(super) mod leasing;
pub(super) mod owe;
pub(super) mod settle;
pub(super) mod tails;
pub(super) mod whole;
