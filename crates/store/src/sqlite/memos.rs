//! Memos: named values that survive a restart.

use rusqlite::Connection;

use crate::Memo;

/// Puts it in the place of the one before, or forgets it. What is too long is cut nowhere: it is not kept.
pub(super) fn keep(connection: &Connection, memo: &Memo) -> rusqlite::Result<()> {
    let Some(value) = &memo.value else {
        return connection.prepare_cached("DELETE FROM memos WHERE name = ?1")?.execute([&memo.name]).map(drop);
    };
    if memo.name.len() > Memo::NAME_MAX || value.len() > Memo::VALUE_MAX {
        return Err(rusqlite::Error::ToSqlConversionFailure(format!("the memo {:?} is too long", memo.name).into()));
    }
    connection
        .prepare_cached("INSERT INTO memos (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2")?
        .execute((&memo.name, value))
        .map(drop)
}

/// Those whose name begins with `prefix`, by name.
pub(super) fn kept(connection: &Connection, prefix: &str) -> rusqlite::Result<Vec<Memo>> {
    connection
        .prepare_cached("SELECT name, value FROM memos WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name")?
        .query_map([prefix], |row| Ok(Memo { name: row.get(0)?, value: Some(row.get(1)?) }))?
        .collect()
}
