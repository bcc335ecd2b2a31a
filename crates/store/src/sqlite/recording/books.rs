//! Books: a payment taken from its row, folded on, and put back.
//!
//! A payment is found by any of its names. When an event names two payments, they are one: the older row takes over the
//! facts and lanes of the other, and the other leads to it. The public name does not depend on which came first: it is
//! one that an event gave the payment itself, rather than a dispute that named no payment; of several the least digest.

use payhook_domain::event::Event;
use payhook_domain::fact::Fact;
use payhook_domain::id::{NameId, PaymentId};
use payhook_domain::identity::Digest;
use payhook_domain::payment::{Facts, Names, Status};
use payhook_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Statement};

use super::aliases::Aliases;
use crate::sqlite::index::runs::{Indexed, Runs};
use crate::sqlite::owing::tails::Tails;
use crate::sqlite::rows::{digest, unreadable};
use crate::sqlite::tally::Changes;

/// Most rows that lead to one another; more were never written.
const MERGED_MAX: usize = 64;

/// A payment in hand.
#[derive(Debug)]
pub(in crate::sqlite) struct Book {
    /// Its row.
    pub(in crate::sqlite) id: i64,
    pub(in crate::sqlite) tails: Tails,
    called: Called,
    facts: Facts,
    version: u64,
    /// Where it stands, since what it is folded from was last changed.
    status: Option<Status>,
    /// Of the first event that has one; what its facts say goes before it where the payment is shown.
    reference: Option<String>,
    updated_at: Timestamp,
    /// What its row is made of, while there is none.
    new: Option<New>,
    folded: bool,
}

/// A public name, and how sure it is.
#[derive(Clone, Copy, Debug)]
struct Called {
    digest: Digest,
    /// Whether an event calls the payment so, rather than a part of a payment that it does not name.
    firm: bool,
}

impl Called {
    /// The one that stays of two.
    fn or(self, other: Self) -> Self {
        if (!other.firm, other.digest) < (!self.firm, self.digest) { other } else { self }
    }
}

#[derive(Debug)]
struct New {
    /// What it is first called.
    name: Digest,
    provider: NameId,
    account: Option<String>,
    key: String,
}

/// Opens and closes books.
pub(in crate::sqlite) struct Books<'c> {
    /// First names.
    pub(in crate::sqlite) names: Runs<'c>,
    /// Further names, and orders.
    pub(in crate::sqlite) aliases: Aliases<'c>,
    load: Statement<'c>,
    insert: Statement<'c>,
    fold: Statement<'c>,
    lanes: Statement<'c>,
    merge: Statement<'c>,
    of_event: Statement<'c>,
}

