//! What survives a power cut.
//!
//! [`Store`] is the door: few verbs, in the order of a notification's life. When [`Store::record`] returns `Ok`, the
//! notification, its events and one delivery per wanting destination are on disk, written in one transaction. A
//! duplicate is answered only after its first copy's commit. A failed commit is an error for all in it; one bad
//! recording of a gathered batch fails alone.
//!
//! What happens on a crash: the database is as of the last commit; leases die with their holder, so what was leased is
//! pending again; whatever was acknowledged is there.
//!
//! No SQL stands outside this crate, and nothing here knows a provider, a destination or HTTP.

mod backup;
mod lease;
mod memo;
mod open;
mod query;
mod record;
mod retention;
mod settle;
mod sqlite;

pub use backup::{Backup, BackupError, BackupOrder, BackupProgress, Shape};
pub use lease::{Lease, Leased};
pub use memo::Memo;
pub use open::{OpenError, Options, open};
pub use query::{
    DeliveryFilter, DeliveryRow, EventFilter, Growth, Name, NameKind, Page, PageRequest, PaymentFilter, PaymentRow,
    QuarantineRow, Reader, Rebuilt, StoredEvent, Tallies,
};
pub use record::{Again, Disposition, Quarantined, RecordEvent, Recording, Wanted};
pub use retention::{Before, Cutoffs, Extent, Freed, NotAPlace, Pruned, SweepPlace};
pub use settle::{Next, Settled, Settlement};
pub use sqlite::{Archive, folder_of, real_or_as_given, real_path};

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use payhook_domain::id::{DeliveryId, EventSeq, NameId, PaymentId, QuarantineId};
use payhook_domain::payment::Names;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Verdict;

/// An answer to come. The work is queued when it is asked for; dropping the answer does not undo it.
pub type Answer<A> = BoxFuture<'static, Result<A, Unavailable>>;

/// The durable memory of one gateway.
pub trait Store: Send + Sync + 'static {
    /// The numbers of these names, made now where they are new. Numbers are never given twice.
    fn enrol(&self, kind: NameKind, names: Vec<String>) -> Answer<Vec<NameId>>;

    /// Writes one notification and what it says; returns a verdict per event, in order. On disk when it returns `Ok`.
    fn record(&self, recording: Recording) -> Answer<Vec<Verdict>>;

    /// Keeps a refused request, best effort: never waits, drops when busy or full, and can push out nothing authentic.
    fn quarantine(&self, refused: Quarantined);

    /// Hands out up to `limit` deliveries of `destination` that are due at `now`, or within `ahead` of it, and not leased.
    /// Holds that are over at `now` end first; nothing that is held is handed out ahead.
    fn lease(&self, destination: NameId, limit: usize, now: Timestamp, ahead: Duration) -> Answer<Lease>;

    /// Writes an attempt and the delivery's new state together, and ends the lease.
    fn settle(&self, settlement: Settlement) -> Answer<Settled>;

    /// Ends a lease without an attempt: the delivery is pending as before.
    fn unlease(&self, delivery: DeliveryId);

    /// Makes a new generation, due at `now`, of each of these that is a dead letter and not yet made again; returns the
    /// new ids (absent where the state did not allow it). One that was replayed before it died was made again, unless its
    /// lane stopped at it.
    fn retry(&self, deliveries: Vec<DeliveryId>, now: Timestamp) -> Answer<Vec<Option<DeliveryId>>>;

    /// Makes a new generation, due at `now`, of each of these events to each destination named with it: a replay. What
    /// was delivered before stays as it is. `progress` is kept in the same transaction, so that a replay that is
    /// interrupted goes on where it was.
    fn replay(&self, again: Vec<Again>, progress: Option<Memo>, now: Timestamp) -> Answer<Vec<DeliveryId>>;

    /// Opens the lane behind a dead letter at which it stopped; whether it had stopped there.
    fn pass(&self, delivery: DeliveryId, now: Timestamp) -> Answer<bool>;

    /// Folds a payment anew from what its stored events state; nothing when none has this name.
    fn rebuild(&self, payment: PaymentId) -> Answer<Option<Rebuilt>>;

    /// Keeps a small value under a name until another takes its place: what must survive a restart and is no event.
    fn keep(&self, memo: Memo) -> Answer<()>;

    /// Routes a set-aside event. When `event` carries another identity than the row (it was not understood before, and
    /// is now), it is recorded anew on the same notification and the row becomes `superseded`. Nothing when the row is
    /// not set aside any more.
    fn release_aside(&self, seq: EventSeq, events: Vec<RecordEvent>, now: Timestamp) -> Answer<Option<Vec<Verdict>>>;

    /// Takes a conflicting version as the truth, folds it in the place of what it contradicts, and owes it to those who
    /// want it; or refuses it for good (`None`). Returns whether the row was a conflict still.
    fn decide_conflict(&self, seq: EventSeq, accepted: Option<(Vec<Wanted>, Names)>, now: Timestamp) -> Answer<bool>;

    /// Removes an entry of the quarantine that was released.
    fn forget_quarantined(&self, id: QuarantineId) -> Answer<bool>;

    /// Takes one bounded step of a sweep that removes what is older than its cutoff, when nothing else is to be written;
    /// says what went and where the sweep goes on. A sweep may be left off anywhere, and begun anew.
    fn prune(&self, cut: Cutoffs, place: SweepPlace) -> Answer<Pruned>;

    /// Questions about what is stored.
    fn reader(&self) -> Arc<dyn Reader>;

    /// Whether it can be written, and how much room there is.
    fn health(&self) -> Health;

    /// Writes what is queued, then closes. Later calls are refused as [`Unavailable::Closed`].
    fn close(&self) -> BoxFuture<'static, ()>;
}

