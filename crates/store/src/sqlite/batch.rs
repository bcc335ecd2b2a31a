//! A batch: whoever waited, written in one transaction.
//!
//! On the happy path the jobs run one after the other with nothing between them. When one of them fails for a reason of
//! its own, the transaction is undone and run again with a savepoint around each: that one fails alone. When the disk
//! or the engine fails, all fail.

use std::mem;

use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Verdict;
use rusqlite::{Connection, Statement};

use super::file::fault;
use super::handback::{Giver, hand_back};
use super::owing::lease::Leases;
use super::owing::settle::Settler;
use super::owing::{again, floor};
use super::recording::quarantine::Bounds;
use super::recording::record::Recorder;
use super::tally::{self, Changes, Numbers};
use crate::{Quarantined, Recording, Settled, Settlement, Unavailable};

/// A question, who asked it, and its answer once there is one.
pub(super) struct Job<Q, A> {
    pub(super) ask: Q,
    giver: Giver<A>,
    answer: Option<Result<A, Unavailable>>,
}

impl<Q, A> Job<Q, A> {
    pub(super) fn new(ask: Q, giver: Giver<A>) -> Self {
        Self { ask, giver, answer: None }
    }
}

/// A rare job: anything that runs in a transaction and answers once.
pub(super) trait Chore: Send {
    /// Runs it; may be called again when the transaction was undone.
    fn run(&mut self, rooms: &mut Rooms<'_>) -> rusqlite::Result<()>;
    /// Hears how it ended.
    fn end(self: Box<Self>, failed: Option<Unavailable>);
    /// Replaces the answer by a failure of its own.
    fn refuse(&mut self, why: Unavailable);
}

/// A chore made of a function.
pub(super) struct Errand<A, F> {
    run: F,
    giver: Giver<A>,
    answer: Option<Result<A, Unavailable>>,
}

impl<A, F> Errand<A, F> {
    pub(super) fn new(run: F, giver: Giver<A>) -> Self {
        Self { run, giver, answer: None }
    }
}

impl<A: Send, F: FnMut(&mut Rooms<'_>) -> rusqlite::Result<A> + Send> Chore for Errand<A, F> {
    fn run(&mut self, rooms: &mut Rooms<'_>) -> rusqlite::Result<()> {
        self.answer = Some(Ok((self.run)(rooms)?));
        Ok(())
    }

    fn end(self: Box<Self>, failed: Option<Unavailable>) {
        let answer = failed.map(Err).or(self.answer);
        self.giver.give(answer.unwrap_or(Err(Unavailable::Closed)));
    }

    fn refuse(&mut self, why: Unavailable) {
        self.answer = Some(Err(why));
    }
}

/// Where the jobs run: the prepared statements of one connection, and what the transaction changes beside rows.
pub(super) struct Rooms<'c> {
    pub(super) connection: &'c Connection,
    pub(super) recorder: Recorder<'c>,
    pub(super) settler: Settler<'c>,
    pub(super) quarantine: Bounds,
    pub(super) leases: &'c mut Leases,
    pub(super) changes: Changes,
    pub(super) numbers: Numbers,
    pub(super) begin: Statement<'c>,
    pub(super) commit: Statement<'c>,
    pub(super) add: Statement<'c>,
}

/// Whether each job is guarded by a savepoint.
#[derive(Clone, Copy, PartialEq)]
enum Care {
    Together,
    Apart,
}

