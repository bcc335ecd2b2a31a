//! Intentions in the book: written down, carried out, answered.

use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, Transaction};

use super::BookError;
use crate::intentions::{Kind, State};
use crate::provider::Provider;

/// Something that is wanted of a provider. Path and body never change: a provider that gets the same key with other bytes
/// refuses it.
#[derive(Clone, Debug)]
pub(crate) struct Intention {
    /// The idempotency key.
    pub(crate) key: String,
    /// The order.
    pub(crate) reference: String,
    /// The payment it is about; nothing for a session.
    pub(crate) payment: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) provider: Provider,
    pub(crate) path: String,
    pub(crate) body: String,
    /// In minor units.
    pub(crate) amount: i64,
    pub(crate) state: State,
    /// What the provider said last.
    pub(crate) answer: Option<String>,
    /// What the provider calls it.
    pub(crate) provider_reference: Option<String>,
    pub(crate) made_at: i64,
    pub(crate) tries: u32,
}

/// How a try to carry one out ended.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    pub(crate) state: State,
    /// What the provider said, or why it could not be asked.
    pub(crate) answer: String,
    pub(crate) provider_reference: Option<String>,
    /// When to try again, if it is still open.
    pub(crate) due_at: i64,
}

/// Writes one down, due at once. False when its key is there already: the same form, sent again.
pub(crate) fn want(act: &Transaction<'_>, new: &Intention) -> Result<bool, BookError> {
    let sql =
        "INSERT INTO intentions (key, reference, payment, kind, provider, path, body, amount, state, made_at, due_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10) ON CONFLICT (key) DO NOTHING";
    let (kind, provider, state) = (new.kind.as_str(), new.provider.as_str(), new.state.as_str());
    let values =
        (&new.key, &new.reference, &new.payment, kind, provider, &new.path, &new.body, new.amount, state, new.made_at);
    Ok(act.execute(sql, values)? == 1)
}

/// Those to be tried now, oldest first, at most that many.
pub(crate) fn due(act: &Transaction<'_>, now: i64, most: usize) -> Result<Vec<Intention>, BookError> {
    let sql = format!("{SELECT} WHERE state = 'open' AND due_at <= ?1 ORDER BY due_at LIMIT ?2");
    let mut query = act.prepare(&sql)?;
    let due = query.query_map((now, i64::try_from(most).unwrap_or(i64::MAX)), read)?;
    Ok(due.collect::<Result<_, _>>()?)
}

/// When the next one is to be tried.
pub(crate) fn next_due(act: &Transaction<'_>) -> Result<Option<i64>, BookError> {
    let sql = "SELECT min(due_at) FROM intentions WHERE state = 'open'";
    Ok(act.query_row(sql, [], |row| row.get(0))?)
}

/// Writes down how a try ended. What is no longer open stays as it is.
pub(crate) fn ended(act: &Transaction<'_>, key: &str, ending: &Ending) -> Result<(), BookError> {
    let sql = "UPDATE intentions SET state = ?2, answer = ?3, provider_reference = ?4, due_at = ?5, tries = tries + 1
        WHERE key = ?1 AND state = 'open'";
    let Ending { state, answer, provider_reference, due_at } = ending;
    act.execute(sql, (key, state.as_str(), answer, provider_reference, due_at))?;
    Ok(())
}

/// The one with that key.
pub(crate) fn intention(act: &Transaction<'_>, key: &str) -> Result<Option<Intention>, BookError> {
    Ok(act.query_row(&format!("{SELECT} WHERE key = ?1"), [key], read).optional()?)
}

/// Those of an order, oldest first.
pub(crate) fn intentions_of(act: &Transaction<'_>, reference: &str) -> Result<Vec<Intention>, BookError> {
    let mut query = act.prepare(&format!("{SELECT} WHERE reference = ?1 ORDER BY rowid"))?;
    let found = query.query_map([reference], read)?;
    Ok(found.collect::<Result<_, _>>()?)
}

const SELECT: &str = "SELECT key, reference, payment, kind, provider, path, body, amount, state, answer, \
     provider_reference, made_at, tries FROM intentions";

fn read(row: &Row<'_>) -> rusqlite::Result<Intention> {
    Ok(Intention {
        key: row.get(0)?,
        reference: row.get(1)?,
        payment: row.get(2)?,
        kind: word(row, 3, Kind::parse)?,
        provider: word(row, 4, Provider::parse)?,
        path: row.get(5)?,
        body: row.get(6)?,
        amount: row.get(7)?,
        state: word(row, 8, State::parse)?,
        answer: row.get(9)?,
        provider_reference: row.get(10)?,
        made_at: row.get(11)?,
        tries: row.get(12)?,
    })
}

fn word<T>(row: &Row<'_>, at: usize, parse: fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let word: String = row.get(at)?;
    parse(&word).ok_or_else(|| {
        let problem = format!("{word:?} is a word that this release does not know");
        rusqlite::Error::FromSqlConversionFailure(at, Type::Text, problem.into())
    })
}
