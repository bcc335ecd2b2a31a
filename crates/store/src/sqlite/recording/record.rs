//! Recording: is it new, the same again, or the same with other details; and what is written then.

use std::sync::Arc;

use payhook_domain::event::Event;
use payhook_domain::id::EventSeq;
use payhook_domain::identity::Digest;
use payhook_domain::payment::Names;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::{Standing, Verdict};
use rusqlite::{Connection, OptionalExtension, Statement};

use super::books::Books;
use super::entries::{Entries, InHand, NewRow, Origin};
use super::identities::{Identities, Known};
use crate::sqlite::index::runs::{Indexed, Runs};
use crate::sqlite::names::Kinds;
use crate::sqlite::owing::debts::Decided;
use crate::sqlite::owing::owe::Owing;
use crate::sqlite::owing::whole::Wholes;
use crate::sqlite::retention::moved::Moved;
use crate::sqlite::rows::{self, Belief};
use crate::sqlite::tally::Changes;
use crate::{Disposition, RecordEvent, Recording, Wanted};

/// Writes recordings.
pub(in crate::sqlite) struct Recorder<'c> {
    pub(in crate::sqlite) entries: Entries<'c>,
    pub(in crate::sqlite) owing: Owing<'c>,
    pub(in crate::sqlite) books: Books<'c>,
    pub(in crate::sqlite) wholes: Wholes<'c>,
    pub(in crate::sqlite) identities: Identities<'c>,
    pub(in crate::sqlite) moved: Moved<'c>,
    seen: Statement<'c>,
    head: Statement<'c>,
    pub(in crate::sqlite) accepted: Statement<'c>,
    count_duplicate: Statement<'c>,
    remembers_orders: bool,
}

impl<'c> Recorder<'c> {
    pub(in crate::sqlite) fn prepare(
        connection: &'c Connection,
        kinds: Arc<Kinds>,
        remembers_orders: bool,
    ) -> rusqlite::Result<Self> {
        let seen = "SELECT seq, standing FROM events WHERE seq = ?1 AND content = ?2
             UNION ALL SELECT seq, standing FROM events WHERE first = ?1 AND content = ?2 LIMIT 1";
        Ok(Self {
            remembers_orders,
            entries: Entries::prepare(connection, kinds)?,
            owing: Owing::prepare(connection)?,
            books: Books::prepare(connection)?,
            wholes: Wholes::prepare(connection)?,
            identities: Identities::load(connection)?,
            moved: Moved::prepare(connection)?,
            seen: connection.prepare(seen)?,
            head: connection.prepare("SELECT standing FROM events WHERE seq = ?1")?,
            accepted: connection.prepare("SELECT seq FROM events WHERE first = ?1 AND standing = ?2")?,
            count_duplicate: connection.prepare("UPDATE events SET duplicates = duplicates + 1 WHERE seq = ?1")?,
        })
    }

    /// Records one notification; a verdict per event, in order.
    pub(in crate::sqlite) fn record(
        &mut self,
        recording: &Recording,
        changes: &mut Changes,
    ) -> rusqlite::Result<Vec<Verdict>> {
        let request = &recording.notification;
        let mut origin = Origin {
            source: request.source,
            provider: recording.provider,
            received_at: request.received_at,
            owed_at: recording.owed_at,
            request: Some(request),
            row: 0,
            first_owed: None,
            in_hand: InHand::default(),
            owed_whole: Vec::new(),
            holds_one: recording.events.len() == 1,
        };
        recording.events.iter().map(|item| self.one(item, &mut origin, changes)).collect()
    }

