//! Stripe: what its events mean. How they are signed is declared.
//!
//! - [`codes`]: event types.
//! - [`parse`]: amounts, references and kinds.
//! - [`fact`]: what an event says about a payment.
//! - [`currency`]: decimals, where Stripe's are not the standard's.
//! - [`sample`]: the other direction.
//!
//! Facts: docs.stripe.com (event types, the objects they carry, currencies) and the official SDKs.

mod codes;
mod currency;
mod fact;
mod parse;
mod sample;

use payhook_domain::event::Event;
use payhook_domain::time::Timestamp;
use serde_json::Value;

use crate::CodeRow;
use crate::declared::Sense;
use crate::sample::Sample;

/// Stripe.
pub(crate) struct Stripe;

impl Sense for Stripe {
    fn fill(&self, body: &[u8], event: &mut Event) {
        parse::fill(body, event);
    }

    fn codes(&self) -> &'static [CodeRow] {
        codes::CODES
    }

    fn samples(&self) -> &'static [Sample] {
        sample::SAMPLES
    }

    fn compose(&self, code: &str, success: bool, seed: u64, at: Timestamp) -> Value {
        sample::compose(code, success, seed, at)
    }
}
