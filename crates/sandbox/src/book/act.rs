//! One act: everything done in it becomes true together.

use std::time::Duration;

use payhook_domain::time::Timestamp;
use rusqlite::Transaction;

use super::BookError;
use crate::accounts::Accounts;
use crate::chance::Chance;
use crate::world::World;

/// An open transaction, and the moment it happens at. Its other verbs stand with the tables they write.
pub(crate) struct Act<'b> {
    pub(super) transaction: &'b Transaction<'b>,
    /// The moment all of it happens at, in the sandbox's time.
    pub(crate) now: Timestamp,
    seed: u64,
    world: &'b World,
}

impl<'b> Act<'b> {
    pub(super) fn new(transaction: &'b Transaction<'b>, now: Timestamp, seed: u64, world: &'b World) -> Self {
        Self { transaction, now, seed, world }
    }

    /// Who may ask, and for which accounts.
    pub(crate) fn accounts(&self) -> &'b Accounts {
        &self.world.accounts
    }

    /// An address of the sandbox itself.
    pub(crate) fn address(&self, path: &str) -> String {
        self.world.address(path)
    }

    /// The next number of the sandbox's sequence, as chance: each is used once.
    pub(crate) fn chance(&self) -> Result<Chance, BookError> {
        Ok(Chance::new(self.seed, self.serial()?))
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
