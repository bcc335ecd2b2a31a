//! Writes a judged notification down, and only then says thank you.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use payhook_domain::error::Code;
use payhook_domain::id::EventId;
use payhook_domain::kind::Kind;
use payhook_domain::notification::Notification;
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Verdict;
use payhook_provider::{Outcome, RawRequest, Refused};
use payhook_store::{Quarantined, Unavailable};

use super::answer::Answer;
use super::judge::{Judged, judge};
use super::kept;
use super::refusals::Refusals;
use super::written::{Attended, Written};
use crate::alerts::{Alert, DAY, stretch};
use crate::gateway::Gateway;
use crate::plan::{Plan, Source};
use crate::routing;
use crate::telemetry::metrics;

/// A request read to its end.
pub(crate) struct Received {
    pub(crate) target: String,
    pub(crate) peer: Option<IpAddr>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) at: Timestamp,
}

impl Received {
    pub(crate) fn raw(&self) -> RawRequest<'_> {
        RawRequest { target: &self.target, headers: &self.headers, body: &self.body }
    }

    pub(crate) fn notification(&self, source: &Source, plan: &Plan) -> Notification {
        Notification {
            source: source.id,
            received_at: self.at,
            target: kept::target(source.settings.provider, &self.target),
            peer: self.peer,
            headers: kept::headers(source.settings.provider, &self.headers),
            body: self.body.clone(),
            config: plan.digest,
        }
    }

    /// As it is kept when it, or an item of it, was refused.
    fn quarantined(&self, source: &Source, refused: &Refused) -> Quarantined {
        Quarantined {
            source: source.id,
            received_at: self.at,
            target: kept::target(source.settings.provider, &self.target),
            peer: self.peer,
            headers: kept::headers(source.settings.provider, &self.headers),
            body: self.body.clone(),
            reason: refused.reason,
            detail: refused.detail.clone(),
            claimed: refused.claimed,
        }
    }
}

/// What became of a request: the answer, and what the log line tells.
pub(crate) struct Settled {
    pub(crate) answer: Answer,
    /// The verdicts' or reasons' words, in order.
    pub(crate) verdicts: Vec<&'static str>,
    /// The first event's id.
    pub(crate) event: Option<EventId>,
    /// How far an event in it is proved, where that is not by a signature over what it says.
    pub(crate) unproved: Option<Proof>,
}

/// Judges, records and answers.
///
/// The sender may leave while the store writes, and then this future is dropped. What was handed to the store is
/// written all the same, so telling of it must not depend on the sender either: it runs in a task of its own.
pub(crate) async fn record(
    gateway: &Arc<Gateway>,
    plan: &Arc<Plan>,
    position: usize,
    refusals: &Refusals,
    received: Received,
) -> Settled {
    let source = &plan.sources[position];
    let Ok(judged) = judge(gateway, plan, source, &received.raw(), received.at).await else {
        return undecided(gateway, source);
    };
    let refused = refuse(gateway, source, refusals, &received, &judged);
    let mut verdicts: Vec<&'static str> = judged.refused.iter().map(|refused| refused.reason.as_str()).collect();
    let event = judged.events.first().map(|recorded| recorded.event.id);
    let unproved = judged.unproved;
    routing::tell(gateway, plan, &judged.when_failed);
    if judged.original_withheld {
        withheld(gateway, source, event);
    }
    let ids: Vec<EventId> = judged.events.iter().map(|recorded| recorded.event.id).collect();
    let Some(recording) = judged.into_recording(source, received.notification(source, plan), received.at) else {
        return Settled {
            answer: refused.unwrap_or_else(|| Answer::refused(Code::Unreadable)),
            verdicts,
            event,
            unproved,
        };
    };
    let written = Written {
        outcome: gateway.store.record(recording),
        gateway: Arc::clone(gateway),
        plan: Arc::clone(plan),
        position,
        ids,
    };
    match Attended(Some(written)).await {
        Ok(made) => {
            verdicts.extend(made.iter().map(|verdict| verdict.as_str()));
            let accepted = || Answer::accepted(source.settings.provider.ack(&received.raw(), Outcome::Accepted));
            Settled { answer: refused.unwrap_or_else(accepted), verdicts, event, unproved }
        }
        Err(unavailable) => {
            verdicts.push("not_stored");
            Settled { answer: Answer::refused(unavailable_code(&unavailable)), verdicts, event, unproved }
        }
    }
}

/// Nobody can tell yet whether it is authentic, so it is neither kept nor quarantined: it comes again.
fn undecided(gateway: &Gateway, source: &Source) -> Settled {
    let code = Code::KeyUnavailable;
    count(gateway, source, code.as_str());
    Settled { answer: Answer::refused(code), verdicts: vec![code.as_str()], event: None, unproved: None }
}

