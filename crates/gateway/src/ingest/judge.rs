//! From bytes to a recording: verify each item, parse what is authentic, decide what becomes of it.
//!
//! The same path for a notification at the door and for one that is looked at again: it is handed its time. Only a key that a
//! provider publishes may have to be waited for.

use payhook_domain::error::Code;
use payhook_domain::event::Event;
use payhook_domain::id::EventId;
use payhook_domain::identity::{Digest, Environment, Scope};
use payhook_domain::notification::Notification;
use payhook_domain::payment::Names;
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Aside;
use payhook_provider::{Key, Papers, Parsed, RawRequest, Refused, Verified};
use payhook_store::{Disposition, RecordEvent, Recording};

use crate::gateway::Gateway;
use crate::key_set::KeyUnavailable;
use crate::plan::{Plan, Source};
use crate::routing::{self, WhenFailed};

/// What became of a request's items before the store has seen them.
#[derive(Default)]
pub(crate) struct Judged {
    /// The authentic events.
    pub(crate) events: Vec<RecordEvent>,
    /// The items that are not authentic.
    pub(crate) refused: Vec<Refused>,
    /// How far what is authentic is proved, where that is not by a signature over what it says.
    pub(crate) unproved: Option<Proof>,
    /// Which of the source's own keys fitted, by position, each once.
    pub(crate) keys_used: Vec<usize>,
    /// Whether a destination of `format = "original"` was left out because the notification is mixed.
    pub(crate) original_withheld: bool,
    /// Conditions of routes that failed on an event, and so count as fitting.
    pub(crate) when_failed: Vec<WhenFailed>,
}

impl Judged {
    /// The code the sender hears when something was refused: the first one.
    pub(crate) fn refusal(&self) -> Option<Code> {
        self.refused.first().map(|refused| refused.code)
    }

    /// The recording of what is authentic, owed from `owed_at` on; nothing when nothing is.
    pub(crate) fn into_recording(
        self,
        source: &Source,
        notification: Notification,
        owed_at: Timestamp,
    ) -> Option<Recording> {
        (!self.events.is_empty()).then_some(Recording {
            notification,
            provider: source.provider_id,
            owed_at,
            events: self.events,
        })
    }
}

/// Judges a request that reached `source`. A key that its own lack is looked up where its provider publishes keys.
///
/// # Errors
/// [`KeyUnavailable`] where that cannot be done now, so that nobody can tell.
pub(crate) async fn judge(
    gateway: &Gateway,
    plan: &Plan,
    source: &Source,
    request: &RawRequest<'_>,
    now: Timestamp,
) -> Result<Judged, KeyUnavailable> {
    let verify = |keys: &[Key]| source.settings.provider.verify(request, keys, &source.settings.policy, now);
    let mut papers = verify(&source.settings.keys);
    if let (Some(kid), Some(published)) = (papers.needed_key(), &source.published)
        && let Some(key) = published.key(kid, &gateway.clock).await?
    {
        papers = verify(&[source.settings.keys.as_slice(), &[key]].concat());
    }
    Ok(Judged::by(plan, source, papers, request.body))
}

/// Judges by the source's own keys alone.
pub(crate) fn judge_by_own_keys(plan: &Plan, source: &Source, request: &RawRequest<'_>, now: Timestamp) -> Judged {
    let settings = &source.settings;
    let papers = settings.provider.verify(request, &settings.keys, &settings.policy, now);
    Judged::by(plan, source, papers, request.body)
}

impl Judged {
    fn by(plan: &Plan, source: &Source, papers: Papers<'_>, body: &[u8]) -> Self {
        let mut judged = Self::default();
        match papers {
            Papers::Unreadable(refused) => judged.refused.push(refused),
            Papers::Items(items) => {
                for (position, item) in items.into_iter().enumerate() {
                    match item.as_it_stands() {
                        Ok(verified) => judged.take(plan, source, position, &verified, body),
                        Err(refused) => judged.refused.push(refused),
                    }
                }
            }
        }
        judged.withhold_originals_of_a_mixed_notification();
        judged
    }

