//! The seam, carried out: each verb becomes a job in the queue.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, ready};
use payhook_domain::id::{DeliveryId, EventSeq, NameId, PaymentId, QuarantineId};
use payhook_domain::payment::Names;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Verdict;

use rusqlite::ErrorCode;

use super::backup;
use super::batch::{Errand, Rooms};
use super::file::condition::Condition;
use super::file::connect;
use super::file::disk::Disk;
use super::file::real_path::real_path;
use super::file::schema;
use super::file::trust::Trust;
use super::handback::{Receipt, slot};
use super::memos;
use super::names::{self, Kinds};
use super::notes;
use super::owing::again;
use super::queries::SqliteReader;
use super::queue::Queue;
use super::readers::Readers;
use super::recording::{decide, rebuild};
use super::retention::{self, Hand};
use super::writer::Writer;
use crate::open::{OpenError, Options};
use crate::{
    Again, Answer, Cutoffs, Health, Lease, Memo, NameKind, Pruned, Quarantined, Reader, Rebuilt, RecordEvent,
    Recording, Settled, Settlement, Store, SweepPlace, Unavailable, Wanted,
};

/// A store in one SQLite file.
struct Sqlite {
    queue: Arc<Queue>,
    condition: Arc<Condition>,
    reader: Arc<SqliteReader>,
}

/// Locks, makes, migrates and opens the file, and starts the threads.
pub(crate) fn open(path: &Path, options: Options) -> Result<Arc<dyn Store>, OpenError> {
    let path = real_path(path).map_err(|error| OpenError::Io { path: path.to_owned(), error })?;
    let engine = |error: rusqlite::Error| OpenError::engine(&path, &error);
    let io = |error: std::io::Error| OpenError::Io { path: path.clone(), error };
    let lock = connect::lock(&path)?;
    let removed = backup::put_in_place(&path).map_err(io)?.unwrap_or_default();
    let trust = Arc::new(Trust::new(&path, connect::make(&path)?));
    let mut connection = connect::writer(&path, !options.unsafe_no_sync).map_err(engine)?;
    let settled = match trust.settle(&connection) {
        Err(error) if error.sqlite_error_code() != Some(ErrorCode::DiskFull) => return Err(engine(error)),
        settled => settled,
    };
    schema::migrate(&mut connection, &path)?;
    notes::tell(&connection, &path, &removed).map_err(engine)?;
    let kinds = Arc::new(Kinds::enrol(&connection).map_err(engine)?);
    let readers = Arc::new(Readers::start(&path).map_err(engine)?.map_err(io)?);
    let queue = Arc::new(Queue::new(&options));
    let condition = Arc::new(Condition::new(path.clone(), options.reserve_bytes));
    let mut disk = Disk::of(&path);
    disk.look().into_iter().for_each(|reading| condition.read(reading));
    let store = Sqlite {
        queue: queue.clone(),
        condition: condition.clone(),
        reader: Arc::new(SqliteReader::new(readers.clone(), kinds.clone())),
    };
    // On a full disk it opens for reading, and writes once there is room.
    let connection = match &settled {
        Ok(()) => Some(connection),
        Err(error) => {
            condition.failed(error);
            None
        }
    };
    let writer = Writer { path: path.clone(), options, queue, condition, readers, kinds, disk, trust, lock };
    writer.start(connection).map_err(io)?;
    Ok(Arc::new(store))
}

impl Sqlite {
    /// A rare job, run on the writer's thread in a transaction.
    fn errand<A: Send + 'static>(
        &self,
        run: impl FnMut(&mut Rooms<'_>) -> rusqlite::Result<A> + Send + 'static,
    ) -> Answer<A> {
        let (giver, receipt) = slot();
        later(self.queue.chore(Box::new(Errand::new(run, giver))).map(|()| receipt))
    }
}

impl Store for Sqlite {
    fn enrol(&self, kind: NameKind, names: Vec<String>) -> Answer<Vec<NameId>> {
        self.errand(move |rooms| names::enrol(rooms.connection, kind, &names))
    }

    fn record(&self, recording: Recording) -> Answer<Vec<Verdict>> {
        if self.condition.below_reserve() {
            return Box::pin(ready(Err(Unavailable::BelowReserve)));
        }
        later(self.queue.record(recording))
    }

