//! TrueLayer: a detached JWS (ES512) over method, path, the headers it names, and the body.
//!
//! - [`key`]: public keys, as PEM or as a JWK; those of the set that TrueLayer publishes are looked up by whoever calls.
//! - [`jws`]: the `Tl-Signature` header, taken apart strictly.
//! - [`verify`]: what is signed, and by which key.
//! - [`codes`], [`fact`], [`parse`]: from the body to an event.
//! - [`doctor`]: why one does not verify.
//! - [`sign`]: the other direction, for whoever has a private key.
//!
//! Facts: docs.truelayer.com (payment, refund, payout and mandate webhooks); the official signing libraries and their tests.

mod codes;
mod doctor;
mod fact;
mod jws;
mod key;
mod parse;
mod sign;
mod verify;

use std::borrow::Cow;

use payhook_domain::error::Code;
use payhook_domain::identity::Environment;
use payhook_domain::time::Timestamp;

use crate::doctor::{Case, Diagnosis};
use crate::{
    About, Ack, CodeRow, Key, KeyMistake, Outcome, Papers, Parsed, Policy, Provider, RawRequest, SignedRequest,
    Unsigned, Verified,
};

/// TrueLayer.
pub(crate) struct TrueLayer;

/// Its name in configuration, payloads and identities.
const NAME: &str = "truelayer";

impl Provider for TrueLayer {
    fn name(&self) -> &'static str {
        NAME
    }

    fn key(&self, name: &str, text: &str) -> Result<Key, KeyMistake> {
        key::read(name, text)
    }

    fn key_text(&self, _random: &[u8; 32]) -> Option<String> {
        None
    }

    fn verify<'r>(&self, request: &RawRequest<'r>, keys: &[Key], policy: &Policy, now: Timestamp) -> Papers<'r> {
        verify::papers(request, keys, policy, now)
    }

    fn parse(&self, verified: &Verified<'_>, environment: Environment) -> Parsed {
        parse::parse(verified.evidence.bytes(), environment)
    }

    /// Any 2xx will do; whatever else makes TrueLayer come again for 72 hours.
    fn ack(&self, _request: &RawRequest<'_>, outcome: Outcome) -> Ack {
        match outcome {
            Outcome::Accepted => Ack { status: 200, content_type: "text/plain", body: Cow::Borrowed("") },
            Outcome::Refused(code @ (Code::SignatureMissing | Code::SignatureMismatch | Code::Stale)) => {
                Ack::refusal(401, code)
            }
            Outcome::Refused(code) => Ack::refusal(code.status(), code),
        }
    }

    fn challenge(&self, _request: &RawRequest<'_>, _keys: &[Key]) -> Option<Ack> {
        None
    }

    fn diagnose(&self, case: &Case<'_>) -> Vec<Diagnosis> {
        doctor::diagnose(case)
    }

    fn sign(&self, unsigned: Unsigned, key: &Key, policy: &Policy, now: Timestamp) -> Option<SignedRequest> {
        sign::sign(unsigned, key, policy, now)
    }

    fn codes(&self) -> &'static [CodeRow] {
        codes::ALL
    }

    fn about(&self) -> About<'_> {
        About { names_keys: true, key_sets: Some(jws::KEY_SETS), ..About::in_code(true) }
    }
}
