//! Identities: what was ever seen, and under which row.
//!
//! Digests are random, so an index that follows every insert dirties another page for each: most of what a commit would
//! write. Identities are therefore written in the order of arrival, which costs nothing, and the index follows behind:
//! the newest are looked up in memory; once [`RUN`] of them have come they become a run, which is put into the index
//! in the order of its digests, a few rows with each commit, so that neighbours share a page. What is not in the index
//! yet is read back when the file is opened. Measured: a third less work per recording, and within a fifth of that of an
//! empty file at millions.

use std::collections::BTreeMap;
use std::mem;
use std::ops::Bound;
use std::path::PathBuf;

use payhook_domain::identity::Digest;
use rusqlite::{Connection, OptionalExtension, Row, Statement};

use super::filter::Filter;
use super::rows::digest;
use super::tally::{Changes, sort};

/// Identities in a run. With as many again waiting, about 18 MB; at five million identities seven of them share a page
/// of the index.
const RUN: usize = 1 << 18;

/// Rows put into the index per commit, beside two for each event that came: so a run ends before the next is full.
const STEP: usize = 32;

/// What the table knows of an event.
pub(super) struct Known {
    /// The row first recorded.
    pub(super) seq: i64,
    /// Of the version now held to be true.
    pub(super) signed: Digest,
    /// Likewise.
    pub(super) content: Digest,
    /// Revisions and conflicts so far.
    pub(super) revisions: u32,
}

/// Finds and writes identities.
pub(super) struct Identities<'c> {
    fresh: BTreeMap<Digest, i64>,
    run: BTreeMap<Digest, i64>,
    /// The digest up to which the run is in the index.
    run_at: Option<Digest>,
    /// The row up to which all are in the index, in whatever order.
    indexed: i64,
    run_length: usize,
    filter: Option<Filter>,
    path: Option<PathBuf>,
    insert: Statement<'c>,
    look: Statement<'c>,
    known: Statement<'c>,
    index: Statement<'c>,
    hold_true: Statement<'c>,
    count_revision: Statement<'c>,
}

impl<'c> Identities<'c> {
    pub(super) fn load(connection: &'c Connection) -> rusqlite::Result<Self> {
        let mut identities = Self::load_in_runs_of(RUN, connection)?;
        identities.path = connection.path().filter(|path| !path.is_empty()).map(PathBuf::from);
        identities.filter_anew();
        Ok(identities)
    }

