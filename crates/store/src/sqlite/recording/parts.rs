//! Parts: the rows of one payment that was taken for several before an event linked them.

use payhook_domain::identity::Digest;
use rusqlite::Connection;

use crate::sqlite::rows::digest;

/// A row of a payment.
pub(in crate::sqlite) struct Part {
    pub(in crate::sqlite) id: i64,
    /// The digest of what it was first called, and that name.
    pub(in crate::sqlite) name: Digest,
    pub(in crate::sqlite) key: String,
}

/// The payment's row and every row that leads to it, through however many others.
pub(in crate::sqlite) fn of(connection: &Connection, payment: i64) -> rusqlite::Result<Vec<Part>> {
    connection
        .prepare_cached(
            "WITH RECURSIVE parts (id) AS (
                 SELECT ?1 UNION SELECT p.id FROM parts JOIN payments p ON p.merged = parts.id
             )
             SELECT p.id, p.name, p.key FROM parts JOIN payments p ON p.id = parts.id",
        )?
        .query_map([payment], |row| Ok(Part { id: row.get(0)?, name: digest(row, 1)?, key: row.get(2)? }))?
        .collect()
}
