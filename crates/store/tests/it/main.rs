//! The store's promises, written against the seam: every engine runs them through its own factory.

mod backup;
mod decisions;
mod desk;
mod file;
mod histories;
mod holds;
mod identity;
mod lanes;
mod leases;
mod lists;
mod memos;
mod model;
mod payments;
mod plans;
mod quarantine;
mod retention;
mod retries;
mod segments;
mod superseded;
mod tallies;
mod told;
mod trouble;
mod wholes;
