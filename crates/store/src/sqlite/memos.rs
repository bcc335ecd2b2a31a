//! Memos: named values that survive a restart.

use rusqlite::{Connection, OptionalExtension};

use crate::Memo;

/// Puts it in the place of the one before, or forgets it. What is too long is cut nowhere: it is not kept.
pub(super) fn keep(connection: &Connection, memo: &Memo) -> rusqlite::Result<()> {
    let Some(value) = &memo.value else {
        return connection.prepare_cached("DELETE FROM memos WHERE name = ?1")?.execute([&memo.name]).map(drop);
    };
    if memo.name.len() > Memo::NAME_MAX || value.len() > Memo::VALUE_MAX {
        return Err(rusqlite::Error::ToSqlConversionFailure(format!("the memo {:?} is too long", memo.name).into()));
    }
    put(connection, &memo.name, value)
}

/// Puts a value of the store's own in the place of the one before.
pub(super) fn put(connection: &Connection, name: &str, value: &[u8]) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO memos (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2")?
        .execute((name, value))
        .map(drop)
}

/// The value under this name, which is of this length.
pub(super) fn value<const N: usize>(connection: &Connection, name: &str) -> rusqlite::Result<Option<[u8; N]>> {
    connection.prepare_cached("SELECT value FROM memos WHERE name = ?1")?.query_row([name], |row| row.get(0)).optional()
}

/// Those whose name begins with `prefix`, by name.
pub(super) fn kept(connection: &Connection, prefix: &str) -> rusqlite::Result<Vec<Memo>> {
    connection
        .prepare_cached("SELECT name, value FROM memos WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name")?
        .query_map([prefix], |row| Ok(Memo { name: row.get(0)?, value: Some(row.get(1)?) }))?
        .collect()
}