/// Jobs of every priority, the most urgent first.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) ingest: Vec<Job<Recording, Vec<Verdict>>>,
    pub(super) settle: Vec<Job<Settlement, Settled>>,
    pub(super) chores: Vec<Box<dyn Chore>>,
    /// One chore of those for which there is always time later; the last work of the transaction.
    pub(super) spare: Option<Box<dyn Chore>>,
    pub(super) refused: Vec<Quarantined>,
    /// The time by which holds are over, when some are.
    pub(super) holds_end: Option<Timestamp>,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.ingest.is_empty()
            && self.settle.is_empty()
            && self.chores.is_empty()
            && self.spare.is_none()
            && self.refused.is_empty()
            && self.holds_end.is_none()
    }

    /// Runs every job and commits. The answers wait in the jobs until [`Self::hand_back`]: nobody hears anything that
    /// is not on disk.
    pub(super) fn write(&mut self, rooms: &mut Rooms<'_>) -> rusqlite::Result<()> {
        let written = match self.attempt(rooms, Care::Together) {
            Err(error) if fault::is_about_the_job(&error) => {
                rooms.undo();
                self.attempt(rooms, Care::Apart)
            }
            written => written,
        };
        match &written {
            Ok(()) => rooms.keep(),
            Err(_) => rooms.undo(),
        }
        written
    }

    /// Gives the answers.
    pub(super) fn hand_back(&mut self) {
        give(&mut self.ingest, None);
        give(&mut self.settle, None);
        self.chores.drain(..).chain(self.spare.take()).for_each(|chore| chore.end(None));
        self.refused.clear();
        self.holds_end = None;
    }

    /// Nothing of it was written.
    pub(super) fn fail(&mut self, why: &Unavailable) {
        self.fail_ingest(why);
        give(&mut self.settle, Some(why));
        self.chores.drain(..).chain(self.spare.take()).for_each(|chore| chore.end(Some(why.clone())));
        self.holds_end = None;
    }

    /// Takes the recordings out of it, unwritten, and what was refused with them.
    pub(super) fn fail_ingest(&mut self, why: &Unavailable) {
        give(&mut self.ingest, Some(why));
        self.refused.clear();
    }

    fn attempt(&mut self, rooms: &mut Rooms<'_>, care: Care) -> rusqlite::Result<()> {
        rooms.begin.execute([])?;
        rooms.changes = Changes::begin(rooms.numbers);
        for job in &mut self.ingest {
            let run = |rooms: &mut Rooms<'_>| rooms.recorder.record(&job.ask, &mut rooms.changes);
            job.answer = Some(rooms.run(care, run)?);
        }
        for job in &mut self.settle {
            let run = |rooms: &mut Rooms<'_>| {
                let Rooms { settler, leases, recorder, changes, .. } = rooms;
                settler.settle(&job.ask, leases, &mut recorder.owing.lanes, changes)
            };
            job.answer = Some(rooms.run(care, run)?);
        }
        if let Some(now) = self.holds_end {
            let _ = rooms.run(care, |rooms| again::end_holds(&mut rooms.recorder, now, &mut rooms.changes))?;
        }
        for chore in &mut self.chores {
            if let Err(why) = rooms.run(care, |rooms| chore.run(rooms))? {
                chore.refuse(why);
            }
        }
        for refused in &self.refused {
            // Best effort: one that cannot be kept is not.
            let _ = rooms.run(care, |rooms| rooms.quarantine.keep(rooms.connection, refused, &mut rooms.changes))?;
        }
        if let Some(chore) = &mut self.spare
            && let Err(why) = rooms.run(care, |rooms| chore.run(rooms))?
        {
            chore.refuse(why);
        }
        if rooms.recorder.follow(self.ingest.len(), &mut rooms.changes)? {
            floor::keep(rooms.connection, rooms.leases.floor())?;
        }
        rooms.changes.save(&mut rooms.add)?;
        rooms.commit.execute([])?;
        Ok(())
    }
}

impl Rooms<'_> {
    /// Runs one job. The outer error ends the transaction, the inner one only this job.
    fn run<A>(
        &mut self,
        care: Care,
        mut job: impl FnMut(&mut Self) -> rusqlite::Result<A>,
    ) -> rusqlite::Result<Result<A, Unavailable>> {
        if care == Care::Together {
            return job(self).map(Ok);
        }
        let before = self.changes.clone();
        self.connection.prepare_cached("SAVEPOINT job")?.execute([])?;
        let answer = job(self);
        if let Err(error) = &answer {
            if !fault::is_about_the_job(error) {
                return answer.map(Ok);
            }
            tracing::error!(%error, "a job could not be written and failed alone");
            self.connection.prepare_cached("ROLLBACK TO job")?.execute([])?;
            let undone = mem::replace(&mut self.changes, before.clone());
            self.leases.put_back(undone.leases_ended(before.leases_ended(0).len()));
            self.recorder.give_back(&undone, Some(&before));
            self.quarantine.recount();
        }
        self.connection.prepare_cached("RELEASE job")?.execute([])?;
        Ok(answer.map_err(|error| Unavailable::Failed(error.to_string())))
    }

    fn keep(&mut self) {
        self.numbers = self.changes.numbers();
        self.leases.committed(&self.changes);
        self.recorder.committed(&self.changes);
    }

    /// A failed COMMIT has rolled back already; then there is nothing to roll back, and that is no error.
    fn undo(&mut self) {
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        self.leases.put_back(self.changes.leases_ended(0));
        self.recorder.give_back(&self.changes, None);
        self.quarantine.recount();
        self.changes = Changes::begin(self.numbers);
    }
}

/// The statements every transaction needs, in the order of [`Rooms`]' fields.
pub(super) fn frame(connection: &Connection) -> rusqlite::Result<(Statement<'_>, Statement<'_>, Statement<'_>)> {
    Ok((connection.prepare("BEGIN IMMEDIATE")?, connection.prepare("COMMIT")?, connection.prepare(tally::ADD)?))
}

fn give<Q, A>(jobs: &mut Vec<Job<Q, A>>, failed: Option<&Unavailable>) {
    hand_back(jobs.drain(..).map(|job| {
        let answer = match failed {
            Some(why) => Err(why.clone()),
            None => job.answer.unwrap_or(Err(Unavailable::Closed)),
        };
        (job.giver, answer)
    }));
}
