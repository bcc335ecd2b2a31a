//! What must stay however old it is: what is still owed to anyone, or waits for a person.

use payhook_domain::verdict::Standing;
use rusqlite::Connection;

use crate::sqlite::rows::standing_number;

/// A delivery that is not over: not final, or a dead letter that nothing was made in place of, or one its lane stopped at.
macro_rules! open {
    () => {
        "(d.state < 10 OR (d.state IN (11, 12) AND (d.waits = -1 OR NOT EXISTS (SELECT 1 FROM deliveries n
             WHERE n.event = d.event AND n.destination = d.destination AND n.generation > d.generation))))"
    };
}

/// Whether the event is still owed to anyone.
pub(super) fn is_owed(connection: &Connection, event: i64) -> rusqlite::Result<bool> {
    connection.prepare_cached(concat!("SELECT 1 FROM deliveries d WHERE d.event = ?1 AND ", open!()))?.exists([event])
}

/// Whether this one delivery is not over.
pub(super) fn is_open(connection: &Connection, key: (i64, i64, i64)) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(concat!(
            "SELECT 1 FROM deliveries d WHERE d.event = ?1 AND d.destination = ?2 AND d.generation = ?3 AND ",
            open!()
        ))?
        .exists(key)
}

/// Whether a row of this standing waits for a person.
pub(super) fn waits_for_a_person(standing: u8) -> bool {
    [Standing::Aside, Standing::Conflict].map(standing_number).contains(&standing)
}
