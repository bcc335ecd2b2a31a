//! Runs: an index over digests that follows behind what it indexes.
//!
//! Digests are random, so an index that follows every insert dirties another page for each: most of what a commit would
//! write. Rows are therefore written in the order of arrival, which costs nothing, and the index follows behind: the
//! newest are looked up in memory; once a run of them has come it is put into the index in the order of its digests, a
//! few rows with each commit, so that neighbours share a page. What is not in the index yet is read back when the file
//! is opened. Measured over identities: a third less work per recording, and within a fifth of that of an empty file at
//! millions.

use std::collections::HashMap;
use std::mem;
use std::path::PathBuf;

use payhook_domain::identity::Digest;
use rusqlite::{Connection, OptionalExtension, Statement};

use super::filter::Filter;
use super::run::{Rows, Run};
use super::segments::identities;
use crate::sqlite::rows::digest;
use crate::sqlite::tally::{Changes, sort};

/// Rows put into an index per commit, beside [`STEP_PER_ARRIVAL`] for each event that came: so a run ends before the
/// next is full.
const STEP: usize = 32;
/// An event claims one identity, and as a rule at most three aliases.
const STEP_PER_ARRIVAL: usize = 4;

/// What is indexed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(in crate::sqlite) enum Indexed {
    /// Identities of events, by the event's row.
    Identities = 0,
    /// First names of payments, by the payment's row.
    Payments = 1,
    /// Further names of payments, and orders, by the alias's row.
    Aliases = 2,
}

impl Indexed {
    /// All of them.
    pub(in crate::sqlite) const ALL: [Self; 3] = [Self::Identities, Self::Payments, Self::Aliases];

    /// Rows in a run. With as many again waiting, a quarter of a million are about 18 MB; at five million seven of a
    /// run share a page of the index. What is not in the index yet is read at the start, from the wide rows of payments
    /// too: 35 MB of them at most.
    const fn run_length(self) -> usize {
        match self {
            Self::Identities => 1 << 18,
            Self::Payments => 1 << 16,
            Self::Aliases => 1 << 17,
        }
    }

    /// The index's table, and what it calls the row number.
    const fn index(self) -> (&'static str, &'static str) {
        match self {
            Self::Identities => ("identity_index", "event"),
            Self::Payments => ("payment_index", "payment"),
            Self::Aliases => ("alias_index", "id"),
        }
    }

    /// Asks for the digest of row `?1`.
    const fn digest_of(self) -> &'static str {
        match self {
            Self::Identities => identities::DIGEST_OF,
            Self::Payments => "SELECT name FROM payments WHERE id = ?1",
            Self::Aliases => "SELECT digest FROM aliases WHERE id = ?1",
        }
    }

    /// The digests behind row `after`, with their rows.
    fn behind(self, connection: &Connection, after: i64) -> rusqlite::Result<Vec<(Digest, i64)>> {
        let sql = match self {
            Self::Identities => return identities::behind(connection, after),
            Self::Payments => "SELECT name, id FROM payments WHERE id > ?1",
            Self::Aliases => "SELECT digest, id FROM aliases WHERE id > ?1",
        };
        connection.prepare(sql)?.query_map([after], |row| Ok((digest(row, 0)?, row.get(1)?)))?.collect()
    }

    /// The row behind row `after` with this digest.
    fn find_behind(self, connection: &Connection, after: i64, id: &Digest) -> rusqlite::Result<Option<i64>> {
        let sql = match self {
            Self::Identities => return identities::find(connection, after, id),
            Self::Payments => "SELECT id FROM payments WHERE id > ?1 AND name = ?2",
            Self::Aliases => "SELECT id FROM aliases WHERE id > ?1 AND digest = ?2",
        };
        connection.prepare_cached(sql)?.query_row((after, &id.as_bytes()[..]), |row| row.get(0)).optional()
    }

    /// Where the row up to which all are in the index is kept.
    pub(in crate::sqlite) const fn mark(self) -> i64 {
        match self {
            Self::Identities => sort::INDEXED,
            Self::Payments => sort::PAYMENTS_INDEXED,
            Self::Aliases => sort::ALIASES_INDEXED,
        }
    }
}

/// Finds rows by digest.
pub(in crate::sqlite) struct Runs<'c> {
    what: Indexed,
    fresh: Rows,
    run: Run,
    /// The row up to which all are in the index, in whatever order.
    indexed: i64,
    run_length: usize,
    filter: Option<Filter>,
    path: Option<PathBuf>,
    look: Statement<'c>,
    digest_of: Statement<'c>,
    index: Statement<'c>,
}

impl<'c> Runs<'c> {
    pub(in crate::sqlite) fn load(what: Indexed, connection: &'c Connection) -> rusqlite::Result<Self> {
        let mut runs = Self::load_in_runs_of(what.run_length(), what, connection)?;
        runs.path = connection.path().filter(|path| !path.is_empty()).map(PathBuf::from);
        runs.filter_anew();
        Ok(runs)
    }

