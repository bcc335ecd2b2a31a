//! The file's shape: ordered migrations, each applied once, and who may still read the result.
//!
//! `min_reader` is the oldest schema number whose release can work with a file in which the migration was applied. A
//! migration that only adds keeps the one before it; contraction comes a release later and raises it.

use std::path::Path;

use payhook_domain::identity::Digest;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::open::OpenError;

/// "PyHk": tells our files from other programs' databases.
const APPLICATION_ID: i32 = 0x5079_486b;

struct Migration {
    number: u32,
    min_reader: u32,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, min_reader: 1, sql: include_str!("migrations/0001_initial.sql") },
    Migration { number: 2, min_reader: 1, sql: include_str!("migrations/0002_retention.sql") },
];

/// Brings the file to this release's shape, or says why not. A newer file that still lets this release read it is left
/// as it is.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    migrate_to(connection, path, MIGRATIONS)
}

fn migrate_to(connection: &mut Connection, path: &Path, migrations: &[Migration]) -> Result<(), OpenError> {
    let engine = |error: rusqlite::Error| OpenError::Engine { path: path.to_owned(), message: error.to_string() };
    let ours = migrations.last().map_or(0, |migration| migration.number);
    if is_empty(connection).map_err(engine)? {
        start(connection).map_err(engine)?;
    }
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(engine)?;
    if id != APPLICATION_ID {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(engine)?;
    let (found, needs) = newest(&transaction).map_err(engine)?;
    if needs > ours {
        return Err(OpenError::TooNew { path: path.to_owned(), found, needs, ours });
    }
    for migration in migrations {
        let checksum = Digest::of([migration.sql.as_bytes()]);
        match applied(&transaction, migration.number).map_err(engine)? {
            None => apply(&transaction, migration, checksum).map_err(engine)?,
            Some(known) if known == checksum.as_bytes() => {}
            Some(_) => return Err(OpenError::Altered { path: path.to_owned(), number: migration.number }),
        }
    }
    transaction.commit().map_err(engine)
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))
}

fn start(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE;
         PRAGMA application_id = {APPLICATION_ID};
         CREATE TABLE IF NOT EXISTS migrations (
             number INTEGER PRIMARY KEY, min_reader INTEGER NOT NULL, checksum BLOB NOT NULL
         ) STRICT;
         COMMIT;"
    ))
}

fn newest(connection: &Connection) -> rusqlite::Result<(u32, u32)> {
    connection
        .query_row("SELECT number, min_reader FROM migrations ORDER BY number DESC LIMIT 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
        .map(Option::unwrap_or_default)
}

fn applied(connection: &Connection, number: u32) -> rusqlite::Result<Option<Vec<u8>>> {
    connection.query_row("SELECT checksum FROM migrations WHERE number = ?1", [number], |row| row.get(0)).optional()
}

fn apply(connection: &Connection, migration: &Migration, checksum: Digest) -> rusqlite::Result<()> {
    connection.execute_batch(migration.sql)?;
    connection.execute(
        "INSERT INTO migrations (number, min_reader, checksum) VALUES (?1, ?2, ?3)",
        (migration.number, migration.min_reader, &checksum.as_bytes()[..]),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Migration = Migration { number: 1, min_reader: 1, sql: "CREATE TABLE a (x)" };
    const ADDS: Migration = Migration { number: 2, min_reader: 1, sql: "CREATE TABLE b (x)" };
    const CONTRACTS: Migration = Migration { number: 3, min_reader: 2, sql: "DROP TABLE a" };

    fn run(connection: &mut Connection, migrations: &[Migration]) -> Result<(), OpenError> {
        migrate_to(connection, Path::new("test.db"), migrations)
    }

    #[test]
    fn an_older_release_opens_a_newer_file_until_something_it_needs_is_gone() {
        let mut file = Connection::open_in_memory().expect("memory");
        run(&mut file, &[ONE]).expect("new file");
        run(&mut file, &[ONE, ADDS]).expect("newer release");
        run(&mut file, &[ONE]).expect("the release before still opens it");
        run(&mut file, &[ONE, ADDS, CONTRACTS]).expect("newest release");
        run(&mut file, &[ONE, ADDS]).expect("one release back opens it");
        let error = run(&mut file, &[ONE]).expect_err("two back does not");
        assert!(matches!(error, OpenError::TooNew { found: 3, needs: 2, ours: 1, .. }), "{error}");
    }

    #[test]
    fn a_migration_that_was_edited_after_it_ran_is_noticed() {
        let mut file = Connection::open_in_memory().expect("memory");
        run(&mut file, &[ONE]).expect("new file");
        let edited = Migration { sql: "CREATE TABLE a (y)", ..ONE };
        assert!(matches!(run(&mut file, &[edited]), Err(OpenError::Altered { number: 1, .. })));
    }

    #[test]
    fn events_that_do_not_stand_beside_their_notification_are_noted_when_retention_comes() {
        let mut file = Connection::open_in_memory().expect("memory");
        run(&mut file, &MIGRATIONS[..1]).expect("a file of the first release");
        for (seq, notification) in (1..).zip([1, 7, 2, 3, 7, 8, 1]) {
            let row =
                "INSERT INTO events (seq, notification, item, source, provider, received_at, standing, revision, id,
                       signed, content, kind, code, said) VALUES (?1, ?2, 0, 1, 1, 0, 1, 0, x'', x'', x'', 1, '', x'')";
            file.execute(row, (seq, notification)).expect("written");
        }
        run(&mut file, &MIGRATIONS[..2]).expect("migrated");
        let mut moved = file.prepare("SELECT notification, event FROM moved ORDER BY event").expect("prepared");
        let moved: rusqlite::Result<Vec<(i64, i64)>> =
            moved.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("asked").collect();
        assert_eq!(moved.expect("read"), [(2, 3), (3, 4), (1, 7)], "what is left stands in one order");
    }

    #[test]
    fn another_programs_database_is_left_alone() {
        let mut file = Connection::open_in_memory().expect("memory");
        file.execute_batch("CREATE TABLE theirs (x)").expect("made");
        assert!(matches!(run(&mut file, &[ONE]), Err(OpenError::Foreign(_))));
    }
}
