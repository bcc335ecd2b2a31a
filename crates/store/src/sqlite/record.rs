//! Recording: is it new, the same again, or the same with other details; and what is written then.

use std::sync::Arc;

use payhook_domain::id::{EventSeq, NameId};
use payhook_domain::identity::Digest;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::{Standing, Verdict};
use rusqlite::{Connection, OptionalExtension, Statement};

use super::entries::{Entries, NewRow, Origin};
use super::identities::{Identities, Known};
use super::names::Kinds;
use super::owe::Owing;
use super::rows;
use super::tally::Changes;
use crate::{Disposition, RecordEvent, Recording, Wanted};

/// Writes recordings.
pub(super) struct Recorder<'c> {
    entries: Entries<'c>,
    owing: Owing<'c>,
    pub(super) identities: Identities<'c>,
    seen: Statement<'c>,
    head: Statement<'c>,
    count_duplicate: Statement<'c>,
}

impl<'c> Recorder<'c> {
    pub(super) fn prepare(connection: &'c Connection, kinds: Arc<Kinds>) -> rusqlite::Result<Self> {
        let seen = "SELECT seq, standing FROM events WHERE seq = ?1 AND content = ?2
             UNION ALL SELECT seq, standing FROM events WHERE first = ?1 AND content = ?2 LIMIT 1";
        Ok(Self {
            entries: Entries::prepare(connection, kinds)?,
            owing: Owing::prepare(connection)?,
            identities: Identities::load(connection)?,
            seen: connection.prepare(seen)?,
            head: connection.prepare("SELECT standing FROM events WHERE seq = ?1")?,
            count_duplicate: connection.prepare("UPDATE events SET duplicates = duplicates + 1 WHERE seq = ?1")?,
        })
    }

    /// Records one notification; a verdict per event, in order.
    pub(super) fn record(&mut self, recording: &Recording, changes: &mut Changes) -> rusqlite::Result<Vec<Verdict>> {
        let request = &recording.notification;
        let mut origin = Origin {
            source: request.source,
            provider: recording.provider,
            received_at: request.received_at,
            owed_at: request.received_at,
            request: Some(request),
            row: 0,
            first_owed: None,
        };
        recording.events.iter().map(|item| self.one(item, &mut origin, changes)).collect()
    }

