//! One act: everything done in it becomes true together.

use std::cell::{Ref, RefCell};
use std::time::Duration;

use payhook_domain::identity::Digest;
use payhook_domain::time::Timestamp;
use rusqlite::Transaction;

use super::BookError;
use crate::accounts::Accounts;
use crate::chance::Chance;
use crate::sender::faults::Fault;
use crate::world::World;

/// An open transaction, and the moment it happens at. Its other verbs stand with the tables they write.
pub(crate) struct Act<'b> {
    pub(super) transaction: &'b Transaction<'b>,
    /// The moment all of it happens at, in the sandbox's time.
    pub(crate) now: Timestamp,
    seed: u64,
    world: &'b World,
    /// The story this act belongs to; empty when to none.
    story: RefCell<String>,
    /// What was queued in this act.
    posted: RefCell<Vec<i64>>,
}

impl<'b> Act<'b> {
    pub(super) fn new(transaction: &'b Transaction<'b>, now: Timestamp, seed: u64, world: &'b World) -> Self {
        let (story, posted) = (RefCell::default(), RefCell::default());
        Self { transaction, now, seed, world, story, posted }
    }

    /// Who may ask, and for which accounts.
    pub(crate) fn accounts(&self) -> &'b Accounts {
        &self.world.accounts
    }

    /// What goes wrong with notifications that belong to no story.
    pub(crate) fn weather(&self) -> &'b [Fault] {
        &self.world.weather
    }

    /// An address of the sandbox itself.
    pub(crate) fn address(&self, path: &str) -> String {
        self.world.address(path)
    }

    /// The next number of the sandbox's sequence, as chance: each is used once.
    pub(crate) fn chance(&self) -> Result<Chance, BookError> {
        Ok(Chance::new(self.seed, self.serial()?))
    }

    /// Chance beside the sequence, for what has a name of its own: the same for the same name, and asking moves nothing.
    pub(crate) fn chance_aside(&self, name: &str) -> Chance {
        let mut first = [0; 8];
        first.copy_from_slice(&Digest::of([name.as_bytes()]).as_bytes()[..8]);
        Chance::new(self.seed, u64::from_be_bytes(first))
    }

    /// From here on this act tells a story: whatever it queues, or lets happen later, belongs to it.
    pub(crate) fn tells(&self, story: &str) {
        story.clone_into(&mut self.story.borrow_mut());
    }

    /// The story this act tells; empty when none.
    pub(crate) fn story(&self) -> Ref<'_, str> {
        Ref::map(self.story.borrow(), String::as_str)
    }

    /// What was queued in this act since this was last asked.
    pub(crate) fn take_posted(&self) -> Vec<i64> {
        self.posted.take()
    }

    pub(super) fn note_posted(&self, message: i64) {
        self.posted.borrow_mut().push(message);
    }

    /// This moment, later by so much.
    pub(crate) fn after(&self, delay: Duration) -> Timestamp {
        self.now.plus(delay)
    }

    pub(super) fn serial(&self) -> Result<u64, BookError> {
        let sql = "INSERT INTO numbers VALUES ('serial', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1
                   RETURNING value";
        let serial: i64 = self.transaction.query_row(sql, [], |row| row.get(0))?;
        Ok(serial.cast_unsigned())
    }

    /// Remembers how far time has come.
    pub(super) fn close(&self) -> Result<(), BookError> {
        let sql = "INSERT INTO numbers VALUES ('reached', ?1) ON CONFLICT (name) DO UPDATE SET value = max(value, ?1)";
        self.transaction.prepare_cached(sql)?.execute([self.now.as_micros()])?;
        Ok(())
    }
}
