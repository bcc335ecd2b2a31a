//! The store's condition, written by the writer, read by everyone; its changes are logged once.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::disk::Reading;
use super::fault;
use crate::{Health, Unavailable};

/// What is known about the store's health.
#[derive(Debug)]
pub(in crate::sqlite) struct Condition {
    path: PathBuf,
    reserve: u64,
    below_reserve: AtomicBool,
    moved: AtomicBool,
    health: Mutex<Health>,
}

impl Condition {
    pub(in crate::sqlite) fn new(path: PathBuf, reserve: u64) -> Self {
        Self {
            path,
            reserve,
            below_reserve: AtomicBool::new(false),
            moved: AtomicBool::new(false),
            health: Mutex::default(),
        }
    }

    /// A copy, with the queue's present length.
    pub(in crate::sqlite) fn health(&self, queue: usize) -> Health {
        Health { queue, ..self.lock().clone() }
    }

    /// Whether new recordings are refused for want of room.
    pub(in crate::sqlite) fn below_reserve(&self) -> bool {
        self.below_reserve.load(Ordering::Relaxed)
    }

    /// Whether it waits for somebody to do something about the disk.
    pub(in crate::sqlite) fn is_stopped(&self) -> bool {
        self.below_reserve() || self.moved()
    }

    /// Whether the database's file is not at its path any more.
    pub(in crate::sqlite) fn moved(&self) -> bool {
        self.moved.load(Ordering::Relaxed)
    }

    pub(in crate::sqlite) fn read(&self, reading: Reading) {
        if self.moved.swap(reading.moved, Ordering::Relaxed) && !reading.moved {
            self.recovered();
        }
        let below = reading.free < self.reserve;
        let was_below = self.below_reserve.swap(below, Ordering::Relaxed);
        let mut health = self.lock();
        health.below_reserve = below;
        health.disk_free = reading.free;
        health.file_bytes = reading.file_bytes;
        health.wal_bytes = reading.wal_bytes;
        drop(health);
        let (path, free, reserve) = (self.path.display(), reading.free, self.reserve);
        match (was_below, below) {
            (false, true) => tracing::error!(
                %path, free, reserve, hint = "free space on the store's disk; ingest resumes by itself",
                "free disk space is below the reserve: ingest is stopped, deliveries go on"
            ),
            (true, false) => {
                tracing::info!(%path, free, reserve, "free disk space is above the reserve: ingest resumes")
            }
            _ => {}
        }
    }

    pub(in crate::sqlite) fn committed(&self, items: u64, took: Duration) {
        let mut health = self.lock();
        health.commits += 1;
        health.commit_items += items;
        health.commit_micros += u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    }

    /// Notes that writing failed, and why; returns what callers hear.
    pub(in crate::sqlite) fn failed(&self, error: &rusqlite::Error) -> Unavailable {
        let reason = error.to_string();
        let hint = fault::remedy(error);
        let mut health = self.lock();
        let before = health.failing.replace(reason.clone());
        health.remedy = hint;
        drop(health);
        if before.is_none() {
            let path = self.path.display();
            tracing::error!(%path, reason, hint, "the store cannot be written: nothing is accepted until it can");
        }
        Unavailable::Failed(reason)
    }

    pub(in crate::sqlite) fn recovered(&self) {
        if self.lock().failing.take().is_some() {
            tracing::info!(path = %self.path.display(), "the store can be written again");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