    fn quarantine(&self, refused: Quarantined) {
        if !self.condition.below_reserve() {
            self.queue.refuse(refused);
        }
    }

    fn lease(&self, destination: NameId, limit: usize, now: Timestamp, ahead: Duration) -> Answer<Lease> {
        later(self.queue.look(destination, limit, (now, now.plus(ahead))))
    }

    fn settle(&self, settlement: Settlement) -> Answer<Settled> {
        later(self.queue.settle(settlement))
    }

    fn unlease(&self, delivery: DeliveryId) {
        self.queue.give_up(delivery);
    }

    fn retry(&self, deliveries: Vec<DeliveryId>, now: Timestamp) -> Answer<Vec<Option<DeliveryId>>> {
        self.errand(move |rooms| {
            let Rooms { connection, recorder, changes, .. } = rooms;
            deliveries.iter().map(|id| again::retry(connection, recorder, *id, now, changes)).collect()
        })
    }

    fn replay(&self, again: Vec<Again>, progress: Option<Memo>, now: Timestamp) -> Answer<Vec<DeliveryId>> {
        self.errand(move |rooms| {
            let Rooms { connection, recorder, changes, .. } = rooms;
            progress.iter().try_for_each(|memo| memos::keep(connection, memo))?;
            again::replay(connection, recorder, &again, now, changes)
        })
    }

    fn pass(&self, delivery: DeliveryId, now: Timestamp) -> Answer<bool> {
        self.errand(move |rooms| rooms.recorder.owing.lanes.pass(delivery, now, &mut rooms.changes))
    }

    fn rebuild(&self, payment: PaymentId) -> Answer<Option<Rebuilt>> {
        self.errand(move |rooms| rebuild::rebuild(rooms.connection, &mut rooms.recorder, payment))
    }

    fn keep(&self, memo: Memo) -> Answer<()> {
        self.errand(move |rooms| memos::keep(rooms.connection, &memo))
    }

    fn release_aside(&self, seq: EventSeq, events: Vec<RecordEvent>, now: Timestamp) -> Answer<Option<Vec<Verdict>>> {
        self.errand(move |rooms| {
            let Rooms { connection, recorder, changes, .. } = rooms;
            decide::release_aside(connection, recorder, seq, &events, now, changes)
        })
    }

    fn decide_conflict(&self, seq: EventSeq, accepted: Option<(Vec<Wanted>, Names)>, now: Timestamp) -> Answer<bool> {
        self.errand(move |rooms| {
            let Rooms { connection, recorder, changes, .. } = rooms;
            decide::decide_conflict(connection, recorder, seq, accepted.as_ref(), now, changes)
        })
    }

    fn forget_quarantined(&self, id: QuarantineId) -> Answer<bool> {
        self.errand(move |rooms| rooms.quarantine.forget(rooms.connection, id, &mut rooms.changes))
    }

    fn prune(&self, cut: Cutoffs, place: SweepPlace) -> Answer<Pruned> {
        let (giver, receipt) = slot();
        let step = move |rooms: &mut Rooms<'_>| {
            let Rooms { connection, recorder, changes, .. } = rooms;
            retention::step(connection, &cut, place, &mut Hand::Removes { recorder, changes })
        };
        later(self.queue.spare(Box::new(Errand::new(step, giver))).map(|()| receipt))
    }

    fn reader(&self) -> Arc<dyn Reader> {
        self.reader.clone()
    }

    fn health(&self) -> Health {
        let quarantine_dropped = self.queue.refused_dropped();
        let writing = self.queue.writing();
        Health { quarantine_dropped, writing, ..self.condition.health(self.queue.len()) }
    }

    fn close(&self) -> BoxFuture<'static, ()> {
        let closed = self.queue.close();
        Box::pin(async move {
            // Closed before, by another call: closed all the same.
            let _ = closed.await;
        })
    }
}

/// A store that is let go without being closed still writes what waits and ends its threads.
impl Drop for Sqlite {
    fn drop(&mut self) {
        drop(self.queue.close());
    }
}

fn later<A: Send + 'static>(asked: Result<Receipt<A>, Unavailable>) -> Answer<A> {
    match asked {
        Ok(receipt) => Box::pin(receipt),
        Err(why) => Box::pin(ready(Err(why))),
    }
}
