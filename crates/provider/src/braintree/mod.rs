//! Braintree: a form of two fields, the signature and base64 of an XML document.
//!
//! - [`key`]: the private key, under the name of the public one.
//! - [`verify`]: `bt_signature` over `bt_payload`.
//! - [`parse`]: from the document to an event.
//! - [`doctor`]: why one does not verify.
//! - [`sign`]: the other direction. `challenge`: what answers Braintree when it asks whether this is the address.
//!
//! Facts: the official Python library and its tests; developer.paypal.com/braintree/docs/guides/webhooks.

mod doctor;
mod key;
mod parse;
mod sign;
mod verify;

use std::borrow::Cow;

use data_encoding::HEXLOWER;
use payhook_domain::error::Code;
use payhook_domain::identity::Environment;
use payhook_domain::time::Timestamp;

use crate::doctor::{Case, Diagnosis};
use crate::{
    About, Ack, CodeRow, Key, KeyMistake, Outcome, Papers, Parsed, Policy, Provider, RawRequest, SignedRequest,
    Unsigned, Verified, fields,
};

/// Braintree.
pub(crate) struct Braintree;

/// Its name in configuration, payloads and identities.
const NAME: &str = "braintree";

impl Provider for Braintree {
    fn name(&self) -> &'static str {
        NAME
    }

    fn key(&self, name: &str, text: &str) -> Result<Key, KeyMistake> {
        key::read(name, text)
    }

    fn key_text(&self, random: &[u8; 32]) -> Option<String> {
        Some(HEXLOWER.encode(&random[..16]))
    }

    /// Braintree signs no time that a window could be held against.
    fn verify<'r>(&self, request: &RawRequest<'r>, keys: &[Key], _policy: &Policy, _now: Timestamp) -> Papers<'r> {
        verify::papers(request, keys)
    }

    fn parse(&self, verified: &Verified<'_>, environment: Environment) -> Parsed {
        parse::parse(verified.evidence.bytes(), environment)
    }

    /// Any 2xx will do; whatever else makes Braintree come again every hour, for a day.
    fn ack(&self, _request: &RawRequest<'_>, outcome: Outcome) -> Ack {
        match outcome {
            Outcome::Accepted => Ack { status: 200, content_type: "text/plain", body: Cow::Borrowed("") },
            Outcome::Refused(code @ (Code::SignatureMissing | Code::SignatureMismatch)) => Ack::refusal(401, code),
            Outcome::Refused(code) => Ack::refusal(code.status(), code),
        }
    }

    fn challenge(&self, request: &RawRequest<'_>, keys: &[Key]) -> Option<Ack> {
        let challenge = fields::find(request.target.split_once('?')?.1, "bt_challenge")?;
        let is_hex = challenge.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let key = keys.iter().find(|key| !key.retired).filter(|_| is_hex && (20..=32).contains(&challenge.len()))?;
        let answer = format!("{}|{}", key.name, HEXLOWER.encode(key.tag(challenge.as_bytes()).as_ref()));
        Some(Ack { status: 200, content_type: "text/plain", body: Cow::Owned(answer) })
    }

    fn diagnose(&self, case: &Case<'_>) -> Vec<Diagnosis> {
        doctor::diagnose(case)
    }

    fn sign(&self, unsigned: Unsigned, key: &Key, _policy: &Policy, _now: Timestamp) -> Option<SignedRequest> {
        Some(sign::sign(unsigned, key))
    }

    /// Its words are many and go over as they are: every event is `other`.
    fn codes(&self) -> &'static [CodeRow] {
        &[]
    }

    fn about(&self) -> About<'_> {
        About { names_keys: true, ..About::in_code(false) }
    }
}
