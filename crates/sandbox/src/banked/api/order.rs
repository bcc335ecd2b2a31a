//! What a merchant asks to be paid, as `POST /payment_sessions` says it.

use serde_json::{Map, Value};

use super::fields::Fields;
use super::reply::Refusal;
use crate::banked::merchant::Order;
use crate::banked::session::{LineItem, Party};

/// Longest reference: what a bank statement has room for, in letters.
const REFERENCE_LETTERS_MAX: usize = 18;
/// Most line items.
const LINE_ITEMS_MAX: usize = 100;
/// Most of one thing.
const QUANTITY_MAX: i64 = 1_000_000;
/// The largest amount, in minor units: ten million pounds, ten times what Faster Payments carries.
pub(super) const AMOUNT_MAX: i64 = 1_000_000_000;
/// The currencies Banked's payments are in. Each has two decimals.
const CURRENCIES: [&str; 4] = ["AUD", "EUR", "GBP", "USD"];

/// Reads an order, or says everything that is wrong with it.
pub(super) fn read(object: &Map<String, Value>) -> Result<Order, Refusal> {
    let mut fields = Fields::of(object);
    let reference = reference(&mut fields);
    let success_url = fields.web_address("success_url");
    let error_url = fields.web_address("error_url");
    let line_items = line_items(&mut fields);
    let (amount, currency) = total(&mut fields, &line_items);
    let payee = fields.inside("payee", party);
    if fields.value("payee").is_none() {
        fields.missing("payee");
    }
    let payer = fields.inside("payer", party);
    let email_receipt = fields.flag("email_receipt");
    let payee = payee.unwrap_or(Party { account_number: None, name: String::new(), sort_code: None });
    fields.done(Order { amount, currency, error_url, line_items, payee, payer, reference, success_url, email_receipt })
}

/// A reference as a bank statement can show it.
pub(super) fn reference(fields: &mut Fields<'_>) -> String {
    let reference = fields.text("reference");
    let shown = reference.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
    if !shown || reference.len() > REFERENCE_LETTERS_MAX {
        fields.wrong("reference", format_args!("takes at most {REFERENCE_LETTERS_MAX} letters, digits and spaces"));
    }
    reference
}

/// Someone with an account.
pub(super) fn party(fields: &mut Fields<'_>) -> Party {
    Party {
        account_number: fields.optional_digits("account_number", 6, 10),
        name: fields.text("name"),
        sort_code: fields.optional_digits("sort_code", 6, 6),
    }
}

fn line_items(fields: &mut Fields<'_>) -> Vec<LineItem> {
    let list = fields.list("line_items", LINE_ITEMS_MAX).iter().enumerate();
    list.filter_map(|(place, value)| fields.entry(&format!("line_items[{place}]"), value, line_item)).collect()
}

fn line_item(fields: &mut Fields<'_>) -> LineItem {
    let currency = fields.text("currency");
    if !currency.is_empty() && !CURRENCIES.contains(&currency.as_str()) {
        fields.wrong("currency", format_args!("must be one of {}", CURRENCIES.join(", ")));
    }
    LineItem {
        amount: fields.number("amount", AMOUNT_MAX),
        currency,
        description: fields.optional_text("description"),
        name: fields.text("name"),
        quantity: fields.number("quantity", QUANTITY_MAX),
    }
}

/// The sum of all items, and the one currency they share.
fn total(fields: &mut Fields<'_>, items: &[LineItem]) -> (i64, String) {
    let currency = items.first().map(|item| item.currency.clone()).unwrap_or_default();
    if items.iter().any(|item| item.currency != currency) {
        fields.wrong("line_items", "must all have the same currency");
    }
    // 100 items of 10⁹ and 10⁶ pieces are 10¹⁷, which an i64 holds.
    let amount = items.iter().map(|item| item.amount * item.quantity).sum();
    if amount > AMOUNT_MAX {
        fields.wrong("line_items", format_args!("must come to {AMOUNT_MAX} at most"));
    }
    (amount, currency)
}
