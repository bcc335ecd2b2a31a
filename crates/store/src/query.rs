//! Questions about what is stored.

use std::collections::BTreeMap;
use std::net::IpAddr;

use bytes::Bytes;
use payhook_domain::delivery::{Attempt, State};
use payhook_domain::event::Event;
use payhook_domain::id::{DeliveryId, EventId, EventSeq, NameId, NotificationId, PaymentId, QuarantineId};
use payhook_domain::kind::Kind;
use payhook_domain::notification::Notification;
use payhook_domain::payment::{Facts, Status};
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::{Aside, Standing, Unverified};

use crate::{Answer, Cutoffs, Extent, Memo, Pruned, SweepPlace};

/// Reads what is committed, without making the writer wait. Newest first; a page that ended early because it had looked
/// at enough rows says where to go on.
pub trait Reader: Send + Sync + 'static {
    /// Every name ever enrolled.
    fn names(&self) -> Answer<Vec<Name>>;
    /// Events that fit.
    fn events(&self, filter: EventFilter, page: PageRequest) -> Answer<Page<StoredEvent>>;
    /// The rows of one event: as first recorded, then its revisions and conflicts.
    fn event(&self, id: EventId) -> Answer<Vec<StoredEvent>>;
    /// One row.
    fn event_row(&self, seq: EventSeq) -> Answer<Option<StoredEvent>>;
    /// One notification with its bytes.
    fn notification(&self, id: NotificationId) -> Answer<Option<Notification>>;
    /// Whether the notification was owed whole to the destination when it was recorded.
    fn was_owed_whole(&self, id: NotificationId, destination: NameId) -> Answer<bool>;
    /// Deliveries that fit.
    fn deliveries(&self, filter: DeliveryFilter, page: PageRequest) -> Answer<Page<DeliveryRow>>;
    /// One delivery and its attempts, oldest first.
    fn delivery(&self, id: DeliveryId) -> Answer<Option<(DeliveryRow, Vec<Attempt>)>>;
    /// The quarantine.
    fn quarantine(&self, source: Option<NameId>, page: PageRequest) -> Answer<Page<QuarantineRow>>;
    /// One entry of the quarantine, with its bytes.
    fn quarantined(&self, id: QuarantineId) -> Answer<Option<QuarantineRow>>;
    /// Payments that fit, the newest first.
    fn payments(&self, filter: PaymentFilter, page: PageRequest) -> Answer<Page<PaymentRow>>;
    /// The payment known by this name, whichever of its names that is.
    fn payment(&self, id: PaymentId) -> Answer<Option<PaymentRow>>;
    /// Every kept value whose name begins so, by name.
    fn kept(&self, prefix: String) -> Answer<Vec<Memo>>;
    /// What one step of retention would remove: see [`crate::Store::prune`].
    fn prunable(&self, cut: Cutoffs, place: SweepPlace) -> Answer<Pruned>;
    /// How large the file is, and what of it is free.
    fn extent(&self) -> Answer<Extent>;
    /// When the newest notification was received.
    fn last_receipt(&self) -> Answer<Option<Timestamp>>;
    /// How fast the store grows, as far as what was received since `since` says.
    fn growth(&self, since: Timestamp) -> Answer<Growth>;
    /// Exact counts, kept beside the data in the same transactions.
    fn tallies(&self) -> Answer<Tallies>;
    /// When the oldest delivery pending to one of these was made. Exact up to [`PageRequest::SCAN_MAX`] pending ones of
    /// each that were tried or waited, and as many of the first events that may still be owed, and of the last; what lies
    /// between counts as old as the first of those.
    fn oldest_pending(&self, destinations: Vec<NameId>) -> Answer<Option<Timestamp>>;
    /// How many deliveries wait behind dead letters at which their lane stopped, by destination: of the newest
    /// [`PageRequest::SCAN_MAX`] dead letters, and no more than so many.
    fn stopped(&self) -> Answer<BTreeMap<NameId, u64>>;
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum NameKind {
    /// A configured source.
    Source = 1,
    /// A configured destination.
    Destination = 2,
    /// A provider.
    Provider = 3,
    /// What the identities of a source's events were made with. A caller writes it as it likes.
    Scope = 4,
}

/// A name and its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// What it stands for.
    pub kind: NameKind,
    /// Its number.
    pub id: NameId,
    /// The name.
    pub name: String,
}

/// Which events. All that are given must fit.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// By source.
    pub source: Option<NameId>,
    /// By kind.
    pub kind: Option<Kind>,
    /// By the provider's code.
    pub code: Option<String>,
    /// By the merchant's reference or the provider's, or the payment's key.
    pub reference: Option<String>,
    /// By standing.
    pub standing: Option<Standing>,
    /// Received at or after.
    pub since: Option<Timestamp>,
    /// Received before.
    pub until: Option<Timestamp>,
    /// Committed after this row, for following along: oldest first then.
    pub after: Option<EventSeq>,
}

/// Which deliveries. All that are given must fit.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// By event row.
    pub event: Option<EventSeq>,
    /// By destination.
    pub destination: Option<NameId>,
    /// In any of these states; empty means all. A dead letter that was made again is only among all.
    pub states: Vec<State>,
}

