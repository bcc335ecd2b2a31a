//! The payment page's form, and what was typed into it.

use axum::response::Response;
use http::StatusCode;
use minijinja::context;
use serde::Deserialize;

use crate::adyen::checkout::acquirer::{KNOWN, Known, answer};
use crate::adyen::checkout::api::typed as read_card;
use crate::adyen::checkout::offer::Offer;
use crate::adyen::checkout::pay::{Instrument, REDIRECTS};
use crate::adyen::checkout::payment::Payment;
use crate::pages::page;

/// What the form sends. The security code is never shown again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    method: String,
    number: String,
    /// `03/30`.
    expiry: String,
    cvc: String,
    holder: String,
}

impl Typed {
    /// What is paid by, or what is wrong, in the shopper's words.
    pub(super) fn instrument(&self) -> Result<Instrument, String> {
        if REDIRECTS.contains(&self.method.as_str()) {
            return Ok(Instrument::Redirect(self.method.clone()));
        }
        let expiry = self.expiry.split_once('/').ok_or("Write the expiry date as month and year, such as 03/30.")?;
        read_card(&self.number, expiry, Some(self.cvc.as_str()), &self.holder)
            .map_err(|refusal| format!("{refusal}. Look at it again."))
    }
}

/// The page, with what was typed before and what was wrong with it.
pub(super) fn form(status: StatusCode, offer: &Offer, typed: &Typed, mistake: Option<&str>) -> Response {
    let known = |card: &Known| context! { number => spaced(card.number), brand => card.brand, secure => card.secure };
    let cards: Vec<_> = KNOWN.iter().map(known).collect();
    let values = context! {
        id => offer.id.as_str(),
        merchant => offer.merchant_account.as_str(),
        reference => offer.reference.as_str(),
        amount => offer.amount.decimal(),
        currency => offer.amount.currency.as_str(),
        mistake => mistake,
        typed => context! {
            number => typed.number.as_str(),
            expiry => typed.expiry.as_str(),
            holder => typed.holder.as_str(),
        },
        cards => cards,
    };
    page(status, "adyen-pay.html", values)
}

/// What to say of a try that did not succeed.
pub(super) fn refused(payment: &Payment) -> String {
    let reason = answer(payment.answer).reason;
    format!("The payment was not made: {reason}. You may try again, or with another card.")
}

/// In groups of four, as on the card.
fn spaced(number: &str) -> String {
    let groups: Vec<_> = number.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    groups.join(" ")
}