/// Copies the store in the file `database`, as of one moment: whatever was recorded before this began is in it. The store
/// may be open, in this process or another, and its writer waits for nothing. Blocks its thread, which should be its own:
/// on Linux it becomes the least urgent one.
///
/// # Errors
/// As [`BackupError`] lists.
pub fn backup(database: &Path, order: &BackupOrder, progress: &BackupProgress) -> Result<Backup, BackupError> {
    sqlite::copy(&real_or_as_given(database), order, progress)
}

/// What this release would do to the store in this file when it opens it, read without changing anything. Not for a process
/// that has the store open.
///
/// # Errors
/// Those of [`open`] that the file is the reason of.
pub fn inspect(database: &Path) -> Result<Shape, OpenError> {
    sqlite::inspect(&real_or_as_given(database))
}

/// Free bytes on the disk that the store in this file is on; as many as can be counted when the system does not tell.
#[must_use]
pub fn free_bytes(database: &Path) -> u64 {
    sqlite::free_beside(&real_or_as_given(database))
}

/// Why the store could not do it now. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The queue is full.
    #[error("the store's queue is full")]
    Overloaded,
    /// Free disk space is below the reserve.
    #[error("free disk space is below the reserve")]
    BelowReserve,
    /// Writing or syncing failed: disk full, read-only, locked, a broken disk.
    #[error("the store cannot be written: {0}")]
    Failed(String),
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
}

/// The store's condition, as last seen by its writer.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Why the last commit failed, until one succeeds again.
    pub failing: Option<String>,
    /// What to do about that.
    pub remedy: &'static str,
    /// Whether ingest is stopped because free space is below the reserve.
    pub below_reserve: bool,
    /// Free bytes on the store's disk.
    pub disk_free: u64,
    /// Bytes of the database file and of its log.
    pub file_bytes: u64,
    /// See `file_bytes`.
    pub wal_bytes: u64,
    /// Jobs waiting for the writer.
    pub queue: usize,
    /// What the writer is at.
    pub writing: Writing,
    /// Refused requests that were not kept: too many waited, or their source had more than its rate.
    pub quarantine_dropped: u64,
    /// Commits so far, rows of ingest in them, and microseconds spent in them: for rates and means.
    pub commits: u64,
    /// See `commits`.
    pub commit_items: u64,
    /// See `commits`.
    pub commit_micros: u64,
}

/// What the writer is at: whether it makes progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Writing {
    /// It waits for work.
    #[default]
    Idle,
    /// It has been at what it took last for so long. One transaction and its sync are milliseconds on a healthy disk.
    For(Duration),
    /// Its thread has ended: the store is closed, or it panicked.
    Ended,
}
