//! What waits for the writer: one line per priority, each bounded.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use payhook_domain::id::{DeliveryId, NameId};
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Verdict;
use tokio::time::Instant;

use super::batch::{Batch, Chore, Job};
use super::handback::{Giver, Receipt, slot};
use super::rate::Rates;
use crate::{Lease, Options, Quarantined, Recording, Settled, Settlement, Unavailable, Writing};

/// Most jobs of each priority in one transaction, and most bytes of ingest: so that nobody waits longer than one short
/// transaction for another kind of work.
const INGEST_MAX: usize = 512;
const INGEST_BYTES_MAX: usize = 8 << 20;
const SETTLE_MAX: usize = 512;
const CHORES_MAX: usize = 16;

/// How long what is done when there is nothing else may wait for that, before it is done all the same.
const SPARE_WAIT_MAX: Duration = Duration::from_secs(1);
const REFUSED_MAX: usize = 16;

/// Most refused requests that wait, and most bytes of them; what comes beyond is dropped. A sixteenth of the bytes a
/// flood could send in a second over one gigabit link.
const REFUSED_WAITING_MAX: usize = 256;
const REFUSED_BYTES_MAX: usize = 8 << 20;

/// Most settlements, chores and looks for work that wait: each has a task of ours behind it, so this is never met in
/// practice.
const OTHERS_WAITING_MAX: usize = 65_536;

/// A look for work.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) destination: NameId,
    pub(super) limit: usize,
    pub(super) now: Timestamp,
    /// What is due by then is handed out: now, or ahead of it.
    pub(super) due_by: Timestamp,
    pub(super) giver: Giver<Lease>,
}

/// What the writer took out.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) batch: Batch,
    pub(super) looks: Vec<Look>,
    pub(super) given_up: Vec<DeliveryId>,
    /// Who waits for the end, when nothing else is left to do.
    pub(super) closing: Option<Vec<Giver<()>>>,
}

/// The lines.
pub(super) struct Queue {
    lines: Mutex<Lines>,
    filled: Condvar,
    ingest_max: usize,
    ingest_bytes_max: usize,
}

#[derive(Default)]
struct Lines {
    ingest: VecDeque<Job<Recording, Vec<Verdict>>>,
    ingest_bytes: usize,
    settle: VecDeque<Job<Settlement, Settled>>,
    chores: VecDeque<Box<dyn Chore>>,
    /// Chores for when there is nothing else, and since when they wait.
    spare: VecDeque<(Instant, Box<dyn Chore>)>,
    refused: VecDeque<Quarantined>,
    refused_bytes: usize,
    refused_rates: Rates,
    refused_dropped: u64,
    looks: Vec<Look>,
    given_up: Vec<DeliveryId>,
    closing: Vec<Giver<()>>,
    closed: bool,
    abandoned: bool,
    writer_sleeps: bool,
    /// When the writer last took something, unless it waits for more.
    taken_at: Option<Instant>,
}

