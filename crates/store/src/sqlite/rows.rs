//! Event rows: how an event becomes columns and columns an event again.

use std::borrow::Cow;

use payhook_domain::delivery::State;
use payhook_domain::event::{Check, Checks, Event, OccurredAt, Original};
use payhook_domain::fact::Fact;
use payhook_domain::id::{EventId, EventSeq, NameId, NotificationId};
use payhook_domain::identity::Digest;
use payhook_domain::money::{Amount, Currency};
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::{Aside, Standing};
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

/// The columns [`bind_event`] fills, in its order: what the event itself says.
macro_rules! event_columns {
    () => {
        "id, signed, content, kind, code, success, live, occurred_text, occurred_at, account, reference,
         provider_reference, payment, amount, currency, decimals, checks, original_at, original_len, original"
    };
}
pub(super) use event_columns;

/// How many columns [`event_columns`] names.
pub(super) const EVENT_COLUMNS: usize = 20;

/// The columns [`bind_belief`] fills, in its order.
macro_rules! belief_columns {
    () => {
        "fact, payment_row, payment_state, stale"
    };
}
pub(super) use belief_columns;

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
    bind(&event.success)?;
    bind(&event.live)?;
    bind(&event.occurred_at.as_ref().map(|at| at.text.as_str()))?;
    bind(&event.occurred_at.as_ref().and_then(|at| at.instant).map(Timestamp::as_micros))?;
    bind(&event.account)?;
    bind(&event.reference)?;
    bind(&event.provider_reference)?;
    bind(&event.payment)?;
    bind(&event.amount.map(|amount| amount.value))?;
    bind(&event.amount.as_ref().map(|amount| amount.currency.as_str()))?;
    bind(&event.amount.map(|amount| amount.decimals))?;
    bind(&write_checks(&event.checks))?;
    let (at, len, rendered) = match &event.original {
        Original::Slice(range) => (Some(as_i64(range.start)), Some(as_i64(range.len())), None),
        Original::Rendered(text) => (None, None, Some(text)),
    };
    bind(&at)?;
    bind(&len)?;
    bind(&rendered)
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

/// Binds what an event states and what was believed, from parameter `first` on.
pub(super) fn bind_belief(
    statement: &mut Statement<'_>,
    first: usize,
    event: &Event,
    belief: &Belief,
) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(first, write_fact(event))?;
    statement.raw_bind_parameter(first + 1, belief.payment)?;
    statement.raw_bind_parameter(first + 2, belief.state.as_deref())?;
    statement.raw_bind_parameter(first + 3, belief.stale.then_some(1))
}

/// The event's fact and, before it, the other names it gives its payment: their number, and each with its length.
fn write_fact(event: &Event) -> Option<Vec<u8>> {
    let fact = event.fact.as_ref()?;
    let mut bytes = Vec::with_capacity(128);
    let names = event.aliases.iter().filter(|alias| u8::try_from(alias.len()).is_ok()).take(ALIASES_MAX);
    bytes.push(0);
    for alias in names {
        bytes[0] += 1;
        bytes.push(u8::try_from(alias.len()).expect("invariant: filtered above"));
        bytes.extend_from_slice(alias.as_bytes());
    }
    fact.write(&mut bytes);
    Some(bytes)
}

/// Most other names of a payment kept with one event, and so most it can have.
const ALIASES_MAX: usize = 255;

fn read_fact(mut bytes: &[u8]) -> Option<(Vec<String>, Fact)> {
    let count = bytes.split_off_first()?;
    let mut aliases = Vec::new();
    for _ in 0..*count {
        let len = usize::from(*bytes.split_off_first()?);
        aliases.push(String::from_utf8(bytes.split_off(..len)?.to_vec()).ok()?);
    }
    Fact::read(&mut bytes).map(|fact| (aliases, fact))
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
        payment: row.get(11 + EVENT_COLUMNS + 2)?,
        stale: row.get::<_, Option<bool>>(11 + EVENT_COLUMNS + 3)?.unwrap_or(false),
    })
}

