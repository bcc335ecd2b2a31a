//! Square: what its events mean. How they are signed is declared.
//!
//! - [`codes`]: event types.
//! - [`parse`]: amounts, references and kinds.
//! - [`fact`]: what an event says about a payment.
//! - [`sample`]: the other direction.
//!
//! Facts: developer.squareup.com (webhooks, payments, refunds, disputes) and the official SDKs.

mod codes;
mod fact;
mod parse;
mod sample;

use payhook_domain::event::Event;
use payhook_domain::time::Timestamp;
use serde_json::Value;

use crate::CodeRow;
use crate::declared::Sense;
use crate::sample::Sample;

/// Square.
pub(crate) struct Square;

impl Sense for Square {
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