impl Queue {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            lines: Mutex::default(),
            filled: Condvar::new(),
            ingest_max: options.queue_max,
            ingest_bytes_max: options.queue_bytes_max,
        }
    }

    pub(super) fn record(&self, recording: Recording) -> Result<Receipt<Vec<Verdict>>, Unavailable> {
        let bytes = bytes(&recording);
        let mut lines = self.open()?;
        if lines.ingest.len() >= self.ingest_max || lines.ingest_bytes.saturating_add(bytes) > self.ingest_bytes_max {
            return Err(Unavailable::Overloaded);
        }
        let (giver, receipt) = slot();
        lines.ingest_bytes += bytes;
        lines.ingest.push_back(Job::new(recording, giver));
        self.wake(lines);
        Ok(receipt)
    }

    pub(super) fn settle(&self, settlement: Settlement) -> Result<Receipt<Settled>, Unavailable> {
        let mut lines = self.open()?;
        bounded(lines.settle.len())?;
        let (giver, receipt) = slot();
        lines.settle.push_back(Job::new(settlement, giver));
        self.wake(lines);
        Ok(receipt)
    }

    pub(super) fn chore(&self, chore: Box<dyn Chore>) -> Result<(), Unavailable> {
        let mut lines = self.open()?;
        bounded(lines.chores.len())?;
        lines.chores.push_back(chore);
        self.wake(lines);
        Ok(())
    }

    /// A chore for when there is nothing else to do.
    pub(super) fn spare(&self, chore: Box<dyn Chore>) -> Result<(), Unavailable> {
        let mut lines = self.open()?;
        bounded(lines.spare.len())?;
        lines.spare.push_back((Instant::now(), chore));
        self.wake(lines);
        Ok(())
    }

    pub(super) fn look(
        &self,
        destination: NameId,
        limit: usize,
        (now, due_by): (Timestamp, Timestamp),
    ) -> Result<Receipt<Lease>, Unavailable> {
        let mut lines = self.open()?;
        bounded(lines.looks.len())?;
        let (giver, receipt) = slot();
        lines.looks.push(Look { destination, limit, now, due_by, giver });
        self.wake(lines);
        Ok(receipt)
    }

    /// Best effort: drops it when too much waits already, or its source has had its share.
    pub(super) fn refuse(&self, refused: Quarantined) {
        let bytes = refused_bytes(&refused);
        let Ok(mut lines) = self.open() else { return };
        let fits = lines.refused.len() < REFUSED_WAITING_MAX
            && lines.refused_bytes.saturating_add(bytes) <= REFUSED_BYTES_MAX
            && lines.refused_rates.take(refused.source, bytes, Instant::now());
        if fits {
            lines.refused_bytes += bytes;
            lines.refused.push_back(refused);
            self.wake(lines);
        } else {
            lines.refused_dropped += 1;
        }
    }

    /// Refused requests that were dropped so far.
    pub(super) fn refused_dropped(&self) -> u64 {
        self.lock().refused_dropped
    }

    /// Bounded by the leases there are.
    pub(super) fn give_up(&self, delivery: DeliveryId) {
        let Ok(mut lines) = self.open() else { return };
        lines.given_up.push(delivery);
        self.wake(lines);
    }

    /// Takes nothing more; what waits is still done. The receipt comes when it is, and the files are closed.
    pub(super) fn close(&self) -> Receipt<()> {
        let (giver, receipt) = slot();
        let mut lines = self.lock();
        lines.closed = true;
        if !lines.abandoned {
            lines.closing.push(giver);
        }
        self.wake(lines);
        receipt
    }

    /// The writer is gone: everyone who waits hears it, now and later.
    pub(super) fn abandon(&self) {
        let left = mem::replace(&mut *self.lock(), Lines { closed: true, abandoned: true, ..Lines::default() });
        drop(left);
    }

    /// Jobs that wait.
    pub(super) fn len(&self) -> usize {
        let lines = self.lock();
        lines.ingest.len()
            + lines.settle.len()
            + lines.chores.len()
            + lines.spare.len()
            + lines.looks.len()
            + lines.refused.len()
    }

    /// What the writer is at.
    pub(super) fn writing(&self) -> Writing {
        let lines = self.lock();
        match lines.taken_at {
            _ if lines.abandoned => Writing::Ended,
            Some(since) => Writing::For(since.elapsed()),
            None => Writing::Idle,
        }
    }

    /// Waits for work, at most `patience`, and moves what waits into `taken`, each line up to its share.
    pub(super) fn take(&self, taken: &mut Taken, patience: Duration) {
        let mut lines = self.lock();
        if lines.is_empty() {
            lines.writer_sleeps = true;
            lines.taken_at = None;
            lines = self.filled.wait_timeout(lines, patience).unwrap_or_else(PoisonError::into_inner).0;
            lines.writer_sleeps = false;
            drop(lines);
            // Who woke us often has more to hand over. Where processors are few, we would commit its first job alone
            // and let all the others wait for a second commit. Not a wait: it returns at once when nobody else can run.
            thread::yield_now();
            lines = self.lock();
        }
        lines.take_ingest(&mut taken.batch.ingest);
        move_some(&mut lines.settle, &mut taken.batch.settle, SETTLE_MAX);
        move_some(&mut lines.chores, &mut taken.batch.chores, CHORES_MAX);
        move_some(&mut lines.refused, &mut taken.batch.refused, REFUSED_MAX);
        lines.refused_bytes -= taken.batch.refused.iter().map(refused_bytes).sum::<usize>();
        if taken.batch.is_empty() || lines.spare.front().is_some_and(|(since, _)| since.elapsed() >= SPARE_WAIT_MAX) {
            taken.batch.spare = lines.spare.pop_front().map(|(_, chore)| chore);
        }
        taken.looks.append(&mut lines.looks);
        taken.given_up.append(&mut lines.given_up);
        lines.taken_at = Some(Instant::now());
        if lines.closed && lines.nothing_left() && taken.batch.is_empty() && taken.looks.is_empty() {
            taken.closing = Some(mem::take(&mut lines.closing));
        }
    }

    fn open(&self) -> Result<MutexGuard<'_, Lines>, Unavailable> {
        let lines = self.lock();
        if lines.closed { Err(Unavailable::Closed) } else { Ok(lines) }
    }

    /// Wakes the writer only when it sleeps: while it works it looks by itself, and a needless wake is a system call.
    fn wake(&self, lines: MutexGuard<'_, Lines>) {
        let sleeps = lines.writer_sleeps;
        drop(lines);
        if sleeps {
            self.filled.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    fn is_empty(&self) -> bool {
        self.nothing_left() && !self.closed
    }

    fn nothing_left(&self) -> bool {
        self.ingest.is_empty()
            && self.settle.is_empty()
            && self.chores.is_empty()
            && self.spare.is_empty()
            && self.refused.is_empty()
            && self.looks.is_empty()
            && self.given_up.is_empty()
    }

    fn take_ingest(&mut self, into: &mut Vec<Job<Recording, Vec<Verdict>>>) {
        let mut taken_bytes = 0;
        while let Some(job) = self.ingest.front() {
            let size = bytes(&job.ask);
            if into.len() >= INGEST_MAX || (taken_bytes > 0 && taken_bytes + size > INGEST_BYTES_MAX) {
                break;
            }
            taken_bytes += size;
            into.extend(self.ingest.pop_front());
        }
        self.ingest_bytes -= taken_bytes;
    }
}

fn move_some<T>(from: &mut VecDeque<T>, into: &mut Vec<T>, max: usize) {
    let count = from.len().min(max);
    into.extend(from.drain(..count));
}

fn bounded(waiting: usize) -> Result<(), Unavailable> {
    if waiting < OTHERS_WAITING_MAX { Ok(()) } else { Err(Unavailable::Overloaded) }
}

fn bytes(recording: &Recording) -> usize {
    recording.notification.body.len() + recording.notification.headers.len()
}

fn refused_bytes(refused: &Quarantined) -> usize {
    refused.body.len() + refused.headers.len() + refused.target.len() + refused.detail.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::batch::{Errand, Rooms};

    fn chore() -> Box<dyn Chore> {
        Box::new(Errand::new(|_: &mut Rooms<'_>| Ok(()), slot::<()>().0))
    }

    /// How many chores are taken now, and whether a spare one is.
    fn taken(queue: &Queue) -> (usize, bool) {
        let mut taken = Taken::default();
        queue.take(&mut taken, Duration::ZERO);
        (taken.batch.chores.len(), taken.batch.spare.is_some())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_done_when_there_is_nothing_else_waits_for_that_but_not_for_ever() {
        let queue = Queue::new(&Options::default());
        queue.spare(chore()).expect("taken");
        queue.spare(chore()).expect("taken");
        queue.chore(chore()).expect("taken");
        assert_eq!(taken(&queue), (1, false));
        assert_eq!(taken(&queue), (0, true), "one at a time");
        queue.chore(chore()).expect("taken");
        tokio::time::advance(SPARE_WAIT_MAX).await;
        assert_eq!(taken(&queue), (1, true));
        assert_eq!(taken(&queue), (0, false));
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_seen_how_long_the_writer_has_been_at_what_it_took_and_that_it_is_gone() {
        let queue = Queue::new(&Options::default());
        assert_eq!(queue.writing(), Writing::Idle);
        queue.chore(chore()).expect("taken");
        assert_eq!(taken(&queue), (1, false));
        tokio::time::advance(Duration::from_secs(12)).await;
        assert_eq!(queue.writing(), Writing::For(Duration::from_secs(12)));
        assert_eq!(taken(&queue), (0, false));
        assert_eq!(queue.writing(), Writing::For(Duration::ZERO), "it came back for more");
        queue.abandon();
        assert_eq!(queue.writing(), Writing::Ended);
    }
}
