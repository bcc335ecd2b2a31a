//! The floor: the first event that may still be owed to anyone since it was committed, as it is kept over a restart.
//!
//! Kept with every segment that is written, so it is a few thousand events behind the truth; a look that begins there
//! passes what was delivered since.

use payhook_domain::delivery::State;
use payhook_domain::id::NameId;
use rusqlite::Connection;

use super::lease::Leases;
use crate::sqlite::memos;
use crate::sqlite::tally::sort;

/// The name it is kept under.
const MEMO: &str = "floor";

/// Keeps it, in the transaction under way.
pub(in crate::sqlite) fn keep(connection: &Connection, floor: i64) -> rusqlite::Result<()> {
    memos::put(connection, MEMO, &floor.to_be_bytes())
}

/// As last kept.
pub(in crate::sqlite) fn kept(connection: &Connection) -> rusqlite::Result<i64> {
    Ok(memos::value(connection, MEMO)?.map_or(0, i64::from_be_bytes))
}

/// Tells where to begin, once.
pub(in crate::sqlite) fn begin(connection: &Connection, leases: &mut Leases) -> rusqlite::Result<()> {
    if leases.has_begun() {
        return Ok(());
    }
    let mut owed = connection.prepare("SELECT a FROM tallies WHERE sort = ?1 AND b = ?2 AND count > 0")?;
    let owed = owed.query_map((sort::DELIVERIES, State::Pending as u8), |row| row.get(0).map(NameId))?;
    let owed: Vec<NameId> = owed.collect::<rusqlite::Result<_>>()?;
    leases.begin(kept(connection)?, owed);
    Ok(())
}
