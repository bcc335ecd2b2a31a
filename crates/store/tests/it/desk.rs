//! A desk to test at: a store in a folder of its own, and short words for recordings.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use payhook_domain::delivery::{Attempt, Outcome, Timings};
use payhook_domain::event::{Checks, Event, Original};
use payhook_domain::id::{DeliveryId, EventId, EventSeq, NameId};
use payhook_domain::identity::Digest;
use payhook_domain::kind::Kind;
use payhook_domain::money::{Amount, Currency};
use payhook_domain::notification::Notification;
use payhook_domain::payment::Names;
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::{Aside, Verdict};
use payhook_store::{
    DeliveryFilter, DeliveryRow, Disposition, EventFilter, Lease, Next, Options, PageRequest, RecordEvent, Recording,
    Settled, Settlement, Store, StoredEvent, Tallies, Unavailable, Wanted, open,
};
use tempfile::TempDir;

use crate::plans;

/// The source and provider everything comes from, and two destinations. The first names enrolled in a new store.
pub(crate) struct Desk {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) source: NameId,
    pub(crate) provider: NameId,
    pub(crate) shop: NameId,
    pub(crate) books: NameId,
    pub(crate) folder: TempDir,
}

/// Options for tests: no reserve, since nobody knows the disk they run on.
pub(crate) fn options() -> Options {
    Options { reserve_bytes: 0, ..Options::default() }
}

/// The instant `seconds` into the test's day.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + seconds)
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::with(options()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        Self::in_folder(tempfile::tempdir().expect("a folder"), options).await
    }

    pub(crate) async fn in_folder(folder: TempDir, options: Options) -> Self {
        plans::tell_if_asked();
        let store = open(&url(&folder), options).expect("opens");
        let enrol = |kind, name: &str| store.enrol(kind, vec![name.to_owned()]);
        let source = enrol(payhook_store::NameKind::Source, "adyen").await.expect("enrolled")[0];
        let provider = enrol(payhook_store::NameKind::Provider, "adyen").await.expect("enrolled")[0];
        let shop = enrol(payhook_store::NameKind::Destination, "shop").await.expect("enrolled")[0];
        let books = enrol(payhook_store::NameKind::Destination, "books").await.expect("enrolled")[0];
        Self { store, source, provider, shop, books, folder }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("payhook.db")
    }

    /// Closes the store and opens its file again.
    pub(crate) async fn reopened(self) -> Self {
        self.store.close().await;
        Self::in_folder(self.folder, options()).await
    }

    pub(crate) fn recording(&self, events: Vec<RecordEvent>, second: i64) -> Recording {
        Recording {
            notification: Notification {
                source: self.source,
                received_at: at(second),
                target: "/in/adyen?x=1".to_owned(),
                peer: Some("192.0.2.7".parse().expect("an address")),
                headers: Bytes::from_static(b"host: example.com\r\n"),
                body: Bytes::from(format!("{{\"at\":{second}}}")),
                config: [7; 8],
            },
            provider: self.provider,
            owed_at: at(second),
            events,
        }
    }

    pub(crate) async fn record(&self, events: Vec<RecordEvent>, second: i64) -> Vec<Verdict> {
        self.store.record(self.recording(events, second)).await.expect("recorded")
    }

    /// Records one event in a notification of its own.
    pub(crate) async fn one(&self, event: RecordEvent, second: i64) -> Verdict {
        self.record(vec![event], second).await[0]
    }

    /// A wish of both destinations.
    pub(crate) fn both(&self) -> Disposition {
        Disposition::Route(vec![want(self.shop), want(self.books)])
    }

    pub(crate) fn to_shop(&self) -> Disposition {
        Disposition::Route(vec![want(self.shop)])
    }

    pub(crate) async fn lease(&self, limit: usize, second: i64) -> Lease {
        self.store.lease(self.shop, limit, at(second), Duration::ZERO).await.expect("leased")
    }

    pub(crate) async fn settle(&self, id: DeliveryId, number: u32, second: i64, next: Next) -> Settled {
        self.store.settle(settlement(id, number, second, next)).await.expect("settled")
    }

    pub(crate) async fn tallies(&self) -> Tallies {
        self.store.reader().tallies().await.expect("read")
    }

    pub(crate) async fn row(&self, seq: EventSeq) -> StoredEvent {
        self.store.reader().event_row(seq).await.expect("read").expect("a row")
    }

    pub(crate) async fn deliveries(&self, filter: DeliveryFilter) -> Vec<DeliveryRow> {
        self.store.reader().deliveries(filter, page(500)).await.expect("read").rows
    }

    /// Ids of the deliveries of one event row.
    pub(crate) async fn owed(&self, seq: EventSeq) -> Vec<DeliveryId> {
        let rows = self.deliveries(DeliveryFilter { event: Some(seq), ..DeliveryFilter::default() }).await;
        let mut ids: Vec<_> = rows.into_iter().map(|row| row.id).collect();
        ids.sort_unstable();
        ids
    }

    pub(crate) async fn events(&self, filter: EventFilter) -> Vec<EventSeq> {
        let page = self.store.reader().events(filter, page(500)).await.expect("read");
        page.rows.into_iter().map(|row| row.seq).collect()
    }

    /// The database, as another program sees it.
    pub(crate) fn file(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("payhook.db")).expect("opens")
    }
}

