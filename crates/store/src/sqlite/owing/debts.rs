//! To whom a row is owed: one that is news, one that a copy joins, one that was decided for.

use payhook_domain::event::Event;
use payhook_domain::id::EventSeq;
use payhook_domain::identity::Digest;
use payhook_domain::payment::Names;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Standing;
use rusqlite::OptionalExtension;

use super::owe::Circumstances;
use crate::sqlite::recording::books::Book;
use crate::sqlite::recording::entries::{InHand, NewRow, Origin};
use crate::sqlite::recording::identities::Known;
use crate::sqlite::recording::record::{Recorder, occurred_at};
use crate::sqlite::rows::{self, Belief};
use crate::sqlite::tally::Changes;
use crate::{Disposition, RecordEvent, Wanted};

/// A row that is owed although it did not just come: a person decided so, or for the event it revises.
pub(in crate::sqlite) struct Decided<'e> {
    pub(in crate::sqlite) seq: EventSeq,
    pub(in crate::sqlite) event: &'e Event,
    pub(in crate::sqlite) names: &'e Names,
    /// A later event of the same was folded before.
    pub(in crate::sqlite) stale: bool,
    /// From when on it is due.
    pub(in crate::sqlite) at: Timestamp,
}

impl Recorder<'_> {
    /// Owes a row that is news to its notification. What wants notifications rather than events gets the notification's
    /// first row only.
    pub(in crate::sqlite) fn owe_new(
        &mut self,
        seq: i64,
        item: &RecordEvent,
        wanted: &[Wanted],
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let first = *origin.first_owed.get_or_insert(seq);
        for want in wanted {
            if !want.once_per_notification {
                self.owe(seq, item, want, origin, changes)?;
            } else if self.wholes.take(origin.row, want.destination)? && origin.owe_whole(want.destination) {
                self.owe(first, item, &origin.whole(want), origin, changes)?;
            }
        }
        Ok(())
    }

    /// Owes a row that was decided for, with the notification it came in, to whom neither was owed before: that at once,
    /// since it may hold more than was decided for.
    pub(in crate::sqlite) fn owe_decided(
        &mut self,
        decided: &Decided<'_>,
        wanted: &[Wanted],
        book: &mut Option<Book>,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let &Decided { seq, event, names, stale, at } = decided;
        let notification = self.wholes.of(seq.0)?;
        for want in wanted {
            if !want.once_per_notification || self.wholes.take(notification, want.destination)? {
                let want = if want.once_per_notification { want.at_once() } else { *want };
                let (order, overtaken) = self.order_of(&want, event, names)?;
                let circumstances = Circumstances { stale, order, overtaken, new: false };
                self.owing.owe_first(seq.0, &want, at, book.as_mut(), circumstances, changes)?;
            }
        }
        Ok(())
    }

    /// Owes a row for the first time: the one in hand, or an earlier one.
    fn owe(
        &mut self,
        seq: i64,
        item: &RecordEvent,
        want: &Wanted,
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let (order, overtaken) = self.order_of(want, &item.event, &item.names)?;
        let at = origin.owed_at;
        if origin.in_hand.seq == seq {
            let InHand { stale, new, .. } = origin.in_hand;
            let circumstances = Circumstances { stale, order, overtaken, new };
            return self.owing.owe_first(seq, want, at, origin.in_hand.book.as_mut(), circumstances, changes).map(drop);
        }
        let (book, stale) = self.books.of_event(seq)?;
        let circumstances = Circumstances { stale, order, overtaken, new: false };
        match (book, &mut origin.in_hand.book) {
            (Some(book), Some(in_hand)) if book.id == in_hand.id => {
                self.owing.owe_first(seq, want, at, Some(in_hand), circumstances, changes).map(drop)
            }
            (mut book, _) => {
                let owed = self.owing.owe_first(seq, want, at, book.as_mut(), circumstances, changes)?;
                book.filter(|_| owed).map_or(Ok(()), |book| self.books.close(&book))
            }
        }
    }

    /// The order that a held delivery of the event would wait for, or its own payment where it names none; and whether a success
    /// of it has overtaken the event.
    fn order_of<'n>(
        &mut self,
        want: &Wanted,
        event: &Event,
        names: &'n Names,
    ) -> rusqlite::Result<(Option<&'n Digest>, bool)> {
        let order = names.order.as_ref().or(names.payment.as_ref()).filter(|_| !want.hold.is_zero());
        let overtaken = order.map_or(Ok(false), |order| self.is_overtaken(order, event))?;
        Ok((order, overtaken))
    }

    /// Whether a success of the order is later than this event, or the event does not say when it was.
    fn is_overtaken(&mut self, order: &Digest, event: &Event) -> rusqlite::Result<bool> {
        let success = self.books.aliases.success_of(order)?;
        Ok(success.is_some_and(|success| occurred_at(event).is_none_or(|at| at <= success)))
    }

    /// A second copy joins the same event: it adds only deliveries that are missing. A copy of what is no longer held
    /// true adds none.
    pub(in crate::sqlite) fn owe_missing(
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
                self.owe(owed, item, want, origin, changes)?;
            } else if !self.wholes.has(owed, want.destination)? && !self.wholes.has(seq, want.destination)? {
                self.owe_whole(item, (seq, known), &origin.whole(want), origin, changes)?;
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
        want: &Wanted,
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let destination = want.destination;
        let stored = self.wholes.of(seq)?;
        if self.wholes.is_same(stored, origin)? {
            if self.wholes.take(stored, destination)? && origin.owe_whole(destination) {
                self.owe(seq, item, want, origin, changes)?;
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
                self.again(item, &row, &Belief::default(), origin, changes)?
            }
        };
        origin.first_owed = Some(carrier);
        self.owe(carrier, item, want, origin, changes)
    }
}
