//! GoCardless: what its events mean. How they are signed is declared.
//!
//! - [`codes`]: resource types and actions.
//! - [`parse`]: references and kinds; what an event says about a payment.
//! - [`sample`]: the other direction.
//!
//! Facts: developer.gocardless.com (webhooks, events, actions and their causes) and the official SDKs.

mod codes;
mod parse;
mod sample;

use payhook_domain::event::Event;
use payhook_domain::time::Timestamp;
use serde_json::Value;

use crate::CodeRow;
use crate::declared::Sense;
use crate::sample::Sample;

/// GoCardless.
pub(crate) struct GoCardless;

impl Sense for GoCardless {
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