pub(crate) fn url(folder: &TempDir) -> String {
    format!("sqlite:{}", folder.path().join("payhook.db").display())
}

pub(crate) fn page(limit: usize) -> PageRequest {
    PageRequest { limit, from: None }
}

pub(crate) fn want(destination: NameId) -> Wanted {
    Wanted::plainly(destination)
}

pub(crate) fn first_delivery(event: EventSeq, destination: NameId) -> DeliveryId {
    DeliveryId { event, destination, generation: 1 }
}

pub(crate) fn aside() -> Disposition {
    Disposition::Aside { reason: Aside::ForeignAccount, detail: "account Other is not listed".to_owned() }
}

/// An event of this identity, with this much money and these unsigned details.
pub(crate) fn event(identity: &str, amount: i64, details: &str, disposition: Disposition) -> RecordEvent {
    let signed = amount.to_be_bytes();
    RecordEvent {
        item: 0,
        event: Event {
            id: EventId(Digest::of([identity.as_bytes()])),
            signed: Digest::of([&signed[..]]),
            content: Digest::of([&signed[..], details.as_bytes()]),
            proof: Proof::Signed,
            kind: Kind::PaymentAuthorised,
            code: "AUTHORISATION".to_owned(),
            success: Some(true),
            live: None,
            occurred_at: None,
            account: Some("Shop".to_owned()),
            reference: Some(format!("order-{identity}")),
            provider_reference: Some(identity.to_owned()),
            payment: Some(identity.to_owned()),
            aliases: Vec::new(),
            fact: None,
            amount: Currency::parse("EUR").map(|currency| Amount { value: amount, currency, decimals: 2 }),
            checks: Checks::default(),
            original: Original::Slice(0..5),
        },
        names: Names::default(),
        disposition,
    }
}

/// The same of a dispute, whose revisions are delivered again.
pub(crate) fn dispute(identity: &str, amount: i64, details: &str, disposition: Disposition) -> RecordEvent {
    let mut dispute = event(identity, amount, details, disposition);
    dispute.event.kind = Kind::DisputeOpened;
    dispute
}

pub(crate) fn settlement(delivery: DeliveryId, number: u32, second: i64, next: Next) -> Settlement {
    let outcome = match next {
        Next::Delivered => Outcome::Delivered,
        Next::Rejected => Outcome::Rejected,
        Next::Retry(_) | Next::Exhausted => Outcome::Failed { retry_after: Some(Duration::from_secs(3)) },
    };
    let attempt = Attempt {
        number,
        started_at: at(second),
        took: Duration::from_millis(12),
        outcome,
        status: Some(200),
        error: None,
        excerpt: Some("ok".to_owned()),
        timings: Timings { first_byte: Some(Duration::from_millis(9)), ..Timings::default() },
    };
    Settlement { delivery, attempt, next, stops_on_dead: false }
}

/// The word for what went wrong.
pub(crate) fn failed<T: std::fmt::Debug>(answer: Result<T, Unavailable>) -> String {
    answer.expect_err("should have failed").to_string()
}