    /// Records one event.
    pub(super) fn one(
        &mut self,
        item: &RecordEvent,
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<Verdict> {
        let Some(known) = self.identities.find(&item.event.id.0)? else {
            return self.first(item, origin, changes);
        };
        let head = self.standing(known.seq)?;
        if let (Some(Standing::Aside), Disposition::Route(wanted)) = (head, &item.disposition)
            && item.event.signed == known.signed
        {
            self.route_aside(known.seq, item, wanted, origin, changes)?;
            return Ok(Verdict::New(EventSeq(known.seq)));
        }
        match self.seen(&known, &item.event.content)? {
            Some((seq, standing)) => {
                self.count_duplicate.execute([seq])?;
                changes.duplicate();
                self.owe_missing(item, seq, standing, (known.seq, head), origin, changes)?;
                Ok(Verdict::Duplicate(EventSeq(seq)))
            }
            None if item.event.signed != known.signed => {
                let row =
                    NewRow { standing: Standing::Conflict, revision: known.revisions + 1, first: Some(known.seq) };
                self.again(item, &row, origin, changes).map(|seq| Verdict::Conflict(EventSeq(seq)))
            }
            None => self.revise(item, &known, head, origin, changes),
        }
    }

    /// Routes a set-aside row. It takes over what this copy says, since a newer release may read more in the same bytes.
    pub(super) fn route_aside(
        &mut self,
        seq: i64,
        item: &RecordEvent,
        wanted: &[Wanted],
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        self.entries.renew(seq, item, origin, changes)?;
        self.identities.hold_true(seq, &item.event.signed, &item.event.content)?;
        self.owe_new(seq, wanted, origin, changes)
    }

    /// Owes a row that is news to its notification. What wants notifications rather than events gets the notification's
    /// first row only.
    pub(super) fn owe_new(
        &mut self,
        seq: i64,
        wanted: &[Wanted],
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let first = *origin.first_owed.get_or_insert(seq);
        for want in wanted {
            let seq = if want.once_per_notification { first } else { seq };
            self.owing.owe_first(seq, want.destination, origin.owed_at, changes)?;
        }
        Ok(())
    }

    /// Owes a row to one destination, unless it was before.
    pub(super) fn owe(
        &mut self,
        seq: EventSeq,
        destination: NameId,
        at: Timestamp,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        self.owing.owe_first(seq.0, destination, at, changes).map(drop)
    }

    fn first(
        &mut self,
        item: &RecordEvent,
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<Verdict> {
        let event = &item.event;
        self.identities.claim(&event.id.0, changes.coming_event(), &event.signed, &event.content, changes)?;
        match &item.disposition {
            Disposition::Route(wanted) => {
                let row = NewRow { standing: Standing::Routed, revision: 0, first: None };
                let seq = self.entries.write(item, &row, origin, changes)?;
                self.owe_new(seq, wanted, origin, changes)?;
                Ok(Verdict::New(EventSeq(seq)))
            }
            Disposition::Aside { .. } => {
                let row = NewRow { standing: Standing::Aside, revision: 0, first: None };
                self.entries.write(item, &row, origin, changes).map(|seq| Verdict::Aside(EventSeq(seq)))
            }
        }
    }

    fn standing(&mut self, seq: i64) -> rusqlite::Result<Option<Standing>> {
        let number: Option<u8> = self.head.query_row([seq], |row| row.get(0)).optional()?;
        Ok(number.and_then(rows::standing))
    }

    /// The row of this event that says exactly this, if any. Retention may have removed the rows; the identity remains.
    fn seen(&mut self, known: &Known, content: &Digest) -> rusqlite::Result<Option<(i64, Option<Standing>)>> {
        let row = self
            .seen
            .query_row((known.seq, &content.as_bytes()[..]), |row| Ok((row.get(0)?, rows::standing(row.get(1)?))))
            .optional()?;
        Ok(row.or_else(|| (known.content == *content).then_some((known.seq, None))))
    }

    fn revise(
        &mut self,
        item: &RecordEvent,
        known: &Known,
        head: Option<Standing>,
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<Verdict> {
        let number = known.revisions + 1;
        let row = NewRow { standing: Standing::Revision, revision: number, first: Some(known.seq) };
        let seq = self.again(item, &row, origin, changes)?;
        match &item.disposition {
            Disposition::Route(wanted) if item.event.kind.redelivers_revisions() => {
                self.owe_new(seq, wanted, origin, changes)?;
            }
            _ => self.owe_missing(item, seq, Some(row.standing), (known.seq, head), origin, changes)?,
        }
        Ok(Verdict::Revision { seq: EventSeq(seq), number })
    }

    /// A second copy joins the same event: it adds only deliveries that are missing.
    fn owe_missing(
        &mut self,
        item: &RecordEvent,
        seq: i64,
        standing: Option<Standing>,
        (first, head): (i64, Option<Standing>),
        origin: &Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let Disposition::Route(wanted) = &item.disposition else { return Ok(()) };
        let owed = match standing {
            Some(Standing::Routed) => seq,
            Some(Standing::Revision) if item.event.kind.redelivers_revisions() => seq,
            Some(Standing::Revision) if head == Some(Standing::Routed) => first,
            _ => return Ok(()),
        };
        for want in wanted.iter().filter(|want| !want.once_per_notification) {
            self.owing.owe_first(owed, want.destination, origin.owed_at, changes)?;
        }
        Ok(())
    }

    /// Writes a further row of a known event.
    fn again(
        &mut self,
        item: &RecordEvent,
        row: &NewRow,
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<i64> {
        self.identities.count_revision(row.first.unwrap_or_default())?;
        self.entries.write(item, row, origin, changes)
    }
}
