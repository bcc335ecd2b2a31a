//! What banks, schemes and Adyen itself do to a payment later, as verbs on an act: each looks whether the payment's state
//! lets it happen, changes the payment, and tells what happened.
//!
//! - `unfit`: why a verb could not happen.
//! - `money`: captures and refunds undone, authorisations expired.
//! - `dispute`: a dispute from the first question to its end.
//! - `fraud`: the issuer's report.
//! - `token`: the life of a stored card.
//! - `report`: a report is ready.

mod dispute;
mod fraud;
mod money;
mod report;
mod token;
mod unfit;

pub(crate) use dispute::{
    chargeback, chargeback_opened, chargeback_reversed, defence_period_ended, defended, dispute_won, end_defence,
    request_for_information, second_chargeback,
};
pub(crate) use fraud::fraud_notified;
pub(crate) use money::{capture_failed, expire, let_expire, refund_failed, refund_reversed};
pub(crate) use report::{Report, report_available};
pub(crate) use token::{store_token, token_disabled, token_updated};
pub(crate) use unfit::Unfit;