    fn load_in_runs_of(run_length: usize, what: Indexed, connection: &'c Connection) -> rusqlite::Result<Self> {
        let indexed = indexed(connection, what)?;
        let (index, row) = what.index();
        Ok(Self {
            what,
            fresh: what.behind(connection, indexed)?.into_iter().collect(),
            run: Run::default(),
            indexed,
            run_length,
            filter: None,
            path: None,
            look: connection.prepare(&look(what))?,
            digest_of: connection.prepare(what.digest_of())?,
            index: connection
                .prepare(&format!("INSERT INTO {index} (prefix, {row}) VALUES (?1, ?2) ON CONFLICT DO NOTHING"))?,
        })
    }

    /// The row of this digest.
    pub(in crate::sqlite) fn find(&mut self, id: &Digest) -> rusqlite::Result<Option<i64>> {
        if self.filter.as_ref().is_some_and(|filter| !filter.perhaps(prefix(id))) {
            return Ok(None);
        }
        match self.fresh.get(id).or_else(|| self.run.row(id)) {
            Some(row) => Ok(Some(*row)),
            None => find_indexed(&mut self.look, &mut self.digest_of, id),
        }
    }

    /// The digest was written with this row.
    pub(in crate::sqlite) fn claim(&mut self, id: &Digest, row: i64, changes: &mut Changes) {
        if self.fresh.capacity() == 0 {
            // All at once: growing moves everything, on the way of an acknowledgement.
            self.fresh.reserve(self.run_length);
        }
        self.fresh.insert(*id, row);
        if let Some(filter) = &self.filter {
            filter.add(prefix(id));
        }
        changes.claimed(self.what, *id);
    }

    /// Puts some more of the run into the index. The last work of a transaction.
    pub(in crate::sqlite) fn follow(&mut self, arrivals: usize, changes: &mut Changes) -> rusqlite::Result<()> {
        let Some(run) = self.run.in_order() else { return Ok(()) };
        let end = run.all.len().min(run.indexed + STEP + STEP_PER_ARRIVAL * arrivals);
        for (id, row) in run.all[run.indexed..end].iter().filter(|(_, row)| run.has(*row)) {
            self.index.execute((prefix(id), row))?;
        }
        changes.indexed(self.what, end);
        if end == run.all.len() {
            let last = run.all.iter().map(|(_, row)| *row).max().unwrap_or(self.indexed);
            changes.run_ended(self.what, last - self.indexed);
        }
        Ok(())
    }

    /// The transaction was committed.
    pub(in crate::sqlite) fn committed(&mut self, changes: &Changes) {
        for (id, row) in changes.forgotten(self.what) {
            if self.fresh.get(id) == Some(row) {
                self.fresh.remove(id);
            }
            self.run.forget(id, *row);
        }
        if let Some(end) = changes.indexed_to(self.what) {
            self.run.indexed_to(end);
        }
        let gained = changes.run_gained(self.what);
        if gained > 0 {
            self.indexed += gained;
            self.run = Run::default();
        }
        if self.run.is_empty() && self.fresh.len() >= self.run_length {
            self.run = Run::of(mem::take(&mut self.fresh));
            if self.filter.as_ref().is_none_or(|filter| !filter.suffices(self.count())) {
                self.filter_anew();
            }
        }
    }

    /// At most so many are in the index or in memory before this is asked again.
    fn count(&self) -> usize {
        let indexed = usize::try_from(self.indexed).unwrap_or(usize::MAX);
        indexed.saturating_add(self.run.rows().len() + self.run_length)
    }

    /// Begins a filter that is large enough, for all but a few of those that come: they are new, and it says so at the cost
    /// of one look at memory, where a look through the newest costs six and one through the index a page. What is in
    /// the index it takes from there, what is in memory from here. The one before goes first, with its thread.
    fn filter_anew(&mut self) {
        self.filter = None;
        let Some(path) = &self.path else { return };
        let filter = Filter::fill(path, self.what.index().0, self.count());
        self.run.rows().keys().chain(self.fresh.keys()).for_each(|id| filter.add(prefix(id)));
        self.filter = Some(filter);
    }

    /// The transaction that claimed these was undone.
    pub(in crate::sqlite) fn give_back(&mut self, claimed: &[Digest]) {
        for id in claimed {
            self.fresh.remove(id);
        }
    }
}

fn look(what: Indexed) -> String {
    let (index, row) = what.index();
    format!("SELECT {row} FROM {index} WHERE prefix = ?1")
}

