//! The file, its schema, and the numbers it began with.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use payhook_domain::time::Timestamp;
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

fn number(connection: &Connection, name: &str) -> Result<Option<i64>, BookError> {
    let sql = "SELECT value FROM numbers WHERE name = ?1";
    Ok(connection.query_row(sql, [name], |row| row.get(0)).optional()?)
}
