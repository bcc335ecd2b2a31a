//! The least that keeping costs: one thread that writes down whatever waits and syncs once for all of it.
//!
//! A row without rows beside it: no event, no payment, no delivery, no index, nothing looked up. What a gateway of any kind
//! costs more than this is what it does with a notification; what this costs more than verifying, no gateway is spared.

use std::fs::File;
use std::io::Write;

use bytes::Bytes;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::gateway::disk;

/// Requests that may wait for the disk: more than there are connections.
const WAITING: usize = 1_024;
/// The log's pages at which they are copied into the database: 32 MiB of those of 8 KiB.
const COPIED_AT: u32 = 4_096;

/// Somewhere to write to.
pub(crate) trait Keep: Send + 'static {
    /// Writes all of them down, and returns when they are on disk.
    fn keep(&mut self, bodies: &[Bytes]) -> anyhow::Result<()>;
}

/// One behind the other in a file.
pub(crate) struct Lines(File);

impl Lines {
    pub(crate) fn open() -> anyhow::Result<Self> {
        Ok(Self(tempfile::tempfile_in(disk())?))
    }
}

impl Keep for Lines {
    fn keep(&mut self, bodies: &[Bytes]) -> anyhow::Result<()> {
        self.0.write_all(&bodies.concat())?;
        Ok(self.0.sync_data()?)
    }
}

/// A row each in SQLite, with the pragmas of the gateway's store.
pub(crate) struct Rows(Connection);

impl Rows {
    /// The files have no names from here on, and so are gone with the server, which is killed.
    pub(crate) fn open() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir_in(disk())?;
        let connection = Connection::open(folder.path().join("rows.db"))?;
        connection.execute_batch(&format!(
            "PRAGMA page_size = 8192;
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA cache_size = -4096;
             PRAGMA wal_autocheckpoint = {COPIED_AT};
             CREATE TABLE notification (seq INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;"
        ))?;
        folder.close()?;
        Ok(Self(connection))
    }
}

impl Keep for Rows {
    fn keep(&mut self, bodies: &[Bytes]) -> anyhow::Result<()> {
        let transaction = self.0.transaction()?;
        let mut insert = transaction.prepare_cached("INSERT INTO notification (body) VALUES (?1)")?;
        for body in bodies {
            insert.execute([&body[..]])?;
        }
        drop(insert);
        Ok(transaction.commit()?)
    }
}

/// Hands bodies to the thread that keeps them.
pub(crate) struct Keeper(mpsc::Sender<(Bytes, oneshot::Sender<()>)>);

impl Keeper {
    /// Returns when `body` is on disk.
    pub(crate) async fn kept(&self, body: Bytes) {
        let (done, kept) = oneshot::channel();
        self.0.send((body, done)).await.expect("the keeper runs as long as the server");
        kept.await.expect("what was handed over is kept");
    }
}

pub(crate) fn start(mut keep: impl Keep) -> Keeper {
    let (send, mut receive) = mpsc::channel(WAITING);
    std::thread::spawn(move || {
        let mut waiting = Vec::new();
        while receive.blocking_recv_many(&mut waiting, WAITING) > 0 {
            let (bodies, done): (Vec<Bytes>, Vec<oneshot::Sender<()>>) = waiting.drain(..).unzip();
            keep.keep(&bodies).expect("the disk takes it");
            done.into_iter().for_each(|done| {
                // Whoever has gone away asked for nothing any more.
                let _ = done.send(());
            });
        }
    });
    Keeper(send)
}