/// Which payments. All that are given must fit.
#[derive(Clone, Debug, Default)]
pub struct PaymentFilter {
    /// By the merchant's reference or any of the provider's, as its events carry it.
    pub reference: Option<String>,
    /// By status.
    pub status: Option<Status>,
    /// Whose last event was received at or after.
    pub since: Option<Timestamp>,
    /// Whose last event was received before.
    pub until: Option<Timestamp>,
}

/// A payment.
#[derive(Clone, Debug)]
pub struct PaymentRow {
    /// Its public name.
    pub id: PaymentId,
    /// Its provider.
    pub provider: NameId,
    /// The merchant account.
    pub account: Option<String>,
    /// The provider's reference it was first known by here, whichever event came first.
    pub key: String,
    /// The provider's reference of it, as its facts say; `key` where none names one.
    pub provider_reference: String,
    /// The merchant's reference of it, as its facts say; that of the first event that has one where none does.
    pub reference: Option<String>,
    /// Grows with every event that was folded.
    pub version: u64,
    /// When the last event was received.
    pub updated_at: Timestamp,
    /// What its events state.
    pub facts: Facts,
}

/// A payment folded anew from its stored events.
#[derive(Clone, Debug)]
pub struct Rebuilt {
    /// Whether the result differs; it is kept then.
    pub changed: bool,
    /// What had been folded as the events came.
    pub before: Facts,
    /// What the stored events amount to.
    pub after: Facts,
}

/// Where a page starts and how long it may be.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// Most rows, at most [`PageRequest::LIMIT_MAX`].
    pub limit: usize,
    /// The `next` of the page before.
    pub from: Option<String>,
}

impl PageRequest {
    /// Most rows a page may hold.
    pub const LIMIT_MAX: usize = 500;
    /// Most rows looked at for one page when no index fits the filter.
    pub const SCAN_MAX: usize = 20_000;
}

/// Some rows, and where the rest begins.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Give this back as [`PageRequest::from`]; absent at the end.
    pub next: Option<String>,
}

/// An event row.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// Its place in the order of commits.
    pub seq: EventSeq,
    /// The notification it came in.
    pub notification: NotificationId,
    /// Its place among the notification's items.
    pub item: u32,
    /// The source it came in by.
    pub source: NameId,
    /// Its provider.
    pub provider: NameId,
    /// When the notification was received.
    pub received_at: Timestamp,
    /// What this row is.
    pub standing: Standing,
    /// 0 for the event as first recorded; revisions and conflicts count up.
    pub revision: u32,
    /// Why it was set aside, when it was.
    pub aside: Option<Aside>,
    /// One sentence more about that.
    pub detail: Option<String>,
    /// How often the same came again.
    pub duplicates: u64,
    /// The event.
    pub event: Event,
    /// What was believed of its payment when it was committed: the object `payment` of payloads.
    pub payment: Option<String>,
    /// Whether a later event of the same was folded before.
    pub stale: bool,
}

/// A delivery.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// Which.
    pub id: DeliveryId,
    /// The event's public id.
    pub event: EventId,
    /// What became true.
    pub kind: Kind,
    /// The merchant's reference.
    pub reference: Option<String>,
    /// Where it stands.
    pub state: State,
    /// Tries made.
    pub attempts: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it is due, or became final.
    pub at: Timestamp,
}

/// An entry of the quarantine. Lists leave `headers` and `body` empty.
#[derive(Clone, Debug)]
pub struct QuarantineRow {
    /// Which.
    pub id: QuarantineId,
    /// The source it knocked at.
    pub source: NameId,
    /// When it first came.
    pub first_at: Timestamp,
    /// When it last came.
    pub last_at: Timestamp,
    /// How often the same bytes came.
    pub times: u64,
    /// Path and query.
    pub target: String,
    /// Who sent it last.
    pub peer: Option<IpAddr>,
    /// Why it was refused.
    pub reason: Unverified,
    /// One sentence more.
    pub detail: String,
    /// Bytes of the body.
    pub size: u64,
    /// Kept header lines.
    pub headers: Bytes,
    /// The body.
    pub body: Bytes,
}

/// Exact counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tallies {
    /// Notifications stored.
    pub notifications: u64,
    /// Event rows by standing's word.
    pub events: BTreeMap<String, u64>,
    /// Repeats absorbed.
    pub duplicates: u64,
    /// Deliveries by destination and state; dead letters that were made again count as `retried`, not as dead.
    pub deliveries: BTreeMap<(NameId, &'static str), u64>,
    /// Entries in the quarantine.
    pub quarantined: u64,
    /// When the oldest delivery still pending was made.
    pub oldest_pending: Option<Timestamp>,
}

/// How fast the store grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    /// When the oldest notification that is kept was received.
    pub first_receipt: Option<Timestamp>,
    /// Notifications received since the moment asked for, as far as they are kept.
    pub received: u64,
    /// Bytes of headers and body, the mean of the newest that have them.
    pub bytes_mean: u64,
    /// Bytes of the file that hold nothing any more and are used again before it grows.
    pub reusable_bytes: u64,
}