    /// Records one event, and puts its payment back.
    pub(in crate::sqlite) fn one(
        &mut self,
        item: &RecordEvent,
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<Verdict> {
        let verdict = self.judge(item, origin, changes)?;
        self.put_back(origin)?;
        Ok(verdict)
    }

    fn judge(
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
                self.again(item, &row, &Belief::default(), origin, changes).map(|seq| Verdict::Conflict(EventSeq(seq)))
            }
            None => self.revise(item, &known, head, origin, changes),
        }
    }

    /// Routes a set-aside row. It takes over what this copy says, since a newer release may read more in the same bytes.
    pub(in crate::sqlite) fn route_aside(
        &mut self,
        seq: i64,
        item: &RecordEvent,
        wanted: &[Wanted],
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let belief = self.fold(seq, item, origin, changes)?;
        self.entries.renew(seq, item, &belief, origin, changes)?;
        self.moved.note(origin.row, seq)?;
        self.identities.hold_true(seq, &item.event.signed, &item.event.content)?;
        self.owe_new(seq, item, wanted, origin, changes)?;
        self.take_up_revisions(seq, item, wanted, origin, changes)
    }

    /// What was revised while it was set aside was neither folded nor owed. It is now, in the order it came; what the copy
    /// that is routed says by itself is not said twice.
    fn take_up_revisions(
        &mut self,
        first: i64,
        item: &RecordEvent,
        wanted: &[Wanted],
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        for seq in self.entries.unfolded(first)? {
            let Some(event) = self.entries.event(seq)? else { continue };
            let book = &mut origin.in_hand.book;
            let mut stale = false;
            if let (Some(book), Some(fact)) = (book.as_mut(), &event.fact) {
                stale = book.fold(event.id.0, event.content, fact.clone(), origin.owed_at);
                let belief = Belief { payment: Some(book.id), state: Some(book.snapshot()), stale };
                self.entries.believe(seq, &belief)?;
            }
            if event.kind.redelivers_revisions() && event.content != item.event.content {
                let decided = Decided { seq, event: &event, names: &item.names, stale, at: origin.owed_at };
                // Its own notification was not judged now: what else is in there may be unfit to be sent as it is.
                let events: Vec<Wanted> = wanted.iter().filter(|want| !want.once_per_notification).copied().collect();
                self.owe_decided(&decided, &events, book, changes)?;
            }
        }
        Ok(())
    }

    /// Takes the event's payment in hand and folds into it what the event states.
    fn fold(
        &mut self,
        seq: i64,
        item: &RecordEvent,
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<Belief> {
        let event = &item.event;
        let new = seq == changes.coming_event();
        origin.in_hand = InHand { seq, book: None, stale: false, new };
        let (Some(fact), Some(mut book)) =
            (&event.fact, self.books.open(event, &item.names, origin.provider, origin.received_at, changes)?)
        else {
            return Ok(Belief::default());
        };
        let stale = book.fold(event.id.0, event.content, fact.clone(), origin.owed_at);
        let belief = Belief { payment: Some(book.id), state: Some(book.snapshot()), stale };
        self.hear_of_order(event, &item.names, book.id, (origin.received_at, origin.owed_at), changes)?;
        origin.in_hand = InHand { seq, book: Some(book), stale, new };
        Ok(belief)
    }

    /// A success ends what is held of its order, and is remembered for the bad news that comes later. It ends what is held of its
    /// payment alone, too: such news that comes later is stale.
    pub(in crate::sqlite) fn hear_of_order(
        &mut self,
        event: &Event,
        names: &Names,
        payment: i64,
        (received_at, now): (Timestamp, Timestamp),
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        if !event.kind.is_success() {
            return Ok(());
        }
        let at = occurred_at(event).unwrap_or(received_at);
        if let Some(order) = names.order.as_ref().filter(|_| self.remembers_orders) {
            self.books.aliases.succeeded(order, at, payment, changes)?;
        }
        for held in names.order.iter().chain(&names.payment) {
            self.owing.holds.supersede(held, at, now, changes)?;
        }
        Ok(())
    }

    /// Writes the payment in hand, and has none in hand any more.
    pub(in crate::sqlite) fn put_back(&mut self, origin: &mut Origin<'_>) -> rusqlite::Result<()> {
        match std::mem::take(&mut origin.in_hand).book {
            Some(book) => self.books.close(&book),
            None => Ok(()),
        }
    }

    fn first(
        &mut self,
        item: &RecordEvent,
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<Verdict> {
        let event = &item.event;
        self.identities.claim(&event.id.0, changes.coming_event(), changes);
        match &item.disposition {
            Disposition::Route(wanted) => {
                let row = NewRow { standing: Standing::Routed, revision: 0, first: None };
                let belief = self.fold(changes.coming_event(), item, origin, changes)?;
                let seq = self.entries.write(item, &row, &belief, origin, changes)?;
                self.owe_new(seq, item, wanted, origin, changes)?;
                Ok(Verdict::New(EventSeq(seq)))
            }
            Disposition::Aside { .. } => {
                let row = NewRow { standing: Standing::Aside, revision: 0, first: None };
                self.entries
                    .write(item, &row, &Belief::default(), origin, changes)
                    .map(|seq| Verdict::Aside(EventSeq(seq)))
            }
        }
    }

    /// Puts more of what follows behind into its index, and away what is full; whether a segment was. The last work of a
    /// transaction.
    pub(in crate::sqlite) fn follow(&mut self, arrivals: usize, changes: &mut Changes) -> rusqlite::Result<bool> {
        for what in Indexed::ALL {
            self.runs(what).follow(arrivals, changes)?;
        }
        self.entries.segments.follow(changes.last_event())
    }

    /// The transaction was committed.
    pub(in crate::sqlite) fn committed(&mut self, changes: &Changes) {
        Indexed::ALL.into_iter().for_each(|what| self.runs(what).committed(changes));
    }

    /// What was claimed in `undone` and not yet in `before` is free again.
    pub(in crate::sqlite) fn give_back(&mut self, undone: &Changes, before: Option<&Changes>) {
        for what in Indexed::ALL {
            let claimed = undone.claims(what, before.map_or(0, |before| before.claims(what, 0).len()));
            self.runs(what).give_back(claimed);
        }
        self.entries.segments.doubt();
    }

    fn runs(&mut self, what: Indexed) -> &mut Runs<'c> {
        match what {
            Indexed::Identities => &mut self.identities.runs,
            Indexed::Payments => &mut self.books.names,
            Indexed::Aliases => &mut self.books.aliases.runs,
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
        let belief = match head {
            // It is taken up when the event is routed.
            Some(Standing::Aside) => Belief::default(),
            _ => self.fold(changes.coming_event(), item, origin, changes)?,
        };
        let seq = self.again(item, &row, &belief, origin, changes)?;
        match &item.disposition {
            Disposition::Route(wanted) if item.event.kind.redelivers_revisions() => {
                self.owe_new(seq, item, wanted, origin, changes)?;
            }
            _ => self.owe_missing(item, seq, Some(row.standing), (known, head), origin, changes)?,
        }
        Ok(Verdict::Revision { seq: EventSeq(seq), number })
    }

    /// Writes a further row of a known event.
    pub(in crate::sqlite) fn again(
        &mut self,
        item: &RecordEvent,
        row: &NewRow,
        belief: &Belief,
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<i64> {
        self.identities.count_revision(row.first.unwrap_or_default())?;
        self.entries.write(item, row, belief, origin, changes)
    }
}

pub(in crate::sqlite) fn occurred_at(event: &Event) -> Option<Timestamp> {
    event.occurred_at.as_ref().and_then(|at| at.instant)
}
