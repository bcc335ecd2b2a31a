//! The file's shape: ordered migrations, each applied once, and who may still read the result.
//!
//! `min_reader` is the oldest schema number whose release can work with a file in which the migration was applied. A
//! migration that only adds keeps the one before it; contraction comes a release later and raises it. Before one is applied
//! to a file that holds something, the file is copied beside itself.

use std::path::Path;

use payhook_domain::fault::{self, Point};
use payhook_domain::identity::Digest;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::connect;
use crate::backup::Shape;
use crate::open::OpenError;
use crate::sqlite::{backup, notes};

/// "PyHk": tells our files from other programs' databases.
pub(in crate::sqlite) const APPLICATION_ID: i32 = 0x5079_486b;

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
pub(in crate::sqlite) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    migrate_to(connection, path, MIGRATIONS)
}

fn migrate_to(connection: &mut Connection, path: &Path, migrations: &[Migration]) -> Result<(), OpenError> {
    let engine = |error: rusqlite::Error| OpenError::engine(path, &error);
    if is_empty(connection).map_err(engine)? {
        start(connection).map_err(engine)?;
    }
    // Nobody else writes: the store is locked.
    let shape = shape(connection, path, migrations)?;
    if shape.copied_to.is_some() {
        copy_before(connection, path, &shape)?;
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(engine)?;
    for migration in migrations.iter().filter(|migration| shape.pending.contains(&migration.number)) {
        apply(&transaction, migration).map_err(engine)?;
        fault::pass(Point::MigrationApplied);
    }
    if shape.copied_to.is_some() {
        notes::turn(&transaction, notes::CHANGED, notes::CHANGING).map_err(engine)?;
    }
    transaction.commit().map_err(engine)?;
    fault::pass(Point::MigrationCommitted);
    Ok(())
}

/// Copies a file that holds something beside itself, and notes that it is about to change.
fn copy_before(connection: &Connection, path: &Path, shape: &Shape) -> Result<(), OpenError> {
    let engine = |error: rusqlite::Error| OpenError::engine(path, &error);
    let Shape { found, ours, pending, copied_to: Some(to), .. } = shape else { return Ok(()) };
    let Some(first) = pending.first() else { return Ok(()) };
    notes::tell_of_earlier_try(connection, to, &connect::beside(to, ".partial")).map_err(engine)?;
    let copied = backup::before_migration(connection, path, *first);
    copied.map_err(|error| OpenError::NotCopied { path: to.clone(), message: error.to_string() })?;
    fault::pass(Point::MigrationCopied);
    tracing::info!(copy = %to.display(), found, ours, "copied before the schema changes");
    notes::turn(connection, notes::CHANGING, 0).map_err(engine)?;
    fault::pass(Point::MigrationNoted);
    Ok(())
}

/// What this release would do to the file at `path`, which is only read.
pub(crate) fn inspect(path: &Path) -> Result<Shape, OpenError> {
    let engine = |error: rusqlite::Error| OpenError::engine(path, &error);
    let connection = connect::looker(path).map_err(engine)?;
    let is_backup = backup::is_marked(path).unwrap_or(false);
    if is_empty(&connection).map_err(engine)? {
        return Ok(to_be(0, 0, MIGRATIONS, path, &[]));
    }
    Ok(Shape { is_backup, ..shape(&connection, path, MIGRATIONS)? })
}

/// Whether the file is a store of ours, of whatever release.
pub(in crate::sqlite) fn is_ours(connection: &Connection) -> rusqlite::Result<bool> {
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    Ok(id == APPLICATION_ID)
}

/// What would be done to a file that has a beginning, or why this release cannot follow it.
fn shape(connection: &Connection, path: &Path, migrations: &[Migration]) -> Result<Shape, OpenError> {
    let engine = |error: rusqlite::Error| OpenError::engine(path, &error);
    if !is_ours(connection).map_err(engine)? {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    let (found, needs) = newest(connection).map_err(engine)?;
    let ours = migrations.last().map_or(0, |migration| migration.number);
    if needs > ours {
        return Err(OpenError::TooNew { path: path.to_owned(), found, needs, ours });
    }
    let mut have = Vec::new();
    for migration in migrations {
        match applied(connection, migration.number).map_err(engine)? {
            None => {}
            Some(known) if known == checksum(migration).as_bytes() => have.push(migration.number),
            Some(_) => return Err(OpenError::Altered { path: path.to_owned(), number: migration.number }),
        }
    }
    Ok(to_be(found, needs, migrations, path, &have))
}

/// A file in which nothing was applied yet holds nothing to copy.
fn to_be(found: u32, min_reader: u32, migrations: &[Migration], path: &Path, have: &[u32]) -> Shape {
    let pending: Vec<u32> =
        migrations.iter().map(|migration| migration.number).filter(|number| !have.contains(number)).collect();
    let last = migrations.last().filter(|last| last.number > found);
    let copied_to = pending.first().filter(|_| found > 0).map(|first| backup::path_before(path, *first));
    Shape {
        found,
        min_reader,
        ours: migrations.last().map_or(0, |migration| migration.number),
        min_reader_after: last.map_or(min_reader, |last| last.min_reader),
        pending,
        copied_to,
        is_backup: false,
    }
}

fn checksum(migration: &Migration) -> Digest {
    Digest::of([migration.sql.as_bytes()])
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

/// The newest migration in the file, and the oldest that may still read it.
pub(in crate::sqlite) fn newest(connection: &Connection) -> rusqlite::Result<(u32, u32)> {
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

fn apply(connection: &Connection, migration: &Migration) -> rusqlite::Result<()> {
    connection.execute_batch(migration.sql)?;
    connection.execute(
        "INSERT INTO migrations (number, min_reader, checksum) VALUES (?1, ?2, ?3)",
        (migration.number, migration.min_reader, &checksum(migration).as_bytes()[..]),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Migration = Migration { number: 1, min_reader: 1, sql: "CREATE TABLE a (x)" };
    const ADDS: Migration = Migration { number: 2, min_reader: 1, sql: "CREATE TABLE b (x)" };
    const CONTRACTS: Migration = Migration { number: 3, min_reader: 2, sql: "DROP TABLE a" };

    /// A file in a folder of its own.
    struct Desk {
        folder: tempfile::TempDir,
        file: Connection,
    }

    impl Desk {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("test.db");
            connect::make(&path).expect("made");
            Self { file: connect::writer(&path, true).expect("opens"), folder }
        }

        fn run(&mut self, migrations: &[Migration]) -> Result<(), OpenError> {
            migrate_to(&mut self.file, &self.folder.path().join("test.db"), migrations)
        }

        fn shape(&self, migrations: &[Migration]) -> Result<Shape, OpenError> {
            shape(&self.file, Path::new("test.db"), migrations)
        }

        /// Names of the copies there are.
        fn copies(&self) -> Vec<String> {
            let entries = self.folder.path().read_dir().expect("lists");
            let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("plain"));
            let mut names: Vec<_> = names.filter(|name| name.contains("before") || name.contains("partial")).collect();
            names.sort();
            names
        }

        fn copy(&self, name: &str) -> Connection {
            connect::at_rest(&self.folder.path().join(name)).expect("opens")
        }
    }

    #[test]
    fn an_older_release_opens_a_newer_file_until_something_it_needs_is_gone() {
        let mut desk = Desk::new();
        desk.run(&[ONE]).expect("new file");
        desk.run(&[ONE, ADDS]).expect("newer release");
        desk.run(&[ONE]).expect("the release before still opens it");
        desk.run(&[ONE, ADDS, CONTRACTS]).expect("newest release");
        desk.run(&[ONE, ADDS]).expect("one release back opens it");
        let error = desk.run(&[ONE]).expect_err("two back does not");
        assert!(matches!(error, OpenError::TooNew { found: 3, needs: 2, ours: 1, .. }), "{error}");
    }

    /// Columns of every table: its type, and whether a row must bring it.
    fn columns(file: &Connection) -> std::collections::BTreeMap<(String, String), (String, bool)> {
        let all = "SELECT t.name, c.name, c.type, c.\"notnull\" AND c.dflt_value IS NULL FROM sqlite_schema t
                   JOIN pragma_table_xinfo(t.name) c WHERE t.type = 'table'";
        let mut all = file.prepare(all).expect("prepared");
        let read = all.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?))));
        read.expect("asked").collect::<rusqlite::Result<_>>().expect("read")
    }

    /// What makes going back possible: each migration of ours keeps what the release before it writes and reads.
    #[test]
    fn the_release_before_each_migration_opens_its_file_and_finds_all_it_knows() {
        for (before, migration) in MIGRATIONS.iter().enumerate().skip(1) {
            let mut desk = Desk::new();
            let (number, min_reader) = (migration.number, migration.min_reader);
            assert!(min_reader < number, "{number}: contraction comes a release after what makes it possible");
            desk.run(&MIGRATIONS[..before]).expect("a file of the release before");
            let known = columns(&desk.file);
            desk.run(&MIGRATIONS[..=before]).expect("migrated");
            let found = columns(&desk.file);
            desk.run(&MIGRATIONS[..before]).expect("the release before opens it");
            assert_eq!(newest(&desk.file).expect("reads"), (number, min_reader), "and leaves it as it is");
            let gone: Vec<_> = known.iter().filter(|(column, shape)| found.get(column) != Some(shape)).collect();
            assert!(gone.is_empty(), "{number} takes away or changes {gone:?}");
            let is_of_known = |table: &String| known.keys().any(|(known, _)| known == table);
            let demands = found.iter().filter(|(column, (_, must))| *must && !known.contains_key(*column));
            let demands: Vec<_> = demands.filter(|((table, _), _)| is_of_known(table)).collect();
            assert!(demands.is_empty(), "{number} demands what the release before does not write: {demands:?}");
        }
    }

    #[test]
    fn a_migration_that_was_edited_after_it_ran_is_noticed() {
        let mut desk = Desk::new();
        desk.run(&[ONE]).expect("new file");
        let edited = Migration { sql: "CREATE TABLE a (y)", ..ONE };
        assert!(matches!(desk.run(&[edited]), Err(OpenError::Altered { number: 1, .. })));
    }

    #[test]
    fn events_that_do_not_stand_beside_their_notification_are_noted_when_retention_comes() {
        let mut desk = Desk::new();
        desk.run(&MIGRATIONS[..1]).expect("a file of the first release");
        for (seq, notification) in (1..).zip([1, 7, 2, 3, 7, 8, 1]) {
            let row =
                "INSERT INTO events (seq, notification, item, source, provider, received_at, standing, revision, id,
                       signed, content, kind, code, said) VALUES (?1, ?2, 0, 1, 1, 0, 1, 0, x'', x'', x'', 1, '', x'')";
            desk.file.execute(row, (seq, notification)).expect("written");
        }
        // The copy made before is compared with the counts.
        desk.file.execute("INSERT INTO tallies VALUES (2, 1, 0, 7)", []).expect("counted");
        desk.run(&MIGRATIONS[..2]).expect("migrated");
        let mut moved = desk.file.prepare("SELECT notification, event FROM moved ORDER BY event").expect("prepared");
        let moved: rusqlite::Result<Vec<(i64, i64)>> =
            moved.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("asked").collect();
        assert_eq!(moved.expect("read"), [(2, 3), (3, 4), (1, 7)], "what is left stands in one order");
    }

    #[test]
    fn another_programs_database_is_left_alone() {
        let mut desk = Desk::new();
        desk.file.execute_batch("CREATE TABLE theirs (x)").expect("made");
        assert!(matches!(desk.run(&[ONE]), Err(OpenError::Foreign(_))));
        assert!(desk.copies().is_empty());
    }

    #[test]
    fn a_file_that_holds_something_is_copied_before_it_changes_and_a_new_one_is_not() {
        let mut desk = Desk::new();
        desk.run(&[ONE]).expect("new file");
        assert!(desk.copies().is_empty(), "there was nothing to copy");
        desk.file.execute("INSERT INTO a VALUES ('kept')", []).expect("written");
        desk.run(&[ONE, ADDS, CONTRACTS]).expect("newest release");
        assert_eq!(desk.copies(), ["test.db.before-2"]);
        let copy = desk.copy("test.db.before-2");
        assert_eq!(newest(&copy).expect("reads"), (1, 1));
        let kept: String = copy.query_row("SELECT x FROM a", [], |row| row.get(0)).expect("the table is there");
        assert_eq!(kept, "kept");
        desk.run(&[ONE, ADDS, CONTRACTS]).expect("opened again");
        assert_eq!(desk.copies(), ["test.db.before-2"]);
    }

    #[test]
    fn a_migration_that_fails_leaves_the_file_and_is_copied_anew_when_it_is_tried_again() {
        let mut desk = Desk::new();
        desk.run(&[ONE]).expect("new file");
        let fails = Migration { sql: "CREATE TABLE b (x); INSERT INTO nothing VALUES (1)", ..ADDS };
        assert!(matches!(desk.run(&[ONE, fails]), Err(OpenError::Engine { .. })));
        assert_eq!(newest(&desk.file).expect("reads"), (1, 1));
        assert!(!desk.file.table_exists(None, "b").expect("reads"), "half a migration");
        desk.file.execute("INSERT INTO a VALUES ('later')", []).expect("written");
        desk.run(&[ONE, ADDS]).expect("newer release");
        let rows: i64 =
            desk.copy("test.db.before-2").query_row("SELECT count(*) FROM a", [], |row| row.get(0)).expect("reads");
        assert_eq!(rows, 1, "the copy is of the last try");
    }

    #[test]
    fn without_a_copy_nothing_is_changed() {
        let mut desk = Desk::new();
        desk.run(&[ONE]).expect("new file");
        std::fs::write(desk.folder.path().join("test.db.before-2"), "a person's own file").expect("written");
        let error = desk.run(&[ONE, ADDS]).expect_err("it would be replaced");
        assert!(matches!(error, OpenError::NotCopied { .. }), "{error}");
        assert_eq!(newest(&desk.file).expect("reads"), (1, 1));
    }

    #[test]
    fn what_a_release_would_do_is_known_before_it_does_it() {
        let mut desk = Desk::new();
        desk.run(&[ONE]).expect("new file");
        let shape = desk.shape(&[ONE, ADDS, CONTRACTS]).expect("readable");
        assert_eq!((shape.found, shape.min_reader, shape.ours), (1, 1, 3));
        assert_eq!((shape.pending, shape.min_reader_after), (vec![2, 3], 2));
        assert_eq!(shape.copied_to.as_deref(), Some(Path::new("test.db.before-2")));
        desk.run(&[ONE, ADDS, CONTRACTS]).expect("newest release");
        let back = desk.shape(&[ONE, ADDS]).expect("one back reads it");
        assert_eq!((back.found, back.ours, back.pending, back.min_reader_after), (3, 2, vec![], 2));
        assert!(matches!(desk.shape(&[ONE]), Err(OpenError::TooNew { .. })));
    }
}
