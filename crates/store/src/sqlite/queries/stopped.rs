//! What waits behind dead letters at which their lane stopped.

use std::collections::BTreeMap;

use payhook_domain::id::NameId;
use rusqlite::Connection;

use crate::PageRequest;
use crate::sqlite::rows::as_i64;

/// How many wait so, by destination. Of the newest [`PageRequest::SCAN_MAX`] dead letters, and of so many that wait: two
/// lanes that became one are counted once.
pub(super) fn waiting(connection: &Connection) -> rusqlite::Result<BTreeMap<NameId, u64>> {
    connection
        .prepare_cached(
            "WITH RECURSIVE dead AS MATERIALIZED (
                 SELECT destination, waits, next_event, next_generation FROM deliveries INDEXED BY deliveries_dead
                 WHERE state IN (11, 12) ORDER BY event DESC LIMIT ?1
             ),
             behind (destination, event, generation) AS (
                 SELECT destination, next_event, next_generation FROM dead WHERE waits = -1 AND next_event IS NOT NULL
                 UNION
                 SELECT d.destination, d.next_event, d.next_generation FROM behind b CROSS JOIN deliveries d
                 ON d.event = b.event AND d.destination = b.destination AND d.generation = b.generation
                 WHERE d.next_event IS NOT NULL LIMIT ?1
             )
             SELECT destination, count(*) FROM behind GROUP BY destination",
        )?
        .query_map([as_i64(PageRequest::SCAN_MAX)], |row| {
            Ok((NameId(row.get(0)?), row.get::<_, i64>(1)?.unsigned_abs()))
        })?
        .collect()
}
