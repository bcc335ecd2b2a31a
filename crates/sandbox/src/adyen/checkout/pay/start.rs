//! The payment begins: at once at the acquirer, or at a page that the shopper is sent to.

use std::time::Duration;

use jiff::civil::Date;
use payhook_domain::time::Timestamp;

use super::settle::settle;
use super::{Address, Authenticate, CardGiven, Instrument, Purchase};
use crate::adyen::checkout::acquirer::{APPROVED, answer_asked_by, avs_asked_by, brand, cvc_result, known};
use crate::adyen::checkout::due::Due;
use crate::adyen::checkout::payment::{Card, Money, Payment, Redirect, State};
use crate::book::{Act, BookError};

/// How long a shopper may stay at another page.
const ABANDONED_AFTER: Duration = Duration::from_secs(12 * 60 * 60);
/// The answers that these ask for by themselves.
const EXPIRED_CARD: u8 = 6;
const CVC_DECLINED: u8 = 24;

/// Pays. The payment's state says what came of it, or that the shopper has to go to a page first.
pub(crate) fn pay(act: &Act<'_>, purchase: &Purchase) -> Result<Payment, BookError> {
    let mut payment = new(act, purchase)?;
    let goes_elsewhere = match &purchase.by {
        Instrument::Redirect(_) => true,
        Instrument::Card(card) => proves_itself(card, purchase.authenticate),
    };
    if !goes_elsewhere {
        payment.begin(act)?;
        settle(act, &mut payment)?;
        return Ok(payment);
    }
    let result = format!("X{}!{}", payment.psp_reference, act.chance()?.hex(16));
    payment.redirect = Some(Redirect { result, approved: None });
    payment.begin(act)?;
    Due::Abandon { payment: payment.psp_reference.clone() }.later(act, ABANDONED_AFTER)?;
    Ok(payment)
}

fn new(act: &Act<'_>, purchase: &Purchase) -> Result<Payment, BookError> {
    let (method, card, own_answer) = match &purchase.by {
        Instrument::Redirect(method) => (method.clone(), None, None),
        Instrument::Card(given) => {
            let brand = brand(&given.number).unwrap_or("card");
            let card = shown(given, brand, &purchase.address);
            let own_answer = answer_asked_by(&given.holder).or_else(|| declined(given, card.cvc, act.now));
            (brand.to_owned(), Some(card), own_answer)
        }
    };
    Ok(Payment {
        psp_reference: act.chance()?.psp_reference(),
        merchant_account: purchase.merchant_account.clone(),
        reference: purchase.reference.clone(),
        amount: purchase.amount.clone(),
        method,
        card,
        state: State::Started,
        answer: purchase.answer.or(own_answer).unwrap_or(APPROVED),
        auth_code: format!("{:06}", act.chance()?.below(1_000_000)),
        money: Money::default(),
        terms: purchase.terms,
        open: false,
        expires: 0,
        changes: Vec::new(),
        disputes: Vec::new(),
        origin: purchase.origin.clone(),
        shopper: purchase.shopper.clone(),
        metadata: purchase.metadata.clone(),
        return_url: purchase.return_url.clone(),
        redirect: None,
        made: act.now.as_micros(),
        settled: None,
    })
}

fn proves_itself(card: &CardGiven, authenticate: Authenticate) -> bool {
    match authenticate {
        Authenticate::AsTheCard => known(&card.number).is_some_and(|card| card.secure),
        Authenticate::Always => true,
        Authenticate::Never => false,
    }
}

fn shown(given: &CardGiven, brand: &str, address: &Address) -> Card {
    let part = |range: std::ops::Range<usize>| given.number.get(range).unwrap_or_default().to_owned();
    Card {
        bin: part(0..6.min(given.number.len())),
        last4: part(given.number.len().saturating_sub(4)..given.number.len()),
        expiry: format!("{:02}/{}", given.month, given.year),
        holder: given.holder.clone(),
        country: known(&given.number).map_or("", |card| card.country).to_owned(),
        avs: avs_asked_by(address.street.as_deref(), address.house.as_deref()),
        cvc: cvc_result(brand, given.cvc.as_deref()),
        authenticated: None,
    }
}

/// What the card declines by itself: it has expired, or its security code is wrong or missing where it must not be.
fn declined(given: &CardGiven, cvc: u8, now: Timestamp) -> Option<u8> {
    if has_expired(given, now) {
        return Some(EXPIRED_CARD);
    }
    matches!(cvc, 2 | 4).then_some(CVC_DECLINED)
}

/// A card is good until the last day of its month.
fn has_expired(given: &CardGiven, now: Timestamp) -> bool {
    let first = i16::try_from(given.year).ok().zip(i8::try_from(given.month).ok());
    let first = first.and_then(|(year, month)| Date::new(year, month, 1).ok());
    let today = jiff::Timestamp::from_second(now.as_seconds()).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC);
    first.is_none_or(|first| first.last_of_month() < today.date())
}
