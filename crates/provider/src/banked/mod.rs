//! Banked: payment sessions, payins, refunds, mandates, payouts and batches, in both versions of its payloads.
//!
//! - [`key`]: the signature key, which is text the merchant chose.
//! - [`verify`]: the `Banked-Signature` header over time and body.
//! - [`payload`]: v2 bodies and v3 envelopes, reduced to one shape.
//! - [`codes`]: event names, and the words that stand for them.
//! - [`date`]: dates that are not RFC 3339.
//! - [`fact`]: what an event says about a payment.
//! - [`parse`]: from an authentic body to an event.
//! - [`doctor`]: why one does not verify.
//! - [`sign`], [`sample`]: the other direction.
//!
//! Facts: docs.banked.com (webhooks, payments, refunds) and the official Node SDK.

mod ack;
mod codes;
mod date;
mod doctor;
mod fact;
mod key;
mod parse;
mod payload;
pub(crate) mod sample;
mod sign;
mod verify;

use payhook_domain::identity::Environment;
use payhook_domain::time::Timestamp;

use crate::doctor::{Case, Diagnosis};
use crate::{
    About, Ack, CodeRow, Key, KeyMistake, Outcome, Papers, Parsed, Policy, Provider, RawRequest, SignedRequest,
    Unsigned, Verified,
};

/// Banked.
pub(crate) struct Banked;

/// Its name in configuration, payloads and identities.
const NAME: &str = "banked";

impl Provider for Banked {
    fn name(&self) -> &'static str {
        NAME
    }

    fn key(&self, name: &str, text: &str) -> Result<Key, KeyMistake> {
        key::read(name, text)
    }

    fn key_text(&self, random: &[u8; 32]) -> Option<String> {
        Some(key::write(random))
    }

    fn verify<'r>(&self, request: &RawRequest<'r>, keys: &[Key], policy: &Policy, now: Timestamp) -> Papers<'r> {
        verify::papers(request, keys, policy, now)
    }

    fn parse(&self, verified: &Verified<'_>, environment: Environment) -> Parsed {
        parse::parse(verified.evidence.bytes(), environment)
    }

    fn ack(&self, _request: &RawRequest<'_>, outcome: Outcome) -> Ack {
        ack::answer(outcome)
    }

    fn challenge(&self, _request: &RawRequest<'_>, _keys: &[Key]) -> Option<Ack> {
        None
    }

    fn diagnose(&self, case: &Case<'_>) -> Vec<Diagnosis> {
        doctor::diagnose(case)
    }

    fn sign(&self, unsigned: Unsigned, key: &Key, _policy: &Policy, now: Timestamp) -> Option<SignedRequest> {
        Some(sign::sign(unsigned, key, now))
    }

    fn codes(&self) -> &'static [CodeRow] {
        codes::ALL
    }

    fn about(&self) -> About<'_> {
        About::in_code(true)
    }
}