fn event(row: &Row<'_>, first: usize, kinds: &Kinds) -> rusqlite::Result<Event> {
    let fact = row.get_ref(first + EVENT_COLUMNS)?.as_blob_or_null()?.and_then(read_fact);
    let (aliases, fact) = fact.map_or((Vec::new(), None), |(aliases, fact)| (aliases, Some(fact)));
    let occurred_text: Option<String> = row.get(first + 7)?;
    let instant = row.get::<_, Option<i64>>(first + 8)?.map(Timestamp::from_micros);
    Ok(Event {
        id: EventId(digest(row, first)?),
        signed: digest(row, first + 1)?,
        content: digest(row, first + 2)?,
        kind: kinds.kind(row.get(first + 3)?),
        code: row.get(first + 4)?,
        success: row.get(first + 5)?,
        live: row.get(first + 6)?,
        occurred_at: occurred_text.map(|text| OccurredAt { text, instant }),
        account: row.get(first + 9)?,
        reference: row.get(first + 10)?,
        provider_reference: row.get(first + 11)?,
        payment: row.get(first + 12)?,
        aliases,
        fact,
        amount: amount(row, first + 13)?,
        checks: read_checks(row, first + 16)?,
        original: original(row, first + 17)?,
    })
}

fn amount(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Amount>> {
    let Some(value) = row.get(first)? else { return Ok(None) };
    let currency = row.get_ref(first + 1)?.as_str()?;
    let currency = Currency::parse(currency).ok_or_else(|| unreadable(first + 1, "currency"))?;
    Ok(Some(Amount { value, currency, decimals: row.get(first + 2)? }))
}

fn original(row: &Row<'_>, first: usize) -> rusqlite::Result<Original> {
    match row.get(first + 2)? {
        Some(text) => Ok(Original::Rendered(text)),
        None => {
            let start = length(row, first)?;
            let len = length(row, first + 1)?;
            Ok(Original::Slice(start..start.saturating_add(len)))
        }
    }
}

fn length(row: &Row<'_>, index: usize) -> rusqlite::Result<usize> {
    let stored: i64 = row.get(index)?;
    usize::try_from(stored).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(index, stored))
}

/// A digest column.
pub(super) fn digest(row: &Row<'_>, index: usize) -> rusqlite::Result<Digest> {
    row.get(index).map(Digest::from_bytes)
}

/// Checks as they stand in the file; absent when there are none, as for most events.
#[derive(serde::Serialize, serde::Deserialize)]
struct ChecksText<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    avs: Option<CheckText<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    cvc: Option<CheckText<'a>>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct CheckText<'a> {
    code: u16,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    meaning: Option<Cow<'a, str>>,
}

fn write_checks(checks: &Checks) -> Option<String> {
    fn text(check: &Option<Check>) -> Option<CheckText<'_>> {
        let check = check.as_ref()?;
        Some(CheckText { code: check.code, meaning: check.meaning.as_deref().map(Cow::Borrowed) })
    }
    if checks.avs.is_none() && checks.cvc.is_none() {
        return None;
    }
    let text = ChecksText { avs: text(&checks.avs), cvc: text(&checks.cvc) };
    Some(serde_json::to_string(&text).expect("invariant: numbers and strings always serialise"))
}

fn read_checks(row: &Row<'_>, index: usize) -> rusqlite::Result<Checks> {
    fn check(text: CheckText<'_>) -> Check {
        Check { code: text.code, meaning: text.meaning.map(|meaning| Cow::Owned(meaning.into_owned())) }
    }
    let Some(text) = row.get_ref(index)?.as_str_or_null()? else { return Ok(Checks::default()) };
    let text: ChecksText<'_> = serde_json::from_str(text).map_err(|_| unreadable(index, "checks"))?;
    Ok(Checks { avs: text.avs.map(check), cvc: text.cvc.map(check) })
}

/// A column that no release of ours writes like this.
pub(super) fn unreadable(index: usize, column: &str) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(index, column.to_owned(), Type::Null)
}

/// A length or offset in memory as the file keeps it.
pub(super) fn as_i64(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
