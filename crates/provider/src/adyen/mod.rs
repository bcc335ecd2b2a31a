//! Adyen: standard webhooks as JSON, as a form and as SOAP, and the families signed by the header `HmacSignature`.
//!
//! - [`key`]: the hex key and its check value.
//! - [`item`]: one standard item: the eight signed values, and the few unsigned ones read here.
//! - [`envelope`], [`form`], [`soap`]: the three envelopes an item comes in; [`members`] brings the last two into the
//!   places of the first.
//! - [`shape`]: the shapes of signed fields, which keep a signed string from being cut anew.
//! - [`verify`]: the verdict on each item.
//! - [`header_signed`]: token lifecycle, platform, management and classic webhooks: one signature over the body.
//! - [`told`]: what such a body tells of what it is about, wherever its family puts it.
//! - [`codes`], [`checks`], [`currency`]: Adyen's tables.
//! - [`fact`]: what each code says about a payment.
//! - [`content`]: what an item says, however it is written and signed.
//! - [`parse`]: from an authentic item to an event.
//! - [`doctor`], [`mistakes`]: why one does not verify.
//! - [`sign`], [`sample`], [`family`]: the other direction.
//!
//! Not here: the webhook's configuration at Adyen. Merchant account and environment are the gateway's to
//! judge: what names a foreign one is authentic all the same.

mod ack;
mod checks;
mod codes;
mod content;
mod currency;
mod doctor;
mod envelope;
mod fact;
mod family;
mod form;
mod header_signed;
mod item;
mod key;
mod members;
mod mistakes;
mod parse;
pub(crate) mod sample;
mod shape;
mod sign;
mod soap;
mod told;
mod verify;

pub use currency::decimals;
pub(crate) use item::StandardItem;

use payhook_domain::identity::Environment;
use payhook_domain::time::Timestamp;

use crate::doctor::{Case, Diagnosis};
use crate::verified::Evidence;
use crate::{
    About, Accounts, Ack, CodeRow, Key, KeyMistake, Outcome, Papers, Parsed, Policy, Provider, RawRequest,
    SignedRequest, Unsigned, Verified,
};

/// Adyen.
pub(crate) struct Adyen;

/// Its name in configuration, payloads and identities.
const NAME: &str = "adyen";

impl Provider for Adyen {
    fn name(&self) -> &'static str {
        NAME
    }

    fn key(&self, name: &str, text: &str) -> Result<Key, KeyMistake> {
        key::read(name, text)
    }

    fn key_text(&self, random: &[u8; 32]) -> Option<String> {
        Some(key::write(random))
    }

    /// Adyen signs no time, so its tolerance and `now` decide nothing.
    fn verify<'r>(&self, request: &RawRequest<'r>, keys: &[Key], policy: &Policy, _now: Timestamp) -> Papers<'r> {
        verify::papers(request, keys, &policy.unsigned_events)
    }

    fn parse(&self, verified: &Verified<'_>, environment: Environment) -> Parsed {
        match &verified.evidence {
            Evidence::AdyenItem(item) => Parsed::Events(vec![parse::event(item, verified.proof, environment)]),
            Evidence::Body(body) | Evidence::Request(RawRequest { body, .. }) | Evidence::Hint { body, .. } => {
                header_signed::parse(body, verified.proof, environment)
            }
        }
    }

    fn ack(&self, request: &RawRequest<'_>, outcome: Outcome) -> Ack {
        ack::answer(request, outcome)
    }

    fn challenge(&self, _request: &RawRequest<'_>, _keys: &[Key]) -> Option<Ack> {
        None
    }

    fn diagnose(&self, case: &Case<'_>) -> Vec<Diagnosis> {
        doctor::diagnose(case)
    }

    fn sign(&self, unsigned: Unsigned, key: &Key, _policy: &Policy, _now: Timestamp) -> Option<SignedRequest> {
        Some(sign::sign(unsigned, key))
    }

    fn codes(&self) -> &'static [CodeRow] {
        codes::ALL
    }

    fn about(&self) -> About<'_> {
        About { accounts: Accounts::Named, sends_unsigned: true, ..About::in_code(false) }
    }
}