impl<'c> Books<'c> {
    pub(in crate::sqlite) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            names: Runs::load(Indexed::Payments, connection)?,
            aliases: Aliases::load(connection)?,
            load: connection.prepare(
                "SELECT id, digest, reference, version, updated_at, facts, lanes, firm, merged FROM payments
                 WHERE id = ?1",
            )?,
            insert: connection.prepare(
                "INSERT INTO payments (id, name, digest, provider, account, key, reference, status, version, updated_at,
                 facts, lanes, firm) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?,
            fold: connection.prepare(
                "UPDATE payments SET digest = ?2, reference = ?3, status = ?4, version = ?5, updated_at = ?6,
                 facts = ?7, lanes = ?8, firm = ?9 WHERE id = ?1",
            )?,
            lanes: connection.prepare("UPDATE payments SET lanes = ?2 WHERE id = ?1")?,
            merge: connection.prepare("UPDATE payments SET merged = ?2, lanes = x'' WHERE id = ?1")?,
            of_event: connection.prepare("SELECT payment_row, stale FROM events WHERE seq = ?1")?,
        })
    }

    /// The payment an event names, new where nothing is known by any of its names; they all lead to it from now on.
    pub(in crate::sqlite) fn open(
        &mut self,
        event: &Event,
        names: &Names,
        provider: NameId,
        at: Timestamp,
        changes: &mut Changes,
    ) -> rusqlite::Result<Option<Book>> {
        let (Some(name), Some(key)) = (&names.payment, &event.payment) else { return Ok(None) };
        let (mut known, mut unknown) = (Vec::<Book>::new(), Vec::new());
        for name in std::iter::once(name).chain(&names.aliases) {
            // One that retention removed may still be named for a while.
            let Some(found) = self.named(name)?.map_or(Ok(None), |row| self.load(row))? else {
                unknown.push(name);
                continue;
            };
            if known.iter().all(|book| book.id != found.id) {
                known.push(found);
            }
        }
        // Into the oldest, each by itself: however many an event names, each row is one step from it.
        known.sort_unstable_by_key(|book| book.id);
        let mut known = known.into_iter();
        let mut book = known.next();
        for younger in known {
            book = book.map(|oldest| self.merge(oldest, younger)).transpose()?;
        }
        let firm = event.fact.as_ref().is_some_and(|fact| !fact.leg.is_empty());
        let called = Called { digest: *name, firm };
        let mut book = book.unwrap_or_else(|| Book {
            id: changes.take_payment(),
            tails: Tails::default(),
            called,
            facts: Facts::default(),
            version: 0,
            status: None,
            reference: None,
            updated_at: at,
            new: Some(New { name: *name, provider, account: event.account.clone(), key: key.clone() }),
            folded: false,
        });
        for unknown in unknown {
            if book.is_first_called(unknown) {
                self.names.claim(unknown, book.id, changes);
            } else {
                self.aliases.claim(unknown, book.id, changes)?;
            }
        }
        book.called = book.called.or(called);
        if book.reference.is_none() {
            book.reference.clone_from(&event.reference);
        }
        book.updated_at = at;
        Ok(Some(book))
    }

    /// The row of the payment known by this name, which may have turned out to be another since.
    pub(in crate::sqlite) fn named(&mut self, name: &Digest) -> rusqlite::Result<Option<i64>> {
        match self.names.find(name)? {
            Some(row) => Ok(Some(row)),
            None => self.aliases.payment(name),
        }
    }

    /// The payment an event row was folded into, for its lanes; and whether the event was stale.
    pub(in crate::sqlite) fn of_event(&mut self, seq: i64) -> rusqlite::Result<(Option<Book>, bool)> {
        let found = self.of_event.query_row([seq], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (row, stale): (Option<i64>, Option<bool>) = found.unwrap_or_default();
        Ok((row.map_or(Ok(None), |row| self.load(row))?, stale.unwrap_or(false)))
    }

    /// Puts it back.
    pub(in crate::sqlite) fn close(&mut self, book: &Book) -> rusqlite::Result<()> {
        let lanes = book.tails.write();
        if !book.folded && book.new.is_none() {
            return self.lanes.execute((book.id, lanes)).map(drop);
        }
        let (digest, firm) = (&book.called.digest.as_bytes()[..], book.called.firm);
        let status = book.status.unwrap_or_else(|| book.facts.fold().status) as u8;
        let facts = book.facts.write();
        let (version, at) = (book.version.cast_signed(), book.updated_at.as_micros());
        match &book.new {
            Some(New { name, provider, account, key }) => self.insert.execute(rusqlite::params![
                book.id,
                &name.as_bytes()[..],
                digest,
                provider.0,
                account,
                key,
                book.reference,
                status,
                version,
                at,
                facts,
                lanes,
                firm,
            ]),
            None => self.fold.execute(rusqlite::params![
                book.id,
                digest,
                book.reference,
                status,
                version,
                at,
                facts,
                lanes,
                firm
            ]),
        }
        .map(drop)
    }

    /// The payment in this row, or in the one it leads to.
    pub(in crate::sqlite) fn load(&mut self, row: i64) -> rusqlite::Result<Option<Book>> {
        follow(&mut self.load, row, |row| Ok((book(row)?, row.get(8)?)))
    }

    fn merge(&mut self, mut older: Book, younger: Book) -> rusqlite::Result<Book> {
        self.merge.execute((younger.id, older.id))?;
        older.called = older.called.or(younger.called);
        older.version = older.version.max(younger.version);
        older.status = None;
        older.facts.absorb(younger.facts);
        older.tails.absorb(younger.tails);
        older.reference = older.reference.or(younger.reference);
        older.folded = true;
        Ok(older)
    }
}

