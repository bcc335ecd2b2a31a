//! What each fault does to a message, and which copies it adds. A copy has a lane of its own and is sent once, so that
//! nothing waits behind it.

use std::time::Duration;

use payhook_provider::sample;
use serde_json::Value;

use super::Fault;
use super::copy::{Field, changed, said, written_like};
use super::elsewhere::{elsewhere, their_key};
use super::plan::Plan;
use super::weather;
use crate::book::{Act, BookError, Content, Draft, Message};
use crate::chance::Chance;
use crate::sender::treatment::{SignedBy, Treatment};

/// How long a notification waits to be overtaken by the next of its story; then it goes.
const HOLD_MAX: Duration = Duration::from_secs(60 * 60);
/// How far behind the one that overtook it, when it does not go at the same moment.
const BEHIND: Duration = Duration::from_secs(1);
/// A delay is between these.
const DELAY_MIN: Duration = Duration::from_secs(60);
const DELAY_MAX: Duration = Duration::from_secs(3 * 60 * 60);
/// How far ahead of the whole one the cut one goes.
const CUT_AHEAD: Duration = Duration::from_secs(1);
/// How many others come at the same moment.
const BURST: u64 = 24;
/// An account that no sandbox has.
const FOREIGN_ACCOUNT: &str = "SomebodyElsesMerchant";

impl Plan {
    /// Lays all of the story's faults on one message.
    pub(super) fn lay_on(&mut self, act: &Act<'_>, message: Message) -> Result<(), BookError> {
        let Message { id, draft: plain, .. } = message;
        let mut chance = act.chance_aside(&format!("message {id}"));
        let mut draft = plain.clone();
        if self.has(Fault::OldKey) {
            treat(&mut draft, Fault::OldKey, |treatment| treatment.signed_by = SignedBy::Predecessor);
        }
        if self.has(Fault::Duplicate) {
            treat(&mut draft, Fault::Duplicate, |treatment| treatment.again = true);
        }
        if self.has(Fault::Truncate) {
            let cut = Treatment { cut: Some(thousandths(&mut chance)), ..Treatment::once(Fault::Truncate) };
            copy(act, &plain, id, plain.content.clone(), cut)?;
            draft.due = draft.due.plus(CUT_AHEAD);
        }
        if self.has(Fault::Delay) {
            self.delay(&mut draft, act);
        }
        if self.has(Fault::Reorder) {
            self.reorder(act, id, &mut draft, &mut chance)?;
        }
        act.rework(id, &draft)?;
        self.add_copies(act, id, &plain, &mut chance)
    }

    /// What is not the provider's own word, or not about this story.
    fn add_copies(&mut self, act: &Act<'_>, id: i64, plain: &Draft, chance: &mut Chance) -> Result<(), BookError> {
        if self.has(Fault::Forge)
            && let Some(content) =
                changed(&plain.content, Field::Amount, &(1_000_000 + chance.below(9_000_000)).to_string())
        {
            let signed_by = SignedBy::Stranger(chance.hex(32));
            copy(act, plain, id, content, Treatment { signed_by, ..Treatment::once(Fault::Forge) })?;
        }
        if self.has(Fault::WrongAccount)
            && let Some((content, signed_by)) = of_another_account(act, plain)
        {
            copy(act, plain, id, content, Treatment { signed_by, ..Treatment::once(Fault::WrongAccount) })?;
        }
        if self.has(Fault::Burst) && !self.burst {
            self.burst = true;
            burst(act, plain, chance)?;
        }
        Ok(())
    }

    /// All of a story are late by the same, and wait for nobody but each other.
    fn delay(&self, draft: &mut Draft, act: &Act<'_>) {
        let span = (DELAY_MAX - DELAY_MIN).as_secs();
        let late = DELAY_MIN + Duration::from_secs(act.chance_aside(&act.story()).below(span));
        draft.lane = format!("{} late {}", draft.lane, act.story());
        draft.due = draft.due.plus(late);
        treat(draft, Fault::Delay, |_| ());
    }