    fn take(&mut self, plan: &Plan, source: &Source, position: usize, verified: &Verified<'_>, body: &[u8]) {
        let own = verified.key().filter(|key| *key < source.settings.keys.len());
        if let Some(key) = own.filter(|key| !self.keys_used.contains(key)) {
            self.keys_used.push(key);
        }
        if !verified.proof().covers_content() {
            self.unproved = Some(verified.proof());
        }
        let item = u32::try_from(position).unwrap_or(u32::MAX);
        match source.settings.provider.parse(verified, source.settings.scope_environment()) {
            Parsed::Events(events) => self.events.extend(events.into_iter().map(|mut event| {
                event.keep_to_what_is_proved();
                fill_account(source, &mut event);
                fill_capture(source, &mut event);
                let disposition = dispose(plan, source, &event, body, &mut self.when_failed);
                recorded(source, item, event, disposition)
            })),
            Parsed::NotUnderstood { mut event, detail } => {
                fill_account(source, &mut event);
                let disposition = Disposition::Aside { reason: Aside::NotUnderstood, detail };
                self.events.push(recorded(source, item, *event, disposition));
            }
        }
    }

    /// A receiver of the provider's own bytes cannot be sent half a notification, nor one that holds what was not
    /// verified or not routed, nor be told that a signature is missing on purpose.
    fn withhold_originals_of_a_mixed_notification(&mut self) {
        let aside = self.events.iter().any(|event| matches!(event.disposition, Disposition::Aside { .. }));
        if !aside && self.refused.is_empty() && self.unproved.is_none() {
            return;
        }
        for event in &mut self.events {
            if let Disposition::Route(wanted) = &mut event.disposition {
                let before = wanted.len();
                wanted.retain(|wanted| !wanted.once_per_notification);
                self.original_withheld |= wanted.len() < before;
            }
        }
    }
}

/// An event, what its payment is found by, and what is to become of it.
pub(crate) fn recorded(source: &Source, item: u32, event: Event, disposition: Disposition) -> RecordEvent {
    let names = names(source, &event);
    RecordEvent { item, event, names, disposition }
}

/// What an event's payment is found by: whichever source it came in by, within provider, account and environment.
pub(crate) fn names(source: &Source, event: &Event) -> Names {
    let scope = Scope {
        provider: source.settings.provider.name(),
        account: event.account.as_deref().unwrap_or_default(),
        environment: source.settings.scope_environment(),
    };
    Names::of(&scope, event)
}

/// A notification that names no account is of the one that was configured, and what identifies it holds within that.
pub(crate) fn fill_account(source: &Source, event: &mut Event) {
    if let Some(account) = source.settings.own_account().filter(|_| event.account.is_none()) {
        event.account = Some(account.to_owned());
        event.id = EventId(Digest::of([b"account".as_slice(), account.as_bytes(), event.id.0.as_bytes()]));
    }
}

/// Who captures is nowhere in a notification: what was configured when it came is kept with the fact.
fn fill_capture(source: &Source, event: &mut Event) {
    if let Some(fact) = event.fact.as_mut().filter(|fact| fact.capture.is_none()) {
        fact.capture = source.settings.capture.of(event.account.as_deref());
    }
}

/// Routed, or set aside because it is not for this source.
pub(crate) fn dispose(
    plan: &Plan,
    source: &Source,
    event: &Event,
    body: &[u8],
    when_failed: &mut Vec<WhenFailed>,
) -> Disposition {
    if let Some(account) = event.account.as_deref().filter(|account| !takes_account(source, account)) {
        let detail = format!("merchant account {account:?} is not one of this source's merchant_accounts");
        return Disposition::Aside { reason: Aside::ForeignAccount, detail };
    }
    if let (Some(environment), Some(live)) = (source.settings.environment, event.live)
        && live != (environment == Environment::Live)
    {
        let said = if live { "live" } else { "test" };
        let detail = format!("says {said}, but this source is environment = \"{}\"", environment.as_str());
        return Disposition::Aside { reason: Aside::OtherEnvironment, detail };
    }
    let routed = routing::wanted(plan, source, event, body);
    when_failed.extend(routed.failed);
    Disposition::Route(routed.wanted)
}

fn takes_account(source: &Source, account: &str) -> bool {
    let accounts = &source.settings.merchant_accounts;
    accounts.is_empty()
        || source.settings.own_account() == Some(account)
        || accounts.iter().any(|taken| taken == account)
}
