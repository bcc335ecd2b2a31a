//! The writer: one thread that alone writes. It takes whoever waits, commits once, hands back, and looks again.
//!
//! There is no artificial wait: whoever comes while the last sync runs makes the next batch.
//!
//! When a commit fails, all in it hear so and the connection is given up. A new one must prove with a commit of its own
//! that writing works. After an input or output error it first copies the log into the database and syncs that: a sync
//! that failed may have left frames in the page cache that the disk never got and no later sync will write. They lie
//! behind the log's last committed frame, so they are not copied, and emptying the log drops them. Readers stay open
//! meanwhile, which keeps the log's index and with it the knowledge of which frame was the last. Where it was the
//! database's sync that failed, the same goes for what was copied into it: so all of the log is copied, not only what is
//! not yet.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use payhook_domain::time::Timestamp;
use rusqlite::Connection;
use tokio::time::Instant;

use super::batch::{self, Rooms};
use super::file::checkpoint::{Checkpointer, Log};
use super::file::condition::Condition;
use super::file::connect;
use super::file::disk::Disk;
use super::file::fault;
use super::file::trust::Trust;
use super::handback::Giver;
use super::names::Kinds;
use super::owing::floor;
use super::owing::lease::Leases;
use super::owing::leasing::Leasing;
use super::owing::settle::Settler;
use super::queue::{Look, Queue, Taken};
use super::readers::Readers;
use super::recording::quarantine::Bounds;
use super::recording::record::Recorder;
use super::tally::{Changes, Numbers, sort};
use crate::{Lease, Options, Unavailable};

/// How often it looks at the disk when there is nothing to do.
const IDLE: Duration = Duration::from_secs(5);
/// The same while ingest is stopped for want of room.
const STOPPED: Duration = Duration::from_millis(100);
/// How long it waits before it tries to write again: from the first to the longest, doubling.
const MEND_FIRST: Duration = Duration::from_millis(10);
const MEND_LONGEST: Duration = Duration::from_secs(1);

/// The writing thread's belongings.
pub(super) struct Writer {
    pub(super) path: PathBuf,
    pub(super) options: Options,
    pub(super) queue: Arc<Queue>,
    pub(super) condition: Arc<Condition>,
    pub(super) readers: Arc<Readers>,
    pub(super) kinds: Arc<Kinds>,
    pub(super) disk: Disk,
    /// Holds the files themselves; dropped after the last connection.
    pub(super) trust: Arc<Trust>,
    pub(super) lock: File,
}

/// Why a connection is no longer served, or no longer waited for.
enum Ending {
    Closing(Vec<Giver<()>>),
    Broken,
    Waited,
}

impl Writer {
    /// Starts the thread; without a connection it first waits until it can have one.
    pub(super) fn start(self, connection: Option<Connection>) -> std::io::Result<()> {
        thread::Builder::new().name("store-writer".to_owned()).spawn(move || self.run(connection)).map(drop)
    }

    fn run(mut self, mut connection: Option<Connection>) {
        let _abandon = Abandon(self.queue.clone());
        let mut leases = Leases::default();
        let mut pause = MEND_FIRST;
        let closing = loop {
            let since = Instant::now();
            let ending = match connection.take() {
                Some(open) => self.serve(&open, &mut leases).unwrap_or_else(|error| {
                    self.failed(&error);
                    Ending::Broken
                }),
                None => self.refuse_for_a_while(&mut leases, &mut pause),
            };
            match ending {
                Ending::Closing(givers) => break givers,
                // It broke at once: wait, without a connection, before the next try.
                Ending::Broken if since.elapsed() < MEND_LONGEST => {}
                Ending::Broken => {
                    pause = MEND_FIRST;
                    connection = self.mend();
                }
                Ending::Waited => connection = self.mend(),
            }
        };
        self.readers.close();
        // Another file that stands at the path is not ours to write to.
        if !self.is_moved() {
            self.leave_the_log_empty();
        }
        drop((self.trust, self.lock));
        closing.into_iter().for_each(|giver| giver.give(Ok(())));
    }

    /// The last connection to close empties the log; that the readers cannot.
    fn leave_the_log_empty(&self) {
        let emptied = connect::writer(&self.path, true).and_then(|last| self.trust.settle(&last));
        if let Err(error) = emptied {
            tracing::warn!(%error, "the log could not be emptied; the next start does it");
        }
    }

    /// Serves the queue over this connection until it fails or the store is closed.
    fn serve(&mut self, connection: &Connection, leases: &mut Leases) -> rusqlite::Result<Ending> {
        let (begin, commit, add) = batch::frame(connection)?;
        let numbers = Numbers::load(connection)?;
        floor::begin(connection, leases)?;
        let mut leasing = Leasing::prepare(connection, self.kinds.clone())?;
        let mut rooms = Rooms {
            connection,
            recorder: Recorder::prepare(connection, self.kinds.clone(), self.options.remembers_orders)?,
            settler: Settler::prepare(connection)?,
            quarantine: Bounds::new(&self.options),
            leases,
            changes: Changes::begin(numbers),
            numbers,
            begin,
            commit,
            add,
        };
        let mut log = Log::prepare(connection)?;
        let checkpointer = self.checkpointer()?;
        let mut taken = Taken::default();
        loop {
            self.queue.take(&mut taken, if self.condition.is_stopped() { STOPPED } else { IDLE });
            self.look_at_disk();
            taken.given_up.drain(..).for_each(|id| rooms.leases.give_up(id));
            // Nothing is written to a file that nobody would find again.
            if self.condition.moved() {
                let why = self.condition.failed(&fault::moved_away());
                refuse(&mut taken, &why);
            }
            if self.condition.below_reserve() {
                taken.batch.fail_ingest(&Unavailable::BelowReserve);
            }
            let written = holds_over(&taken.looks, &mut rooms)
                .and_then(|end| {
                    taken.batch.holds_end = end;
                    self.write(&mut taken, &mut rooms)
                })
                .and_then(|()| log.committed(&checkpointer));
            if let Err(error) = written {
                let why = self.failed(&error);
                refuse(&mut taken, &why);
                return Ok(Ending::Broken);
            }
            self.look(&mut taken.looks, &mut leasing, &mut rooms)?;
            if let Some(closing) = taken.closing.take() {
                return Ok(Ending::Closing(closing));
            }
        }
    }

