//! Aliases: the names payments and orders are found by, as digests. Found through an index in [`Runs`].

use payhook_domain::identity::Digest;
use payhook_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Statement};

use crate::sqlite::index::runs::{Indexed, Runs};
use crate::sqlite::tally::Changes;

/// Finds and writes aliases.
pub(in crate::sqlite) struct Aliases<'c> {
    pub(in crate::sqlite) runs: Runs<'c>,
    insert: Statement<'c>,
    payment: Statement<'c>,
    success: Statement<'c>,
    succeed: Statement<'c>,
}

impl<'c> Aliases<'c> {
    pub(in crate::sqlite) fn load(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            runs: Runs::load(Indexed::Aliases, connection)?,
            insert: connection.prepare("INSERT INTO aliases (digest, payment, success_at) VALUES (?1, ?2, ?3)")?,
            payment: connection.prepare("SELECT payment FROM aliases WHERE id = ?1")?,
            success: connection.prepare("SELECT success_at FROM aliases WHERE id = ?1")?,
            succeed: connection.prepare("UPDATE aliases SET success_at = ?2 WHERE id = ?1 AND success_at < ?2")?,
        })
    }

    /// The payment known by this name, which may have turned out to be another since.
    pub(in crate::sqlite) fn payment(&mut self, name: &Digest) -> rusqlite::Result<Option<i64>> {
        match self.runs.find(name)? {
            Some(alias) => self.payment.query_row([alias], |row| row.get(0)).optional(),
            None => Ok(None),
        }
    }

    /// From now on the payment is found by this name.
    pub(in crate::sqlite) fn claim(
        &mut self,
        name: &Digest,
        payment: i64,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let alias = self.insert.insert((&name.as_bytes()[..], payment, None::<i64>))?;
        self.runs.claim(name, alias, changes);
        Ok(())
    }

    /// When the latest success of this order was, if there was any.
    pub(in crate::sqlite) fn success_of(&mut self, order: &Digest) -> rusqlite::Result<Option<Timestamp>> {
        let Some(alias) = self.runs.find(order)? else { return Ok(None) };
        let at: Option<i64> = self.success.query_row([alias], |row| row.get(0)).optional()?.flatten();
        Ok(at.map(Timestamp::from_micros))
    }

    /// The order had a success at `at`.
    pub(in crate::sqlite) fn succeeded(
        &mut self,
        order: &Digest,
        at: Timestamp,
        payment: i64,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        if let Some(alias) = self.runs.find(order)? {
            return self.succeed.execute((alias, at.as_micros())).map(drop);
        }
        let alias = self.insert.insert((&order.as_bytes()[..], payment, at.as_micros()))?;
        self.runs.claim(order, alias, changes);
        Ok(())
    }
}
