//! The store's promises, written against the seam: every engine runs them through its own factory.

mod decisions;
mod desk;
mod file;
mod identity;
mod leases;
mod lists;
mod model;
mod quarantine;
mod retries;
mod superseded;
mod tallies;
mod trouble;
mod wholes;
