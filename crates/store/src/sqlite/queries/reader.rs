//! The reading half of the seam: each question goes to a reading thread.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::ready;
use payhook_domain::delivery::Attempt;
use payhook_domain::id::{DeliveryId, EventId, EventSeq, NameId, NotificationId, PaymentId, QuarantineId};
use payhook_domain::notification::Notification;
use payhook_domain::time::Timestamp;
use rusqlite::Connection;

use super::{deliveries, events, growth, notifications, payments, quarantine, stopped, tallies};
use crate::sqlite::memos;
use crate::sqlite::names::{self, Kinds};
use crate::sqlite::readers::Readers;
use crate::sqlite::retention::{self, Hand};
use crate::{
    Answer, Cutoffs, DeliveryFilter, DeliveryRow, EventFilter, Extent, Growth, Memo, Name, Page, PageRequest,
    PaymentFilter, PaymentRow, Pruned, QuarantineRow, Reader, StoredEvent, SweepPlace, Tallies,
};

/// Asks the reading threads.
pub(in crate::sqlite) struct SqliteReader {
    readers: Arc<Readers>,
    kinds: Arc<Kinds>,
}

impl SqliteReader {
    pub(in crate::sqlite) fn new(readers: Arc<Readers>, kinds: Arc<Kinds>) -> Self {
        Self { readers, kinds }
    }

    /// Runs the question in one read transaction, so that what it returns was true at one moment.
    fn ask<A: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection, &Kinds) -> rusqlite::Result<A> + Send + 'static,
    ) -> Answer<A> {
        let kinds = self.kinds.clone();
        let asked = self.readers.ask(move |connection| {
            let transaction = connection.unchecked_transaction()?;
            let answer = question(&transaction, &kinds)?;
            transaction.commit()?;
            Ok(answer)
        });
        match asked {
            Ok(receipt) => Box::pin(receipt),
            Err(why) => Box::pin(ready(Err(why))),
        }
    }
}

impl Reader for SqliteReader {
    fn names(&self) -> Answer<Vec<Name>> {
        self.ask(|connection, _| names::all(connection))
    }

    fn events(&self, filter: EventFilter, page: PageRequest) -> Answer<Page<StoredEvent>> {
        self.ask(move |connection, kinds| events::list(connection, kinds, &filter, &page))
    }

    fn event(&self, id: EventId) -> Answer<Vec<StoredEvent>> {
        self.ask(move |connection, kinds| events::versions(connection, kinds, id))
    }

    fn event_row(&self, seq: EventSeq) -> Answer<Option<StoredEvent>> {
        self.ask(move |connection, kinds| events::row(connection, kinds, seq))
    }

    fn notification(&self, id: NotificationId) -> Answer<Option<Notification>> {
        self.ask(move |connection, _| notifications::one(connection, id))
    }

    fn was_owed_whole(&self, id: NotificationId, destination: NameId) -> Answer<bool> {
        self.ask(move |connection, _| notifications::was_owed_whole(connection, id, destination))
    }

    fn deliveries(&self, filter: DeliveryFilter, page: PageRequest) -> Answer<Page<DeliveryRow>> {
        self.ask(move |connection, kinds| deliveries::list(connection, kinds, &filter, &page))
    }

    fn delivery(&self, id: DeliveryId) -> Answer<Option<(DeliveryRow, Vec<Attempt>)>> {
        self.ask(move |connection, kinds| deliveries::one(connection, kinds, id))
    }

    fn quarantine(&self, source: Option<NameId>, page: PageRequest) -> Answer<Page<QuarantineRow>> {
        self.ask(move |connection, _| quarantine::list(connection, source, &page))
    }

    fn quarantined(&self, id: QuarantineId) -> Answer<Option<QuarantineRow>> {
        self.ask(move |connection, _| quarantine::one(connection, id))
    }

    fn payments(&self, filter: PaymentFilter, page: PageRequest) -> Answer<Page<PaymentRow>> {
        self.ask(move |connection, _| payments::list(connection, &filter, &page))
    }

    fn payment(&self, id: PaymentId) -> Answer<Option<PaymentRow>> {
        self.ask(move |connection, _| payments::one(connection, id))
    }

    fn kept(&self, prefix: String) -> Answer<Vec<Memo>> {
        self.ask(move |connection, _| memos::kept(connection, &prefix))
    }

    fn prunable(&self, cut: Cutoffs, place: SweepPlace) -> Answer<Pruned> {
        self.ask(move |connection, _| retention::step(connection, &cut, place, &mut Hand::Counts(None)))
    }

    fn extent(&self) -> Answer<Extent> {
        self.ask(|connection, _| retention::extent(connection))
    }

    fn last_receipt(&self) -> Answer<Option<Timestamp>> {
        self.ask(|connection, _| notifications::last_receipt(connection))
    }

    fn growth(&self, since: Timestamp) -> Answer<Growth> {
        self.ask(move |connection, _| growth::read(connection, since))
    }

    fn tallies(&self) -> Answer<Tallies> {
        self.ask(|connection, _| tallies::read(connection))
    }

    fn oldest_pending(&self, destinations: Vec<NameId>) -> Answer<Option<Timestamp>> {
        self.ask(move |connection, _| tallies::oldest_pending_of(connection, &destinations))
    }

    fn stopped(&self) -> Answer<BTreeMap<NameId, u64>> {
        self.ask(|connection, _| stopped::waiting(connection))
    }
}
