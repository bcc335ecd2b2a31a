//! Walking over notifications in the order of arrival, each with its events.

use payhook_domain::id::NameId;
use rusqlite::{Connection, Row, Rows};

use super::due::Due;
use super::moved;

/// Most notifications of one step, and most events: about a millisecond's work. The events of one notification stay
/// together: as many more as one request can carry.
const NOTIFICATIONS_MAX: i64 = 64;
const EVENTS_MAX: usize = 128;

/// Where a walk is: the last notification it passed, and the last event.
pub(super) type At = (i64, i64);

/// A notification that is old enough, or would be if it came from another source, or is from a time to come.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) id: i64,
    pub(super) source: NameId,
    pub(super) received_at: i64,
    /// Bytes of headers and body; absent when they are gone.
    pub(super) bytes: Option<i64>,
    /// The event before its first, and its last, of those that came with it.
    pub(super) before: i64,
    pub(super) passed: i64,
    pub(super) events: Vec<EventRow>,
    /// Whether it is old enough.
    pub(super) is_due: bool,
}

/// What retention asks of an event's row.
#[derive(Clone, Copy, Debug)]
pub(super) struct EventRow {
    pub(super) seq: i64,
    pub(super) notification: i64,
    pub(super) source: NameId,
    pub(super) received_at: i64,
    pub(super) standing: u8,
    /// The row first recorded, when it is not this one.
    pub(super) first: Option<i64>,
}

/// The columns [`EventRow::read`] reads.
macro_rules! event_row {
    () => {
        "seq, notification, source, received_at, standing, first"
    };
}
pub(super) use event_row;

impl EventRow {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            notification: row.get(1)?,
            source: NameId(row.get(2)?),
            received_at: row.get(3)?,
            standing: row.get(4)?,
            first: row.get(5)?,
        })
    }
}

/// The next notifications behind `at`, up to where nothing goes any more, and where to go on; nowhere when there are no
/// more. One from more than a day ahead is shown, but is not due: were it to end the walk, a clock that was once wrong would
/// end retention.
pub(super) fn next(connection: &Connection, at: At, due: &Due<'_>) -> rusqlite::Result<(Vec<Found>, Option<At>)> {
    let mut notifications = connection.prepare_cached(
        "SELECT id, source, received_at, length(headers) + length(body) FROM notifications
         WHERE id > ?1 ORDER BY id LIMIT ?2",
    )?;
    let mut notifications = notifications.query((at.0, NOTIFICATIONS_MAX))?;
    let mut events =
        connection.prepare_cached(concat!("SELECT ", event_row!(), " FROM events WHERE seq > ?1 ORDER BY seq"))?;
    let mut events = Events::begin(connection, events.query([at.1])?, at.1)?;
    let (mut found, mut last, mut count, mut many) = (Vec::new(), at, 0, 0);
    while let Some(row) = notifications.next()? {
        let (id, source, received_at) = (row.get(0)?, NameId(row.get(1)?), row.get(2)?);
        if due.is_young(received_at) && !due.is_ahead(received_at) {
            return Ok((found, None));
        }
        let (before, own) = events.of(id)?;
        count += own.len();
        let (passed, is_due) = (events.passed, due.goes(source, received_at));
        found.push(Found { id, source, received_at, bytes: row.get(3)?, before, passed, events: own, is_due });
        last = (id, passed);
        many += 1;
        if count >= EVENTS_MAX {
            return Ok((found, Some(last)));
        }
    }
    let more = many == NOTIFICATIONS_MAX;
    Ok((found, more.then_some(last)))
}

/// Events in the order of arrival, of which none was moved.
struct Events<'c, 's> {
    connection: &'c Connection,
    rows: Rows<'s>,
    any_moved: bool,
    ahead: Option<EventRow>,
    /// The last event that belongs to what was asked for.
    passed: i64,
}

impl<'c, 's> Events<'c, 's> {
    fn begin(connection: &'c Connection, rows: Rows<'s>, passed: i64) -> rusqlite::Result<Self> {
        let mut events = Self { connection, rows, any_moved: moved::any(connection)?, ahead: None, passed };
        events.advance()?;
        Ok(events)
    }

    fn advance(&mut self) -> rusqlite::Result<()> {
        loop {
            self.ahead = self.rows.next()?.map(EventRow::read).transpose()?;
            match self.ahead {
                Some(event) if self.any_moved && moved::is(self.connection, event.seq)? => {}
                _ => return Ok(()),
            }
        }
    }

    /// The events of the next notification, and the one before the first of them.
    fn of(&mut self, notification: i64) -> rusqlite::Result<(i64, Vec<EventRow>)> {
        while self.ahead.is_some_and(|event| event.notification < notification) {
            self.take()?;
        }
        let (before, mut own) = (self.passed, Vec::new());
        while self.ahead.is_some_and(|event| event.notification == notification) {
            own.extend(self.take()?);
        }
        if self.any_moved {
            let mut row =
                self.connection.prepare_cached(concat!("SELECT ", event_row!(), " FROM events WHERE seq = ?1"))?;
            for seq in moved::to(self.connection, notification)? {
                own.push(row.query_row([seq], EventRow::read)?);
            }
        }
        Ok((before, own))
    }

    fn take(&mut self) -> rusqlite::Result<Option<EventRow>> {
        let taken = self.ahead;
        self.passed = taken.map_or(self.passed, |event| event.seq);
        self.advance()?;
        Ok(taken)
    }
}
