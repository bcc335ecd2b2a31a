//! The rows of a recording: the notification with its bytes, and its events.

use std::sync::Arc;

use payhook_domain::event::Event;
use payhook_domain::id::{EventSeq, NameId};
use payhook_domain::notification::Notification;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::{Aside, Standing};
use rusqlite::{Connection, OptionalExtension, Statement};

use super::books::Book;
use crate::sqlite::index::segments::Segments;
use crate::sqlite::names::Kinds;
use crate::sqlite::rows::{
    BELIEF_COLUMNS, Belief, EVENT_COLUMNS, belief_columns, bind_belief, bind_event, event_columns, standing_number,
    stored_columns, stored_event,
};
use crate::sqlite::tally::Changes;
use crate::{Disposition, RecordEvent, Wanted};

/// The notification that events come in: written when the first of them needs it.
pub(in crate::sqlite) struct Origin<'r> {
    pub(in crate::sqlite) source: NameId,
    pub(in crate::sqlite) provider: NameId,
    pub(in crate::sqlite) received_at: Timestamp,
    /// From when on its deliveries are due.
    pub(in crate::sqlite) owed_at: Timestamp,
    /// The request, while it is not yet written.
    pub(in crate::sqlite) request: Option<&'r Notification>,
    /// Its row, once written.
    pub(in crate::sqlite) row: i64,
    /// Its first event that is owed to anyone.
    pub(in crate::sqlite) first_owed: Option<i64>,
    /// The event being recorded, and its payment.
    pub(in crate::sqlite) in_hand: InHand,
    /// Who was owed it whole by now, from this row of it or from an earlier copy of the same bytes.
    pub(in crate::sqlite) owed_whole: Vec<NameId>,
    /// Whether it is known to hold one event and nothing else.
    pub(in crate::sqlite) holds_one: bool,
}

impl Origin<'_> {
    /// It is owed whole to the destination; whether it was not by now.
    pub(in crate::sqlite) fn owe_whole(&mut self, destination: NameId) -> bool {
        let is_first = !self.owed_whole.contains(&destination);
        if is_first {
            self.owed_whole.push(destination);
        }
        is_first
    }

    /// How it is wanted by who wants this event of it whole. What else is in it waits for no better news and is not old: only
    /// bad news that came alone is held or skipped.
    pub(in crate::sqlite) fn whole(&self, want: &Wanted) -> Wanted {
        if self.holds_one { *want } else { want.at_once() }
    }
}

/// The event being recorded.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct InHand {
    /// Its row; 0 for none.
    pub(in crate::sqlite) seq: i64,
    /// Its payment.
    pub(in crate::sqlite) book: Option<Book>,
    /// A later event of the same was folded before.
    pub(in crate::sqlite) stale: bool,
    /// Its row is written in this transaction.
    pub(in crate::sqlite) new: bool,
}

/// An event row about to be written.
pub(in crate::sqlite) struct NewRow {
    pub(in crate::sqlite) standing: Standing,
    pub(in crate::sqlite) revision: u32,
    /// The row first recorded, when it is not this one.
    pub(in crate::sqlite) first: Option<i64>,
}

/// Writes them.
pub(in crate::sqlite) struct Entries<'c> {
    kinds: Arc<Kinds>,
    notification: Statement<'c>,
    event: Statement<'c>,
    renew: Statement<'c>,
    read: Statement<'c>,
    unfolded: Statement<'c>,
    believe: Statement<'c>,
    pub(in crate::sqlite) segments: Segments<'c>,
}

impl<'c> Entries<'c> {
    pub(in crate::sqlite) fn prepare(connection: &'c Connection, kinds: Arc<Kinds>) -> rusqlite::Result<Self> {
        let insert = concat!(
            "INSERT INTO events (seq, notification, item, source, provider, received_at, standing, revision, first,
             aside, detail, ",
            event_columns!(),
            ", ",
            belief_columns!(),
            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
             ?21, ?22, ?23)"
        );
        let renew = concat!(
            "UPDATE events SET notification = ?2, item = ?3, source = ?4, standing = 1, aside = NULL, detail = NULL, (",
            event_columns!(),
            ", ",
            belief_columns!(),
            ") = (?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) WHERE seq = ?1"
        );
        let unfolded = "SELECT seq FROM events WHERE first = ?1 AND standing = ?2 AND payment_row IS NULL ORDER BY seq";
        let believe = concat!("UPDATE events SET (", belief_columns!(), ") = (?2, ?3, ?4) WHERE seq = ?1");
        Ok(Self {
            kinds,
            notification: connection.prepare(
                "INSERT INTO notifications (id, source, received_at, target, peer, config, headers, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?,
            event: connection.prepare(insert)?,
            renew: connection.prepare(renew)?,
            read: connection.prepare(concat!("SELECT ", stored_columns!(), " FROM events WHERE seq = ?1"))?,
            unfolded: connection.prepare(unfolded)?,
            believe: connection.prepare(believe)?,
            segments: Segments::load(connection)?,
        })
    }

