//! The file, its schema, and the numbers it began with.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use payhook_domain::time::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension};

use super::{Act, BookError};
use crate::world::World;

/// The sandbox's memory. One connection: acts follow each other.
pub(crate) struct Book {
    connection: Mutex<Connection>,
    seed: u64,
}

impl Book {
    /// Opens the file, or memory. A new book keeps the seed given, or one of its own.
    pub(crate) fn open(file: Option<&Path>, seed: Option<u64>) -> Result<Self, BookError> {
        let connection = match file {
            Some(file) => Connection::open(file)?,
            None => Connection::open_in_memory()?,
        };
        // Before anything is written: it may be a gateway's store, with payments in it. Nor is the log beside it to be written into
        // the file when it is closed again.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        if is_anothers(&connection)? {
            return Err(BookError::Foreign);
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        // Without a sync at each commit: a killed process loses nothing, and a power cut may cost a sandbox its last seconds.
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")?;
        connection.execute_batch(include_str!("schema.sql"))?;
        let fresh = seed.unwrap_or_else(|| getrandom::u64().unwrap_or_default());
        connection.execute("INSERT OR IGNORE INTO numbers VALUES ('seed', ?1)", [fresh.cast_signed()])?;
        let seed = number(&connection, "seed")?.unwrap_or_default().cast_unsigned();
        Ok(Self { connection: Mutex::new(connection), seed })
    }

    /// One act: committed when it succeeds, as if it had never begun when it fails.
    pub(super) fn begin<T, E: From<BookError>>(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let transaction = connection.transaction().map_err(BookError::from)?;
        let done = work(&transaction)?;
        transaction.commit().map_err(BookError::from)?;
        Ok(done)
    }

    /// Does `work` as of `now`.
    pub(crate) fn act<T, E: From<BookError>>(
        &self,
        now: Timestamp,
        world: &World,
        work: impl FnOnce(&Act<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin(|transaction| {
            let act = Act::new(transaction, now, self.seed, world);
            let done = work(&act)?;
            act.close()?;
            Ok(done)
        })
    }

    /// The latest moment at which anything was done; nothing in a new book.
    pub(crate) fn reached(&self) -> Result<Option<Timestamp>, BookError> {
        Ok(number(&self.lock(), "reached")?.map(Timestamp::from_micros))
    }

    /// A panic inside an act rolled it back; what is there is whole.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a file is another program's: marked as that, or with tables of which none is a book's.
fn is_anothers(connection: &Connection) -> Result<bool, BookError> {
    let mark: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let sql = "SELECT count(*), count(*) FILTER (WHERE name IN ('documents', 'timers', 'messages')) FROM sqlite_master";
    let (all, own): (i64, i64) = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(mark != 0 || (all > 0 && own == 0))
}

fn number(connection: &Connection, name: &str) -> Result<Option<i64>, BookError> {
    let sql = "SELECT value FROM numbers WHERE name = ?1";
    Ok(connection.query_row(sql, [name], |row| row.get(0)).optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_beside_a_gateways_store_is_left_as_it_is_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let running = Connection::open(at("running.db")).expect("made");
        let sql = "PRAGMA application_id = 1350125675; PRAGMA journal_mode = WAL; CREATE TABLE events (id INTEGER);";
        running.execute_batch(sql).expect("written");
        // As a crash leaves them.
        std::fs::copy(at("running.db"), at("store.db")).expect("copied");
        std::fs::copy(at("running.db-wal"), at("store.db-wal")).expect("copied");
        let both = || ["store.db", "store.db-wal"].map(|name| std::fs::read(at(name)).expect("there"));
        let before = both();
        assert!(matches!(Book::open(Some(&at("store.db")), None), Err(BookError::Foreign)));
        assert_eq!(both(), before);
    }

    #[test]
    fn another_programs_file_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, sql) in [
            (
                "store.db",
                "PRAGMA application_id = 1350125675; CREATE TABLE events (id INTEGER); CREATE TABLE messages (id INTEGER);",
            ),
            ("other.db", "CREATE TABLE orders (id INTEGER);"),
        ] {
            let file = folder.path().join(name);
            Connection::open(&file).and_then(|other| other.execute_batch(sql)).expect("made");
            let before = std::fs::read(&file).expect("there");
            assert!(matches!(Book::open(Some(&file), None), Err(BookError::Foreign)), "{name}");
            assert_eq!(std::fs::read(&file).expect("there"), before, "{name}");
        }
        let file = folder.path().join("sandbox.db");
        let seed = Book::open(Some(&file), Some(7)).expect("a new one").seed;
        assert_eq!(Book::open(Some(&file), None).expect("its own").seed, seed);
    }
}
