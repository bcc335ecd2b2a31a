//! The file, its schema, and the two ways in.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use tokio::sync::watch;

/// The shop's file. One connection: acts follow each other, which is plenty for a shop and simple to reason about.
pub(crate) struct Book {
    connection: Arc<Mutex<Connection>>,
    /// Counts acts. It carries nothing else: whoever hears it looks again.
    changes: watch::Sender<u64>,
}

/// The shop's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// SQLite says so.
    #[error("the shop's file cannot be used: {0}")]
    File(#[from] rusqlite::Error),
    /// What runs beside the server was stopped with it.
    #[error("the shop is stopping")]
    Stopping,
    /// The operating system gives no random bytes.
    #[error("no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

impl Book {
    /// Opens the file, and makes what is missing in it.
    pub(crate) fn open(file: &Path) -> Result<Self, BookError> {
        let connection = Connection::open(file)?;
        // FULL: what was committed is on the disk. An order whose session is at the provider already must not be forgotten.
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
        connection.execute_batch(include_str!("schema.sql"))?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), changes: watch::Sender::new(0) })
    }

    /// A secret of the shop's own, made when it is first asked for.
    pub(crate) fn secret(&self, name: &str) -> Result<Vec<u8>, BookError> {
        let mut fresh = [0_u8; 32];
        getrandom::fill(&mut fresh)?;
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection.execute("INSERT OR IGNORE INTO secrets VALUES (?1, ?2)", (name, fresh))?;
        let kept = connection.query_row("SELECT value FROM secrets WHERE name = ?1", [name], |row| row.get(0));
        Ok(kept.optional()?.unwrap_or_else(|| fresh.to_vec()))
    }

    /// Does something: all of it becomes true together, and is on the disk when this returns; or none of it.
    pub(crate) async fn act<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, BookError> + Send + 'static,
    ) -> Result<T, BookError> {
        let done = self.transact(TransactionBehavior::Immediate, work).await?;
        self.changes.send_modify(|count| *count += 1);
        Ok(done)
    }

    /// Looks, at one moment of the file.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, BookError> + Send + 'static,
    ) -> Result<T, BookError> {
        self.transact(TransactionBehavior::Deferred, work).await
    }

    /// Rings after every act from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// A disk may be slow, so this runs where waiting disturbs nobody.
    async fn transact<T: Send + 'static>(
        &self,
        behaviour: TransactionBehavior,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, BookError> + Send + 'static,
    ) -> Result<T, BookError> {
        let connection = Arc::clone(&self.connection);
        let transacted = tokio::task::spawn_blocking(move || {
            // A panic in an act rolled it back; what is there is whole.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection.transaction_with_behavior(behaviour)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        });
        transacted.await.unwrap_or(Err(BookError::Stopping))
    }
}