    /// Writes a row of an event, and its notification when that is not yet written; returns its number.
    pub(in crate::sqlite) fn write(
        &mut self,
        item: &RecordEvent,
        row: &NewRow,
        belief: &Belief,
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<i64> {
        let notification = self.written(origin, changes)?;
        let seq = changes.take_event();
        let (aside, detail) = match (&item.disposition, row.standing) {
            (Disposition::Aside { reason, detail }, Standing::Aside) => (Some(Aside::as_str(*reason)), Some(detail)),
            _ => (None, None),
        };
        let insert = &mut self.event;
        insert.raw_bind_parameter(1, seq)?;
        insert.raw_bind_parameter(2, notification)?;
        insert.raw_bind_parameter(3, item.item)?;
        insert.raw_bind_parameter(4, origin.source.0)?;
        insert.raw_bind_parameter(5, origin.provider.0)?;
        insert.raw_bind_parameter(6, origin.received_at.as_micros())?;
        insert.raw_bind_parameter(7, standing_number(row.standing))?;
        insert.raw_bind_parameter(8, row.revision)?;
        insert.raw_bind_parameter(9, row.first)?;
        insert.raw_bind_parameter(10, aside)?;
        insert.raw_bind_parameter(11, detail)?;
        debug_assert_eq!(insert.parameter_count(), 11 + EVENT_COLUMNS + BELIEF_COLUMNS);
        bind_event(insert, 12, &item.event, &self.kinds)?;
        bind_belief(insert, 12 + EVENT_COLUMNS, belief)?;
        insert.raw_execute()?;
        changes.events(row.standing, 1);
        self.segments.note(seq, &item.event, row.first.is_none())?;
        Ok(seq)
    }

    /// Makes a set-aside row a routed one that says what this copy says.
    pub(in crate::sqlite) fn renew(
        &mut self,
        seq: i64,
        item: &RecordEvent,
        belief: &Belief,
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let notification = self.written(origin, changes)?;
        self.renew.raw_bind_parameter(1, seq)?;
        self.renew.raw_bind_parameter(2, notification)?;
        self.renew.raw_bind_parameter(3, item.item)?;
        self.renew.raw_bind_parameter(4, origin.source.0)?;
        bind_event(&mut self.renew, 5, &item.event, &self.kinds)?;
        bind_belief(&mut self.renew, 5 + EVENT_COLUMNS, belief)?;
        self.renew.raw_execute()?;
        changes.events(Standing::Aside, -1);
        changes.events(Standing::Routed, 1);
        self.segments.note(seq, &item.event, false)
    }

    /// The notification's row, written now if it was not.
    pub(in crate::sqlite) fn written(
        &mut self,
        origin: &mut Origin<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<i64> {
        if let Some(request) = origin.request.take() {
            origin.row = changes.take_notification();
            self.notification.execute((
                origin.row,
                request.source.0,
                request.received_at.as_micros(),
                &request.target,
                request.peer.map(|peer| peer.to_string()),
                &request.config[..],
                &request.headers[..],
                &request.body[..],
            ))?;
        }
        Ok(origin.row)
    }

    /// The event in this row.
    pub(in crate::sqlite) fn event(&mut self, seq: EventSeq) -> rusqlite::Result<Option<Event>> {
        let kinds = &self.kinds;
        let row = self.read.query_row([seq.0], |row| stored_event(row, kinds)).optional()?;
        Ok(row.map(|row| row.event))
    }

    /// The revisions of the event first recorded in this row that were folded into no payment.
    pub(in crate::sqlite) fn unfolded(&mut self, first: i64) -> rusqlite::Result<Vec<EventSeq>> {
        let rows = (first, standing_number(Standing::Revision));
        self.unfolded.query_map(rows, |row| row.get(0).map(EventSeq))?.collect()
    }

    /// Writes what is believed of the row's payment.
    pub(in crate::sqlite) fn believe(&mut self, seq: EventSeq, belief: &Belief) -> rusqlite::Result<()> {
        self.believe.raw_bind_parameter(1, seq.0)?;
        bind_belief(&mut self.believe, 2, belief)?;
        self.believe.raw_execute().map(drop)
    }
}
