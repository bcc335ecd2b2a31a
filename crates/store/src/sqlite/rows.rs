//! Event rows: how an event becomes columns and columns an event again.

use payhook_domain::delivery::State;
use payhook_domain::event::Event;
use payhook_domain::id::{EventId, EventSeq, NameId, NotificationId};
use payhook_domain::identity::Digest;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::{Aside, Standing};
use payhook_domain::written::Said;
use rusqlite::types::Type;
use rusqlite::{Row, Statement, ToSql};

use super::names::Kinds;
use crate::StoredEvent;

/// The number a standing has in the file. Never changed: partial indexes name some of them.
pub(super) const fn standing_number(standing: Standing) -> u8 {
    match standing {
        Standing::Routed => 1,
        Standing::Revision => 2,
        Standing::Aside => 3,
        Standing::Conflict => 4,
        Standing::Rejected => 5,
        Standing::Superseded => 6,
    }
}

/// The standing with this number.
pub(super) fn standing(number: u8) -> Option<Standing> {
    Standing::ALL.iter().copied().find(|standing| standing_number(*standing) == number)
}

/// The number of [`State::Pending`] while a delivery is due since its event was committed: found in the order of events, it
/// needs no index.
pub(super) const FRESH: u8 = 4;

/// The state with this number.
pub(super) fn state(number: u8) -> Option<State> {
    if number == FRESH { Some(State::Pending) } else { State::from_number(number) }
}

/// The columns [`bind_event`] fills, in its order: what the event is found by, and all else it says.
macro_rules! event_columns {
    () => {
        "id, signed, content, kind, code, reference, provider_reference, payment, said"
    };
}
pub(super) use event_columns;

/// How many columns [`event_columns`] names.
pub(super) const EVENT_COLUMNS: usize = 9;

/// The columns [`bind_belief`] fills, in its order.
macro_rules! belief_columns {
    () => {
        "payment_row, payment_state, stale"
    };
}
pub(super) use belief_columns;

/// How many columns [`belief_columns`] names.
pub(super) const BELIEF_COLUMNS: usize = 3;

/// The columns [`stored_event`] reads, from `events`.
macro_rules! stored_columns {
    () => {
        concat!(
            "seq, notification, item, source, provider, received_at, standing, revision, duplicates, aside, detail, ",
            $crate::sqlite::rows::event_columns!(),
            ", ",
            $crate::sqlite::rows::belief_columns!()
        )
    };
}
pub(super) use stored_columns;

/// Binds an event's columns from parameter `first` on.
pub(super) fn bind_event(
    statement: &mut Statement<'_>,
    first: usize,
    event: &Event,
    kinds: &Kinds,
) -> rusqlite::Result<()> {
    let mut index = first;
    let mut bind = |value: &dyn ToSql| {
        let bound = statement.raw_bind_parameter(index, value);
        index += 1;
        bound
    };
    bind(&&event.id.0.as_bytes()[..])?;
    bind(&&event.signed.as_bytes()[..])?;
    bind(&&event.content.as_bytes()[..])?;
    bind(&kinds.number(event.kind))?;
    bind(&event.code)?;
    bind(&event.reference)?;
    bind(&event.provider_reference)?;
    bind(&event.payment)?;
    bind(&event.write_said())
}

/// What is believed of an event's payment when the event is committed.
#[derive(Clone, Debug, Default)]
pub(super) struct Belief {
    /// The payment's row.
    pub(super) payment: Option<i64>,
    /// The payment as payloads show it.
    pub(super) state: Option<String>,
    /// A later event of the same was folded before.
    pub(super) stale: bool,
}

/// Binds what was believed, from parameter `first` on.
pub(super) fn bind_belief(statement: &mut Statement<'_>, first: usize, belief: &Belief) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(first, belief.payment)?;
    statement.raw_bind_parameter(first + 1, belief.state.as_deref())?;
    statement.raw_bind_parameter(first + 2, belief.stale.then_some(1))
}

/// Reads the columns of [`stored_columns`], which must be the row's first.
pub(super) fn stored_event(row: &Row<'_>, kinds: &Kinds) -> rusqlite::Result<StoredEvent> {
    Ok(StoredEvent {
        seq: EventSeq(row.get(0)?),
        notification: NotificationId(row.get(1)?),
        item: row.get(2)?,
        source: NameId(row.get(3)?),
        provider: NameId(row.get(4)?),
        received_at: Timestamp::from_micros(row.get(5)?),
        standing: standing(row.get(6)?).ok_or_else(|| unreadable(6, "standing"))?,
        revision: row.get(7)?,
        duplicates: row.get::<_, i64>(8)?.unsigned_abs(),
        aside: row.get_ref(9)?.as_str_or_null()?.and_then(Aside::parse),
        detail: row.get(10)?,
        event: event(row, 11, kinds)?,
        payment: row.get(11 + EVENT_COLUMNS + 1)?,
        stale: row.get::<_, Option<bool>>(11 + EVENT_COLUMNS + 2)?.unwrap_or(false),
    })
}

fn event(row: &Row<'_>, first: usize, kinds: &Kinds) -> rusqlite::Result<Event> {
    let said = Said::read(row.get_ref(first + 8)?.as_blob()?).ok_or_else(|| unreadable(first + 8, "said"))?;
    let Said { proof, success, live, occurred_at, account, aliases, fact, amount, checks, original } = said;
    Ok(Event {
        id: EventId(digest(row, first)?),
        signed: digest(row, first + 1)?,
        content: digest(row, first + 2)?,
        proof,
        kind: kinds.kind(row.get(first + 3)?),
        code: row.get(first + 4)?,
        success,
        live,
        occurred_at,
        account,
        reference: row.get(first + 5)?,
        provider_reference: row.get(first + 6)?,
        payment: row.get(first + 7)?,
        aliases,
        fact,
        amount,
        checks,
        original,
    })
}

/// A digest column.
pub(super) fn digest(row: &Row<'_>, index: usize) -> rusqlite::Result<Digest> {
    row.get(index).map(Digest::from_bytes)
}

/// A column that no release of ours writes like this.
pub(super) fn unreadable(index: usize, column: &str) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(index, column.to_owned(), Type::Null)
}

/// A length or offset in memory as the file keeps it.
pub(super) fn as_i64(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