    /// Hands out what is due to whoever looks. In one read transaction: each question by itself would take and give back
    /// the log's locks, a system call each.
    fn look(&self, looks: &mut Vec<Look>, leasing: &mut Leasing<'_>, rooms: &mut Rooms<'_>) -> rusqlite::Result<()> {
        if looks.is_empty() {
            return Ok(());
        }
        let reading = rooms.connection.unchecked_transaction()?;
        for Look { destination, limit, now, due_by, giver } in looks.drain(..) {
            let lease = leasing.lease(destination, limit, (due_by, rooms.numbers.last_event()), rooms.leases);
            let lease = lease.and_then(|lease| Ok(until(lease, rooms.recorder.owing.holds.next(now)?)));
            giver.give(lease.map_err(|error| Unavailable::Failed(error.to_string())));
        }
        reading.commit()
    }

    fn write(&self, taken: &mut Taken, rooms: &mut Rooms<'_>) -> rusqlite::Result<()> {
        if taken.batch.is_empty() {
            return Ok(());
        }
        let items = taken.batch.ingest.len() as u64;
        let start = Instant::now();
        taken.batch.write(rooms)?;
        self.condition.committed(items, start.elapsed());
        taken.batch.hand_back();
        Ok(())
    }

    /// Whether the database is not at its path, by a look of now.
    fn is_moved(&mut self) -> bool {
        self.condition.read(self.disk.look_now());
        self.condition.moved()
    }

    fn look_at_disk(&mut self) {
        if let Some(reading) = self.disk.look() {
            self.condition.read(reading);
        }
    }

    fn checkpointer(&self) -> rusqlite::Result<Checkpointer> {
        let trust = (!self.options.unsafe_no_sync).then(|| self.trust.clone());
        Checkpointer::start(&self.path, trust)?.map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    }

    fn failed(&self, error: &rusqlite::Error) -> Unavailable {
        if fault::distrusts_log(error) {
            self.trust.doubt();
        }
        self.condition.failed(error)
    }

    /// A connection that is known to write, or nothing.
    fn mend(&mut self) -> Option<Connection> {
        let connected = if self.is_moved() { Err(fault::moved_away()) } else { self.reconnect() };
        match connected {
            Ok(connection) => {
                self.condition.recovered();
                Some(connection)
            }
            Err(error) => {
                self.failed(&error);
                None
            }
        }
    }

    fn reconnect(&self) -> rusqlite::Result<Connection> {
        let connection = connect::writer(&self.path, !self.options.unsafe_no_sync)?;
        if self.trust.is_doubted() {
            self.trust.settle(&connection)?;
        }
        connection.execute(super::tally::ADD, (sort::RECOVERIES, 0, 0, 1))?;
        Ok(connection)
    }

    /// Refuses what comes for a while, so that a broken disk is not hammered.
    fn refuse_for_a_while(&mut self, leases: &mut Leases, pause: &mut Duration) -> Ending {
        let until = Instant::now() + *pause;
        *pause = (*pause * 2).min(MEND_LONGEST);
        let why = Unavailable::Failed(self.condition.health(0).failing.unwrap_or_default());
        let mut taken = Taken::default();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ending::Waited;
            }
            self.queue.take(&mut taken, left);
            self.look_at_disk();
            taken.given_up.drain(..).for_each(|id| leases.give_up(id));
            refuse(&mut taken, &why);
            if let Some(closing) = taken.closing.take() {
                return Ending::Closing(closing);
            }
        }
    }
}

/// The time of a look by which the next hold is over, if it is.
fn holds_over(looks: &[Look], rooms: &mut Rooms<'_>) -> rusqlite::Result<Option<Timestamp>> {
    let Some(now) = looks.iter().map(|look| look.now).max() else { return Ok(None) };
    Ok(rooms.recorder.owing.holds.next(now)?.filter(|next| *next <= now).map(|_| now))
}

/// Whoever looks, looks again when the next hold is over, whosever it is.
fn until(lease: Lease, next_hold: Option<Timestamp>) -> Lease {
    let next_due = [lease.next_due, next_hold].into_iter().flatten().min();
    Lease { next_due, ..lease }
}

fn refuse(taken: &mut Taken, why: &Unavailable) {
    taken.batch.fail(why);
    taken.looks.drain(..).for_each(|look| look.giver.give(Err(why.clone())));
}

/// Whatever ends the thread, nobody waits for it in vain.
struct Abandon(Arc<Queue>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.abandon();
    }
}
