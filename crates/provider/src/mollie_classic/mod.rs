//! Mollie's classic webhooks: a form with one field, `id=tr_...`, and no signature.
//!
//! Such a notification says that something about this id has changed, and nothing of what: whoever receives the event
//! asks Mollie, with its own key. So each one is an event of its own, since the same id comes again when the status has
//! changed again; it is marked as not signed, changes no payment, and is taken only where the source names its code and
//! asks for something else that guards the way in.
//!
//! - [`verify`]: what is taken. [`parse`]: what it says. `codes`: from an id to what it is the id of.
//!
//! Facts: docs.mollie.com, webhooks.

mod codes;
mod parse;
mod verify;

use std::borrow::Cow;

use payhook_domain::error::Code;
use payhook_domain::identity::Environment;
use payhook_domain::time::Timestamp;

use crate::doctor::{Case, Cause, Diagnosis, Finding, looks_like};
use crate::verified::Evidence;
use crate::{
    About, Ack, CodeRow, Item, Key, KeyMistake, Outcome, Papers, Parsed, Policy, Provider, RawRequest, SignedRequest,
    Unsigned, Verified,
};

/// Mollie's classic webhooks.
pub(crate) struct MollieClassic;

/// Its name in configuration, payloads and identities.
const NAME: &str = "mollie-classic";

impl Provider for MollieClassic {
    fn name(&self) -> &'static str {
        NAME
    }

    fn key(&self, _name: &str, _text: &str) -> Result<Key, KeyMistake> {
        Err(KeyMistake::new("has no use: classic webhooks of Mollie are not signed", "remove `keys`"))
    }

    fn key_text(&self, _random: &[u8; 32]) -> Option<String> {
        None
    }

    fn verify<'r>(&self, request: &RawRequest<'r>, _keys: &[Key], policy: &Policy, now: Timestamp) -> Papers<'r> {
        verify::papers(request, &policy.unsigned_events, now)
    }

    fn parse(&self, verified: &Verified<'_>, environment: Environment) -> Parsed {
        let Evidence::Hint { body, at } = &verified.evidence else {
            unreachable!("what this provider lets in is a hint");
        };
        Parsed::Events(vec![parse::event(body, *at, environment)])
    }

    /// 200 whatever the id is: another answer would tell whoever asks which ids there are.
    fn ack(&self, _request: &RawRequest<'_>, outcome: Outcome) -> Ack {
        match outcome {
            Outcome::Accepted => Ack { status: 200, content_type: "text/plain", body: Cow::Borrowed("") },
            Outcome::Refused(code @ Code::SignatureMissing) => Ack::refusal(401, code),
            Outcome::Refused(code) => Ack::refusal(code.status(), code),
        }
    }

    fn challenge(&self, _request: &RawRequest<'_>, _keys: &[Key]) -> Option<Ack> {
        None
    }

    fn diagnose(&self, case: &Case<'_>) -> Vec<Diagnosis> {
        let papers = verify::papers(&case.request, &case.policy.unsigned_events, case.now);
        let Papers::Items(verdicts) = papers else { return Vec::new() };
        verdicts.iter().map(|verdict| diagnosed(verdict, case)).collect()
    }

    /// There is nothing to sign.
    fn sign(&self, unsigned: Unsigned, _key: &Key, _policy: &Policy, _now: Timestamp) -> Option<SignedRequest> {
        let Unsigned { target, headers, body } = unsigned;
        Some(SignedRequest { target, headers, body })
    }

    fn codes(&self) -> &'static [CodeRow] {
        codes::ALL
    }

    fn about(&self) -> About<'_> {
        About { takes_keys: false, sends_unsigned: true, covers_body: false, ..About::in_code(false) }
    }
}

fn diagnosed(verdict: &Item<'_>, case: &Case<'_>) -> Diagnosis {
    let mut diagnosis = Diagnosis::of("the form".to_owned(), verdict, &[], None);
    if let Some((_, detail)) = diagnosis.refused.clone() {
        diagnosis.findings.push(Finding::new(
            Cause::SignatureMissing,
            detail,
            "name what it is about in `unsigned_events`, or use Mollie's next-generation webhooks, which are signed",
        ));
        diagnosis.findings.extend(looks_like(&case.request));
    }
    diagnosis
}