impl Book {
    fn is_first_called(&self, name: &Digest) -> bool {
        self.new.as_ref().is_some_and(|new| new.name == *name)
    }

    /// Its public name.
    pub(in crate::sqlite) fn public(&self) -> PaymentId {
        PaymentId(self.called.digest)
    }

    /// Takes in what an event states; whether it was stale.
    pub(in crate::sqlite) fn fold(&mut self, id: Digest, content: Digest, fact: Fact, now: Timestamp) -> bool {
        self.status = None;
        self.version = version_after(self.version, now);
        self.folded = true;
        self.facts.add(id, content, fact).stale
    }

    /// Takes in the accepted version of a conflict in the place of what the event stated before.
    pub(in crate::sqlite) fn correct(&mut self, id: Digest, content: Digest, fact: Fact, now: Timestamp) {
        self.status = None;
        self.version = version_after(self.version, now);
        self.folded = true;
        self.facts.replace(id, content, fact);
    }

    /// Takes in what its events state and nothing else; whether anything is believed differently now.
    pub(in crate::sqlite) fn rebuild(&mut self, facts: Facts) -> bool {
        let differs = self.facts != facts;
        if differs {
            self.status = None;
            self.version += 1;
            self.folded = true;
            self.facts = facts;
        }
        differs
    }

    pub(in crate::sqlite) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What is believed of it now, as payloads show it.
    pub(in crate::sqlite) fn snapshot(&mut self) -> String {
        let payment = self.facts.fold();
        self.status = Some(payment.status);
        payment.snapshot(self.public(), self.version)
    }
}

/// The version behind this one: the milliseconds since 1970, or one more where the clock says nothing later. By the count of
/// its events alone a payment would begin again at 1 when retention has removed it, and at what a backup knew when one was put
/// in place, and whoever keeps the highest version heard would pass over all that is told then.
fn version_after(version: u64, now: Timestamp) -> u64 {
    let by_the_clock = u64::try_from(now.as_micros() / 1_000).unwrap_or(0);
    by_the_clock.max(version + 1)
}

/// What `read` makes of this row, or of the one it leads to; `load` finds a row by its number, and `read` also says to
/// which other it leads.
pub(in crate::sqlite) fn follow<T>(
    load: &mut Statement<'_>,
    mut id: i64,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<(T, Option<i64>)>,
) -> rusqlite::Result<Option<T>> {
    for _ in 0..MERGED_MAX {
        match load.query_row([id], &read).optional()? {
            Some((_, Some(merged))) => id = merged,
            Some((found, None)) => return Ok(Some(found)),
            None => return Ok(None),
        }
    }
    Ok(None)
}

fn book(row: &Row<'_>) -> rusqlite::Result<Book> {
    Ok(Book {
        id: row.get(0)?,
        called: Called { digest: digest(row, 1)?, firm: row.get(7)? },
        reference: row.get(2)?,
        version: row.get::<_, i64>(3)?.cast_unsigned(),
        status: None,
        updated_at: Timestamp::from_micros(row.get(4)?),
        facts: Facts::read(row.get_ref(5)?.as_blob()?).ok_or_else(|| unreadable(5, "facts"))?,
        tails: Tails::read(row.get_ref(6)?.as_blob()?),
        new: None,
        folded: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_goes_by_the_clock_and_grows_also_when_that_stands_still_or_goes_back() {
        let at = Timestamp::from_seconds;
        let first = version_after(0, at(1_800_000_000));
        assert_eq!(first, 1_800_000_000_000);
        assert_eq!(version_after(first, at(1_800_000_000)), first + 1);
        assert_eq!(version_after(first, at(1_700_000_000)), first + 1);
        assert_eq!(version_after(3, at(-5)), 4);
    }
}
