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
use super::whole::Wholes;
use crate::{Disposition, RecordEvent, Recording, Wanted};

/// Writes recordings.
pub(super) struct Recorder<'c> {
    entries: Entries<'c>,
    owing: Owing<'c>,
    wholes: Wholes<'c>,
    pub(super) identities: Identities<'c>,
    seen: Statement<'c>,
    head: Statement<'c>,
    accepted: Statement<'c>,
    count_duplicate: Statement<'c>,
}

impl<'c> Recorder<'c> {
    pub(super) fn prepare(connection: &'c Connection, kinds: Arc<Kinds>) -> rusqlite::Result<Self> {
        let seen = "SELECT seq, standing FROM events WHERE seq = ?1 AND content = ?2
             UNION ALL SELECT seq, standing FROM events WHERE first = ?1 AND content = ?2 LIMIT 1";
        Ok(Self {
            entries: Entries::prepare(connection, kinds)?,
            owing: Owing::prepare(connection)?,
            wholes: Wholes::prepare(connection)?,
            identities: Identities::load(connection)?,
            seen: connection.prepare(seen)?,
            head: connection.prepare("SELECT standing FROM events WHERE seq = ?1")?,
            accepted: connection.prepare("SELECT seq FROM events WHERE first = ?1 AND standing = ?2")?,
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
            owed_whole: Vec::new(),
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
                self.owe_missing(item, seq, standing, (&known, head), origin, changes)?;
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
            if !want.once_per_notification {
                self.owing.owe_first(seq, want.destination, origin.owed_at, changes)?;
            } else if self.wholes.take(origin.row, want.destination)? && origin.owe_whole(want.destination) {
                self.owing.owe_first(first, want.destination, origin.owed_at, changes)?;
            }
        }
        Ok(())
    }

    /// Owes a row that a person decided for, with the notification it came in, to whom neither was owed before.
    pub(super) fn owe_decided(
        &mut self,
        seq: EventSeq,
        wanted: &[Wanted],
        at: Timestamp,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let notification = self.wholes.of(seq.0)?;
        for want in wanted {
            if !want.once_per_notification || self.wholes.take(notification, want.destination)? {
                self.owing.owe_first(seq.0, want.destination, at, changes)?;
            }
        }
        Ok(())
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
            _ => self.owe_missing(item, seq, Some(row.standing), (known, head), origin, changes)?,
        }
        Ok(Verdict::Revision { seq: EventSeq(seq), number })
    }

    /// A second copy joins the same event: it adds only deliveries that are missing. A copy of what is no longer held
    /// true adds none.
    fn owe_missing(
        &mut self,
        item: &RecordEvent,
        seq: i64,
        standing: Option<Standing>,
        (known, head): (&Known, Option<Standing>),
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let Disposition::Route(wanted) = &item.disposition else { return Ok(()) };
        if item.event.signed != known.signed {
            return Ok(());
        }
        let owed = match standing {
            Some(Standing::Routed) => Some(seq),
            Some(Standing::Revision) if item.event.kind.redelivers_revisions() => Some(seq),
            Some(Standing::Revision) => self.held_true(known.seq, head)?,
            _ => None,
        };
        let Some(owed) = owed else { return Ok(()) };
        for want in wanted {
            if !want.once_per_notification {
                self.owing.owe_first(owed, want.destination, origin.owed_at, changes)?;
            } else if !self.wholes.has(owed, want.destination)? && !self.wholes.has(seq, want.destination)? {
                self.owe_whole(item, (seq, known), want.destination, origin, changes)?;
            }
        }
        Ok(())
    }

    /// The routed row of an event: the one first recorded, unless a conflict was accepted in its place.
    fn held_true(&mut self, first: i64, head: Option<Standing>) -> rusqlite::Result<Option<i64>> {
        match head {
            Some(Standing::Routed) => Ok(Some(first)),
            Some(Standing::Superseded) => {
                let routed = rows::standing_number(Standing::Routed);
                self.accepted.query_row((first, routed), |row| row.get(0)).optional()
            }
            _ => Ok(None),
        }
    }

    /// Owes a copy's notification whole, once. The stored one will do when it has the same bytes; other bytes are not
    /// known to be fit to be sent as they are (they may hold an item that was refused), so those that came now are kept,
    /// with a row of their own to carry them.
    fn owe_whole(
        &mut self,
        item: &RecordEvent,
        (seq, known): (i64, &Known),
        destination: NameId,
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let stored = self.wholes.of(seq)?;
        if self.wholes.is_same(stored, origin)? {
            if self.wholes.take(stored, destination)? && origin.owe_whole(destination) {
                self.owing.owe_first(seq, destination, origin.owed_at, changes)?;
            }
            return Ok(());
        }
        self.wholes.take_event(stored, destination, seq)?;
        if !origin.owe_whole(destination) {
            return Ok(());
        }
        let notification = self.entries.written(origin, changes)?;
        if !self.wholes.take(notification, destination)? {
            return Ok(());
        }
        let carrier = match origin.first_owed {
            Some(first) => first,
            None => {
                let row =
                    NewRow { standing: Standing::Revision, revision: known.revisions + 1, first: Some(known.seq) };
                self.again(item, &row, origin, changes)?
            }
        };
        origin.first_owed = Some(carrier);
        self.owing.owe_first(carrier, destination, origin.owed_at, changes).map(drop)
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