    /// Of each two, the first waits for the second and goes with it or after it.
    fn reorder(&mut self, act: &Act<'_>, id: i64, draft: &mut Draft, chance: &mut Chance) -> Result<(), BookError> {
        draft.lane = format!("{} alone {id}", draft.endpoint);
        treat(draft, Fault::Reorder, |_| ());
        let held = match self.held.take() {
            Some(held) => act.message(held)?.filter(|held| held.is_untried() && held.draft.due > act.now),
            None => None,
        };
        match held {
            Some(mut held) => {
                let behind = if chance.below(2) == 0 { Duration::ZERO } else { BEHIND };
                held.draft.due = draft.due.plus(behind);
                act.rework(held.id, &held.draft)
            }
            None => {
                self.held = Some(id);
                draft.due = draft.due.plus(if weather::has(&self.story) { weather::HOLD_MAX } else { HOLD_MAX });
                Ok(())
            }
        }
    }
}

/// What belongs to another account, and whose key signs it: at Adyen an account is named, and the endpoint's key signs;
/// at Banked none is, and every account has keys of its own.
fn of_another_account(act: &Act<'_>, plain: &Draft) -> Option<(Content, SignedBy)> {
    if plain.provider == "adyen" {
        return changed(&plain.content, Field::Account, FOREIGN_ACCOUNT).map(|content| (content, SignedBy::Webhook));
    }
    elsewhere(act, &plain.content).map(|content| (content, SignedBy::Stranger(their_key(act))))
}

/// Notes a fault in a message's treatment.
fn treat(draft: &mut Draft, fault: Fault, change: impl FnOnce(&mut Treatment)) {
    let treatment = draft.content.fault.get_or_insert_default();
    treatment.faults.push(fault);
    change(treatment);
}

/// Queues a copy: in a lane of its own, at once.
fn copy(act: &Act<'_>, plain: &Draft, of: i64, content: Content, treatment: Treatment) -> Result<i64, BookError> {
    let fault = treatment.faults.first().map_or("copy", |fault| fault.name());
    let lane = format!("{} {fault} {of}", plain.endpoint);
    act.post(&Draft { lane, content: Content { fault: Some(treatment), ..content }, ..plain.clone() })
}

/// Notifications about payments of others, each as good as any, over connections of their own.
fn burst(act: &Act<'_>, plain: &Draft, chance: &mut Chance) -> Result<(), BookError> {
    let event = if plain.provider == "adyen" { "AUTHORISATION" } else { "payment_sent" };
    for number in 0..BURST {
        let subject = format!("burst-{number:02}");
        let composed = sample::compose(&plain.provider, event, chance.below(u64::MAX), act.now);
        let Some(content) = composed.and_then(|value| for_same_endpoint(value, plain, &subject)) else { break };
        let treatment = Treatment { faults: vec![Fault::Burst], ..Treatment::default() };
        act.post(&Draft {
            lane: format!("{} burst {} {number}", plain.endpoint, act.story()),
            event: event.to_owned(),
            subject,
            content: Content { fault: Some(treatment), ..content },
            ..plain.clone()
        })?;
    }
    Ok(())
}

/// A composed notification as this endpoint's merchant would get it: about the same account, in the same format.
fn for_same_endpoint(mut value: Value, plain: &Draft, subject: &str) -> Option<Content> {
    if let Some(account) = said(&plain.content, Field::Account) {
        sample::set(&mut value, "merchantAccountCode", &account).ok()?;
        sample::set(&mut value, "merchantReference", subject).ok()?;
    } else {
        sample::set(&mut value, "reference", subject).ok()?;
    }
    written_like(&plain.content, &plain.provider, &value)
}

fn thousandths(chance: &mut Chance) -> u16 {
    u16::try_from(1 + chance.below(998)).unwrap_or(500)
}