/// The code for a store that cannot take it now.
pub(crate) fn unavailable_code(unavailable: &Unavailable) -> Code {
    match unavailable {
        Unavailable::Overloaded => Code::Overloaded,
        Unavailable::BelowReserve => Code::DiskReserve,
        Unavailable::Failed(_) => Code::StoreUnavailable,
        Unavailable::Closed => Code::ShuttingDown,
    }
}

/// Quarantines what was refused; returns the answer when anything was.
fn refuse(
    gateway: &Gateway,
    source: &Source,
    refusals: &Refusals,
    received: &Received,
    judged: &Judged,
) -> Option<Answer> {
    judged.refused.iter().for_each(|refused| count(gateway, source, refused.reason.as_str()));
    // It is kept whole, so once: as often as it has items, it would be copied and digested, and seem to have come.
    if let Some(refused) = judged.refused.first() {
        gateway.store.quarantine(received.quarantined(source, refused));
    }
    // One request is one refusal, however many items it holds: a batch cannot raise its own alert.
    if let Some(refused) = judged.refused.iter().find(|refused| refused.claimed.is_some())
        && refused.claimed.is_some_and(|claimed| refusals.count(source.id, claimed, received.at))
    {
        blocked(gateway, source, refused);
    }
    let code = judged.refusal()?;
    let status = source
        .settings
        .bad_signature
        .filter(|_| is_about_the_signature(code))
        .unwrap_or_else(|| source.settings.provider.ack(&received.raw(), Outcome::Refused(code)).status);
    Some(Answer::refused_as(code, status))
}

/// Keeps what was refused before it was judged, best effort, and counts it.
pub(super) fn quarantine(gateway: &Gateway, source: &Source, received: &Received, refused: &Refused) {
    gateway.store.quarantine(received.quarantined(source, refused));
    count(gateway, source, refused.reason.as_str());
}

fn blocked(gateway: &Gateway, source: &Source, refused: &Refused) {
    let claimed = refused.claimed.map(|claimed| format!("{claimed:?}")).unwrap_or_default();
    let message = format!(
        "the same notification was refused three times ({}: {}); the provider may hold back all behind it. Compare the \
         source's keys with the provider's (payhook quarantine list shows what came), add the right key, then payhook \
         quarantine release",
        refused.reason.as_str(),
        refused.detail
    );
    let about = format!("{}/{claimed}", source.settings.name);
    gateway.alert(Alert {
        source: Some(source.settings.name.clone()),
        ..Alert::new(Kind::AlertSourceBlocked, about, message)
    });
}

fn is_about_the_signature(code: Code) -> bool {
    matches!(code, Code::SignatureMissing | Code::SignatureMismatch | Code::Stale)
}

fn withheld(gateway: &Gateway, source: &Source, event: Option<EventId>) {
    let about = event.map(|event| event.to_string()).unwrap_or_default();
    let message = "a notification with a refused, set-aside or unsigned item is not sent to destinations of format = \"original\"";
    gateway.alert(Alert {
        source: Some(source.settings.name.clone()),
        event,
        ..Alert::new(Kind::AlertOriginalWithheld, about, message)
    });
}

/// Counts a verdict, and raises what a person should know of.
pub(super) fn tell(gateway: &Gateway, source: &Source, verdict: Verdict, event: EventId) {
    count(gateway, source, verdict.as_str());
    let alert = match verdict {
        Verdict::Conflict(seq) => Alert::new(
            Kind::AlertConflict,
            seq.to_string(),
            format!(
                "an event came again with another amount, currency or merchant reference; it waits: payhook conflicts \
                 show {seq}, then accept or reject"
            ),
        ),
        Verdict::Aside(seq) => Alert::new(
            Kind::AlertSetAside,
            // Told at the first of a source and day: a foreign account may send thousands.
            format!("{}/{}", source.settings.name, stretch(gateway.clock.now(), DAY)),
            format!("authentic, but not for this source; kept: payhook aside show {seq}"),
        ),
        Verdict::New(_) | Verdict::Duplicate(_) | Verdict::Revision { .. } => return,
    };
    gateway.alert(Alert { source: Some(source.settings.name.clone()), event: Some(event), ..alert });
}

fn count(gateway: &Gateway, source: &Source, verdict: &'static str) {
    gateway.metrics.verdicts.get_or_create(&metrics::Verdict { source: source.settings.name.clone(), verdict }).inc();
}

/// Keeps the parts together for callers that hold them shared.
pub(crate) type SharedRefusals = Arc<Refusals>;
