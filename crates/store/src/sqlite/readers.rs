//! The reading threads: each a connection of its own, none in the writer's way.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

use super::file::connect;
use super::handback::{Receipt, slot};
use crate::Unavailable;

/// Questions that may wait; one page each, so this many take about a second.
const WAITING_MAX: usize = 256;
/// Reading threads.
const THREADS: usize = 2;

type Question = Box<dyn FnOnce(&Connection) + Send>;

/// The threads and what waits for them.
pub(super) struct Readers {
    line: Arc<Line>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Default)]
struct Line {
    state: Mutex<State>,
    filled: Condvar,
}

#[derive(Default)]
struct State {
    questions: VecDeque<Question>,
    closed: bool,
}

impl Readers {
    /// Opens the connections and starts a thread for each.
    pub(super) fn start(path: &Path) -> rusqlite::Result<std::io::Result<Self>> {
        let line = Arc::new(Line::default());
        let connections = (0..THREADS).map(|_| connect::reader(path)).collect::<rusqlite::Result<Vec<_>>>()?;
        let spawn = |connection: Connection| {
            let line = line.clone();
            thread::Builder::new().name("store-reader".to_owned()).spawn(move || line.serve(&connection))
        };
        let threads: std::io::Result<Vec<_>> = connections.into_iter().map(spawn).collect();
        Ok(threads.map(|threads| Self { line, threads: Mutex::new(threads) }))
    }

    /// Asks a question.
    pub(super) fn ask<A: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<A> + Send + 'static,
    ) -> Result<Receipt<A>, Unavailable> {
        let mut state = self.line.lock();
        if state.closed {
            return Err(Unavailable::Closed);
        }
        if state.questions.len() >= WAITING_MAX {
            return Err(Unavailable::Overloaded);
        }
        let (giver, receipt) = slot();
        state.questions.push_back(Box::new(move |connection| {
            giver.give(question(connection).map_err(|error| Unavailable::Failed(error.to_string())));
        }));
        drop(state);
        self.line.filled.notify_one();
        Ok(receipt)
    }

    /// Answers what waits, then closes the connections. Returns when they are closed.
    pub(super) fn close(&self) {
        self.line.lock().closed = true;
        self.line.filled.notify_all();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a reading thread of the store had panicked");
            }
        }
    }
}

impl Line {
    fn serve(&self, connection: &Connection) {
        let mut state = self.lock();
        loop {
            if let Some(question) = state.questions.pop_front() {
                drop(state);
                question(connection);
                state = self.lock();
            } else if state.closed {
                return;
            } else {
                state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