/// The row in the index whose whole digest is this one.
fn find_indexed(look: &mut Statement<'_>, digest_of: &mut Statement<'_>, id: &Digest) -> rusqlite::Result<Option<i64>> {
    let mut rows = look.query([prefix(id)])?;
    while let Some(row) = rows.next()? {
        let row = row.get(0)?;
        if digest_of.query_row([row], |row| digest(row, 0)).optional()? == Some(*id) {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// Takes a digest out of the index, whose row is removed. What of it is in memory goes when that is committed.
pub(in crate::sqlite) fn remove(
    connection: &Connection,
    what: Indexed,
    id: &Digest,
    row: i64,
    changes: &mut Changes,
) -> rusqlite::Result<()> {
    let (index, column) = what.index();
    connection
        .prepare_cached(&format!("DELETE FROM {index} WHERE prefix = ?1 AND {column} = ?2"))?
        .execute((prefix(id), row))?;
    changes.forgot(what, *id, row);
    Ok(())
}

/// The row of a digest, read without the writer's memory: from the index, else among the newest, at most two runs of
/// them.
pub(in crate::sqlite) fn row_of(connection: &Connection, what: Indexed, id: &Digest) -> rusqlite::Result<Option<i64>> {
    match indexed_row_of(connection, what, id)? {
        Some(row) => Ok(Some(row)),
        None => what.find_behind(connection, indexed(connection, what)?, id),
    }
}

/// The same from the index alone.
pub(in crate::sqlite) fn indexed_row_of(
    connection: &Connection,
    what: Indexed,
    id: &Digest,
) -> rusqlite::Result<Option<i64>> {
    let mut look = connection.prepare_cached(&look(what))?;
    let mut digest_of = connection.prepare_cached(what.digest_of())?;
    find_indexed(&mut look, &mut digest_of, id)
}

/// Those that are not all in the index yet, with their rows.
pub(in crate::sqlite) fn newest(connection: &Connection, what: Indexed) -> rusqlite::Result<HashMap<Digest, i64>> {
    Ok(what.behind(connection, indexed(connection, what)?)?.into_iter().collect())
}

fn indexed(connection: &Connection, what: Indexed) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT coalesce(sum(count), 0) FROM tallies WHERE sort = ?1")?
        .query_row([what.mark()], |row| row.get(0))
}

fn prefix(id: &Digest) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = *id.as_bytes();
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::tally::{ADD, Numbers};

    const WHAT: Indexed = Indexed::Aliases;

    fn id(n: i64) -> Digest {
        Digest::of([&n.to_be_bytes()[..]])
    }

    fn claim(runs: &mut Runs<'_>, file: &Connection, id: Digest, row: i64, changes: &mut Changes) {
        file.prepare_cached("INSERT INTO aliases VALUES (?1, ?2, 0, NULL)")
            .expect("prepares")
            .execute((row, &id.as_bytes()[..]))
            .expect("written");
        runs.claim(&id, row, changes);
    }

    /// Spends `count` identities from `first` on in one transaction, which then is committed or undone.
    fn spend(runs: &mut Runs<'_>, file: &Connection, first: i64, count: i64, commit: bool) {
        let mut changes = Changes::begin(Numbers::default());
        file.execute_batch("BEGIN").expect("begins");
        for n in first..first + count {
            claim(runs, file, id(n), n, &mut changes);
        }
        runs.follow(0, &mut changes).expect("follows");
        changes.save(&mut file.prepare(ADD).expect("prepares")).expect("saves");
        if commit {
            file.execute_batch("COMMIT").expect("commits");
            runs.committed(&changes);
        } else {
            file.execute_batch("ROLLBACK").expect("undone");
            runs.give_back(changes.claims(WHAT, 0));
        }
    }

    #[test]
    fn two_digests_with_one_prefix_are_two_identities() {
        let file = Connection::open_in_memory().expect("memory");
        file.execute_batch(include_str!("../file/migrations/0001_initial.sql")).expect("made");
        let mut runs = Runs::load_in_runs_of(1, WHAT, &file).expect("loads");
        let twin = |last| Digest::from_bytes([9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0, last]);
        let mut changes = Changes::begin(Numbers::default());
        for n in 1..=2 {
            claim(&mut runs, &file, twin(n), i64::from(n), &mut changes);
        }
        runs.committed(&changes);
        runs.follow(9, &mut changes).expect("follows");
        runs.committed(&changes);
        assert!(runs.run.is_empty() && runs.fresh.is_empty(), "both are in the index alone");
        let mut found = |last| runs.find(&twin(last)).expect("looks");
        assert_eq!([found(1), found(2), found(3)], [Some(1), Some(2), None]);
    }

    #[test]
    fn every_identity_is_found_before_during_and_after_it_is_indexed_and_after_a_restart() {
        let file = Connection::open_in_memory().expect("memory");
        file.execute_batch(include_str!("../file/migrations/0001_initial.sql")).expect("made");
        let mut runs = Runs::load_in_runs_of(100, WHAT, &file).expect("loads");
        for last in (25..=1_000).step_by(25) {
            spend(&mut runs, &file, last - 24, 25, true);
            spend(&mut runs, &file, last + 1, 3, false);
            for n in 1..=last {
                assert_eq!(runs.find(&id(n)).expect("looks"), Some(n), "{n} of {last}");
                assert_eq!(row_of(&file, WHAT, &id(n)).expect("reads"), Some(n), "{n} of {last}, from outside");
            }
            assert!(runs.find(&id(last + 1)).expect("looks").is_none(), "undone");
            if last % 200 == 0 {
                runs = Runs::load_in_runs_of(100, WHAT, &file).expect("loads");
            }
        }
        assert!(indexed(&file, WHAT).expect("reads") >= 500, "most runs have ended");
    }
}
