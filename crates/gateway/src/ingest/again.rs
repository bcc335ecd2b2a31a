//! A second look at what was kept: release from the quarantine, from what was set aside, and the verdict on a conflict.
//!
//! The quarantine's door leads through the same verification as the public one, with today's keys and the time of the
//! first receipt; nothing can force it. What is set aside is authentic already: a person may route it.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_domain::id::NameId;
use payhook_domain::notification::{Notification, header_lines};
use payhook_domain::verdict::{Aside, Verdict};
use payhook_provider::doctor::{Belongs, Case, Diagnosis, Suspect};
use payhook_provider::{Key, RawRequest};
use payhook_store::{Disposition, QuarantineRow, RecordEvent, StoredEvent, Unavailable, Wanted};

use super::judge::{judge, judge_by_own_keys, names, recorded};
use super::record::Received;
use crate::gateway::Gateway;
use crate::key_set::KeyUnavailable;
use crate::plan::{Plan, Source};
use crate::routing;
use crate::suspects::suspects;

/// Why a second look changed nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotReleased {
    /// Its source is not in the configuration any more.
    #[error("its source is no longer configured; put it back and try again")]
    SourceGone,
    /// It is still not authentic.
    #[error("it still does not verify: {0}")]
    StillRefused(String),
    /// It still cannot be read.
    #[error("this release still cannot read it: {0}")]
    StillNotUnderstood(String),
    /// It was authentic when it came, and by today's keys it is not, so nothing more can be read in it.
    #[error("it does not verify by today's keys ({0}); put back the key that signed it, and try again")]
    KeyGone(String),
    /// Somebody else was faster.
    #[error("it is not waiting any more")]
    NotWaiting,
    /// The key that signed it cannot be looked up.
    #[error(transparent)]
    KeyUnavailable(#[from] KeyUnavailable),
    /// The store could not say or write.
    #[error(transparent)]
    Store(#[from] Unavailable),
}

/// Why a quarantined request does not verify, by today's keys and those of its provider's other sources; nothing when its
/// source is no longer configured. `published`: the keys of the set it looks into.
pub(crate) fn diagnose(gateway: &Gateway, row: &QuarantineRow, published: &[Key]) -> Option<Vec<Diagnosis>> {
    let plan = gateway.plan.load_full();
    let source = &plan.source(row.source)?.settings;
    let headers = header_map(&row.headers);
    let mut known = suspects(source, plan.sources.iter().map(|source| &source.settings));
    known.extend(published.iter().map(|key| Suspect { key: key.clone(), of: Belongs::KeySet }));
    let case = Case {
        request: RawRequest { target: &row.target, headers: &headers, body: &row.body },
        suspects: &known,
        policy: &source.policy,
        now: row.first_at,
        environment: source.environment,
    };
    Some(source.provider.diagnose(&case))
}

/// The keys of the set that the source of a quarantined request looks into, as far as it can be read now.
pub(crate) async fn published(gateway: &Gateway, row: &QuarantineRow) -> Vec<Key> {
    let plan = gateway.plan.load_full();
    match plan.source(row.source).and_then(|source| source.published.as_ref()) {
        Some(set) => set.keys(&gateway.clock).await,
        None => Vec::new(),
    }
}

/// Verifies a quarantined request again and records it when it is authentic now.
pub(crate) async fn release_quarantined(gateway: &Gateway, row: QuarantineRow) -> Result<Vec<Verdict>, NotReleased> {
    let plan = gateway.plan.load_full();
    let source = configured(&plan, row.source)?;
    let received = Received {
        target: row.target,
        peer: row.peer,
        headers: header_map(&row.headers),
        body: row.body,
        at: row.first_at,
    };
    let judged = judge(gateway, &plan, source, &received.raw(), received.at).await?;
    if let Some(refused) = judged.refused.first() {
        return Err(NotReleased::StillRefused(format!("{} ({})", refused.detail, refused.reason.as_str())));
    }
    if source.settings.basic_auth.is_some() && judged.unproved.is_some() {
        let why =
            "nothing but the source's user and password stands for it, and what came of these was not kept".to_owned();
        return Err(NotReleased::StillRefused(why));
    }
    routing::tell(gateway, &plan, &judged.when_failed);
    // A hold of minutes would be over since the first receipt, and better news may well be let out next.
    let recording = judged.into_recording(source, received.notification(source, &plan), gateway.clock.now());
    let recording = recording.ok_or_else(|| NotReleased::StillRefused("it holds nothing".to_owned()))?;
    let verdicts = gateway.store.record(recording).await?;
    gateway.bells.ring();
    gateway.store.forget_quarantined(row.id).await?;
    Ok(verdicts)
}

/// Routes what was set aside: by a person's word, whatever account or environment it names; what was not understood is
/// parsed again by this release.
pub(crate) async fn release_aside(gateway: &Gateway, row: StoredEvent) -> Result<Vec<Verdict>, NotReleased> {
    let plan = gateway.plan.load_full();
    let source = configured(&plan, row.source)?;
    let events = if row.aside == Some(Aside::NotUnderstood) {
        read_again(gateway, &plan, source, &row).await?
    } else {
        let wanted = wanted_of(gateway, &plan, source, &row).await?;
        vec![recorded(source, row.item, row.event.clone(), Disposition::Route(wanted))]
    };
    let verdicts = gateway.store.release_aside(row.seq, events, gateway.clock.now()).await?;
    gateway.bells.ring();
    verdicts.ok_or(NotReleased::NotWaiting)
}

/// Which of the keys of its source, by position, make the signatures of a kept notification. Nothing when its bytes are gone, or
/// what proved it was not kept.
pub(crate) fn keys_of(plan: &Plan, source: &Source, kept: Notification) -> Option<Vec<usize>> {
    if kept.body.is_empty() || !source.settings.provider.about().keeps_proof {
        return None;
    }
    let received = as_received(source, kept);
    Some(judge_by_own_keys(plan, source, &received.raw(), received.at).keys_used)
}

/// Takes a conflicting version as the truth and owes it by today's routes, or refuses it for good.
pub(crate) async fn decide_conflict(gateway: &Gateway, row: StoredEvent, accept: bool) -> Result<(), NotReleased> {
    let plan = gateway.plan.load_full();
    let accepted = if accept {
        let source = configured(&plan, row.source)?;
        Some((wanted_of(gateway, &plan, source, &row).await?, names(source, &row.event)))
    } else {
        None
    };
    let was_waiting = gateway.store.decide_conflict(row.seq, accepted, gateway.clock.now()).await?;
    gateway.bells.ring();
    if was_waiting { Ok(()) } else { Err(NotReleased::NotWaiting) }
}

/// Who wants a stored row by today's routes; never the notification's own bytes when something else in it was refused.
async fn wanted_of(
    gateway: &Gateway,
    plan: &Plan,
    source: &Source,
    row: &StoredEvent,
) -> Result<Vec<Wanted>, NotReleased> {
    // Only conditions look into the body; what is gone makes them fail, which counts as true.
    let body = match plan.routes.iter().any(|route| route.when.is_some()) {
        true => gateway.reader.notification(row.notification).await?.map(|kept| kept.body).unwrap_or_default(),
        false => Bytes::new(),
    };
    let routed = routing::wanted(plan, source, &row.event, &body);
    routing::tell(gateway, plan, &routed.failed);
    let mut wanted = routed.wanted;
    if wanted.iter().any(|wanted| wanted.once_per_notification) {
        let received = received(gateway, source, row).await?;
        let is_fit = is_fit_whole(gateway, plan, source, &received, row.item).await?;
        wanted.retain(|wanted| is_fit || !wanted.once_per_notification);
    }
    Ok(wanted)
}

/// Whether what was received may be sent on as its provider wrote it, for one of its items: everything else in it is
/// authentic, too, and nobody has to decide about it.
async fn is_fit_whole(
    gateway: &Gateway,
    plan: &Plan,
    source: &Source,
    received: &Received,
    item: u32,
) -> Result<bool, KeyUnavailable> {
    let judged = judge(gateway, plan, source, &received.raw(), received.at).await?;
    let is_decided = !judged.events.iter().any(|event| is_other_aside(event, item));
    Ok(is_decided && judged.refused.is_empty() && judged.unproved.is_none())
}

/// The same of a stored row's notification. Nobody can tell any more when its bytes, its source or its keys are gone; where a
/// key cannot be looked up now, nobody can tell yet.
pub(crate) async fn can_be_sent_whole(gateway: &Gateway, plan: &Plan, row: &StoredEvent) -> Result<bool, Unavailable> {
    let Some(source) = plan.source(row.source) else { return Ok(false) };
    let Some(kept) = gateway.reader.notification(row.notification).await? else { return Ok(false) };
    let is_fit = is_fit_whole(gateway, plan, source, &as_received(source, kept), row.item).await;
    is_fit.map_err(|unavailable| Unavailable::Failed(unavailable.to_string()))
}

fn is_other_aside(event: &RecordEvent, item: u32) -> bool {
    event.item != item && matches!(event.disposition, Disposition::Aside { .. })
}

/// What this release reads in the item that an earlier one did not understand.
async fn read_again(
    gateway: &Gateway,
    plan: &Plan,
    source: &Source,
    row: &StoredEvent,
) -> Result<Vec<RecordEvent>, NotReleased> {
    let received = received(gateway, source, row).await?;
    let judged = judge(gateway, plan, source, &received.raw(), received.at).await?;
    routing::tell(gateway, plan, &judged.when_failed);
    let of_this_item = judged.events.into_iter().filter(|event| event.item == row.item);
    let understood: Vec<RecordEvent> = of_this_item
        .filter(|event| !matches!(event.disposition, Disposition::Aside { reason: Aside::NotUnderstood, .. }))
        .collect();
    if let (true, Some(refused)) = (understood.is_empty(), judged.refused.first()) {
        return Err(NotReleased::KeyGone(refused.detail.clone()));
    }
    if understood.is_empty() {
        return Err(NotReleased::StillNotUnderstood(row.detail.clone().unwrap_or_default()));
    }
    Ok(understood)
}

/// The request a row came in, as it was received.
async fn received(gateway: &Gateway, source: &Source, row: &StoredEvent) -> Result<Received, NotReleased> {
    let kept = gateway.reader.notification(row.notification).await?;
    kept.map(|kept| as_received(source, kept)).ok_or(NotReleased::NotWaiting)
}

/// What is stored was authentic when it came: the password or token that proved it was not kept, and is put back.
fn as_received(source: &Source, kept: Notification) -> Received {
    let Notification { target, peer, headers, body, received_at, .. } = kept;
    let mut headers = header_map(&headers);
    source.settings.provider.put_back(&mut headers, &source.settings.keys);
    Received { target, peer, headers, body, at: received_at }
}

fn configured(plan: &Plan, id: NameId) -> Result<&Source, NotReleased> {
    plan.source(id).ok_or(NotReleased::SourceGone)
}

fn header_map(block: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in header_lines(block) {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    headers
}