    fn load_in_runs_of(run_length: usize, connection: &'c Connection) -> rusqlite::Result<Self> {
        let indexed = indexed(connection)?;
        let fresh = connection
            .prepare("SELECT digest, event FROM identities WHERE event > ?1")?
            .query_map([indexed], |row| Ok((digest(row, 0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self {
            fresh,
            run: BTreeMap::new(),
            run_at: None,
            indexed,
            run_length,
            filter: None,
            path: None,
            insert: connection.prepare(
                "INSERT INTO identities (event, digest, signed, content, revisions) VALUES (?1, ?2, ?3, ?4, 0)",
            )?,
            look: connection.prepare(LOOK)?,
            known: connection.prepare("SELECT event, signed, content, revisions FROM identities WHERE event = ?1")?,
            index: connection
                .prepare("INSERT INTO identity_index (prefix, event) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?,
            hold_true: connection.prepare("UPDATE identities SET signed = ?2, content = ?3 WHERE event = ?1")?,
            count_revision: connection.prepare("UPDATE identities SET revisions = revisions + 1 WHERE event = ?1")?,
        })
    }

    /// What is known of this identity.
    pub(super) fn find(&mut self, id: &Digest) -> rusqlite::Result<Option<Known>> {
        match self.fresh.get(id).or_else(|| self.run.get(id)) {
            Some(seq) => self.known.query_row([seq], known).map(Some),
            None if self.filter.as_ref().is_some_and(|filter| !filter.perhaps(prefix(id))) => Ok(None),
            None => self.look.query_row((prefix(id), &id.as_bytes()[..]), known).optional(),
        }
    }

    /// Spends the identity on this row.
    pub(super) fn claim(
        &mut self,
        id: &Digest,
        seq: i64,
        signed: &Digest,
        content: &Digest,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        self.insert.execute((seq, &id.as_bytes()[..], &signed.as_bytes()[..], &content.as_bytes()[..]))?;
        self.fresh.insert(*id, seq);
        changes.claimed(*id);
        Ok(())
    }

    /// From now on this version is the true one: its repeats are duplicates, other details are revisions of it.
    pub(super) fn hold_true(&mut self, seq: i64, signed: &Digest, content: &Digest) -> rusqlite::Result<()> {
        self.hold_true.execute((seq, &signed.as_bytes()[..], &content.as_bytes()[..])).map(drop)
    }

    pub(super) fn count_revision(&mut self, seq: i64) -> rusqlite::Result<()> {
        self.count_revision.execute([seq]).map(drop)
    }

    /// Puts some more of the run into the index. The last work of a transaction.
    pub(super) fn follow(&mut self, arrivals: usize, changes: &mut Changes) -> rusqlite::Result<()> {
        let start = self.run_at.map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = self.run.range((start, Bound::Unbounded));
        for (id, seq) in rest.by_ref().take(STEP + 2 * arrivals) {
            self.index.execute((prefix(id), seq))?;
            changes.indexed(*id);
        }
        if rest.next().is_none() && !self.run.is_empty() {
            let last = self.run.values().copied().max().unwrap_or(self.indexed);
            changes.run_ended(last - self.indexed);
        }
        Ok(())
    }

    /// The transaction was committed.
    pub(super) fn committed(&mut self, changes: &Changes) {
        self.run_at = changes.indexed_to().or(self.run_at);
        if changes.run_gained() > 0 {
            self.indexed += changes.run_gained();
            self.run = BTreeMap::new();
        }
        if self.run.is_empty() && self.fresh.len() >= self.run_length {
            self.run = mem::take(&mut self.fresh);
            self.run_at = None;
            match &self.filter {
                Some(filter) if filter.suffices(self.count()) => self.run.keys().for_each(|id| filter.add(prefix(id))),
                _ => self.filter_anew(),
            }
        }
    }

    /// At most so many are in the index, or will be after this run.
    fn count(&self) -> usize {
        usize::try_from(self.indexed).unwrap_or(usize::MAX).saturating_add(self.run.len())
    }

    /// Begins a filter that is large enough. What is in the index it takes from there, the run from here; the fresh
    /// follow when they become a run. The one before goes first, with its thread.
    fn filter_anew(&mut self) {
        self.filter = None;
        let Some(path) = &self.path else { return };
        let filter = Filter::fill(path, self.count());
        self.run.keys().for_each(|id| filter.add(prefix(id)));
        self.filter = Some(filter);
    }

    /// The transaction that claimed these was undone.
    pub(super) fn give_back(&mut self, claimed: &[Digest]) {
        for id in claimed {
            self.fresh.remove(id);
        }
    }
}

const LOOK: &str = "SELECT d.event, d.signed, d.content, d.revisions
     FROM identity_index i CROSS JOIN identities d ON d.event = i.event WHERE i.prefix = ?1 AND d.digest = ?2";

/// The row an identity was spent on, read without the writer's memory: from the index, else among the newest, at most
/// two runs of them.
pub(super) fn row_of(connection: &Connection, id: &Digest) -> rusqlite::Result<Option<i64>> {
    let (prefix, id) = (prefix(id), &id.as_bytes()[..]);
    if let Some(seq) = connection.prepare_cached(LOOK)?.query_row((prefix, id), |row| row.get(0)).optional()? {
        return Ok(Some(seq));
    }
    connection
        .prepare_cached("SELECT event FROM identities WHERE event > ?1 AND digest = ?2")?
        .query_row((indexed(connection)?, id), |row| row.get(0))
        .optional()
}

fn indexed(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT coalesce(sum(count), 0) FROM tallies WHERE sort = ?1")?
        .query_row([sort::INDEXED], |row| row.get(0))
}

fn prefix(id: &Digest) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = *id.as_bytes();
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

fn known(row: &Row<'_>) -> rusqlite::Result<Known> {
    Ok(Known { seq: row.get(0)?, signed: digest(row, 1)?, content: digest(row, 2)?, revisions: row.get(3)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::tally::{ADD, Numbers};

    fn id(n: i64) -> Digest {
        Digest::of([&n.to_be_bytes()[..]])
    }

    /// Spends `count` identities from `first` on in one transaction, which then is committed or undone.
    fn spend(identities: &mut Identities<'_>, file: &Connection, first: i64, count: i64, commit: bool) {
        let mut changes = Changes::begin(Numbers::default());
        file.execute_batch("BEGIN").expect("begins");
        for n in first..first + count {
            identities.claim(&id(n), n, &id(0), &id(0), &mut changes).expect("claims");
        }
        identities.follow(0, &mut changes).expect("follows");
        changes.save(&mut file.prepare(ADD).expect("prepares")).expect("saves");
        if commit {
            file.execute_batch("COMMIT").expect("commits");
            identities.committed(&changes);
        } else {
            file.execute_batch("ROLLBACK").expect("undone");
            identities.give_back(changes.identities_claimed(0));
        }
    }

    #[test]
    fn two_digests_with_one_prefix_are_two_identities() {
        let file = Connection::open_in_memory().expect("memory");
        file.execute_batch(include_str!("migrations/0001_initial.sql")).expect("made");
        let mut identities = Identities::load_in_runs_of(1, &file).expect("loads");
        let twin = |last| Digest::from_bytes([9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0, last]);
        let mut changes = Changes::begin(Numbers::default());
        for n in 1..=2 {
            identities.claim(&twin(n), i64::from(n), &id(0), &id(0), &mut changes).expect("claims");
        }
        identities.committed(&changes);
        identities.follow(9, &mut changes).expect("follows");
        identities.committed(&changes);
        assert!(identities.run.is_empty() && identities.fresh.is_empty(), "both are in the index alone");
        let mut found = |last| identities.find(&twin(last)).expect("looks").map(|known| known.seq);
        assert_eq!([found(1), found(2), found(3)], [Some(1), Some(2), None]);
    }

    #[test]
    fn every_identity_is_found_before_during_and_after_it_is_indexed_and_after_a_restart() {
        let file = Connection::open_in_memory().expect("memory");
        file.execute_batch(include_str!("migrations/0001_initial.sql")).expect("made");
        let mut identities = Identities::load_in_runs_of(100, &file).expect("loads");
        for last in (25..=1_000).step_by(25) {
            spend(&mut identities, &file, last - 24, 25, true);
            spend(&mut identities, &file, last + 1, 3, false);
            for n in 1..=last {
                assert_eq!(identities.find(&id(n)).expect("looks").map(|known| known.seq), Some(n), "{n} of {last}");
                assert_eq!(row_of(&file, &id(n)).expect("reads"), Some(n), "{n} of {last}, from outside");
            }
            assert!(identities.find(&id(last + 1)).expect("looks").is_none(), "undone");
            if last % 200 == 0 {
                identities = Identities::load_in_runs_of(100, &file).expect("loads");
            }
        }
        assert!(indexed(&file).expect("reads") >= 500, "most runs have ended");
    }
}
