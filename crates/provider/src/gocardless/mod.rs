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

use crate::Accounts;
use crate::declared::Sense;

/// What its words mean.
pub(crate) const SENSE: Sense = Sense {
    fill: parse::fill,
    accounts: Accounts::Never,
    codes: codes::CODES,
    samples: sample::SAMPLES,
    compose: sample::compose,
};
