//! Which test notifications are asked for.

use payhook_domain::time::Timestamp;

use super::super::fields::Fields;
use super::super::refusal::Refusal;
use super::super::scope::{Level, Scope};
use crate::accounts::Accounts;
use crate::adyen::notice::Amount;
use crate::adyen::webhook::{TRIAL_CODES, Webhook};

/// Codes that can be tested by name.
const TYPES: [&str; 9] = [
    "AUTHORISATION",
    "CHARGEBACK_REVERSED",
    "ORDER_CLOSED",
    "ORDER_OPENED",
    "PAIDOUT_REVERSED",
    "PAYOUT_THIRDPARTY",
    "REFUNDED_REVERSED",
    "REFUND_WITH_DATA",
    "REPORT_AVAILABLE",
];
/// The type that says everything itself.
const CUSTOM: &str = "CUSTOM";
/// Merchant accounts of one test.
const MERCHANTS_MAX: usize = 20;
/// Characters of a text.
const TEXT_MAX: usize = 255;

/// What is to be tested, for whom.
pub(super) struct Asked {
    pub(super) merchants: Vec<String>,
    pub(super) codes: Vec<String>,
    pub(super) custom: Option<Custom>,
}

/// A notification that says what it is told to.
pub(super) struct Custom {
    pub(super) code: &'static str,
    pub(super) success: bool,
    pub(super) amount: Amount,
    pub(super) at: Option<Timestamp>,
    pub(super) reference: Option<String>,
    pub(super) method: Option<String>,
    pub(super) reason: Option<String>,
}

impl Asked {
    pub(super) fn read(body: &[u8], scope: &Scope, webhook: &Webhook, accounts: &Accounts) -> Result<Self, Refusal> {
        let mut fields = Fields::read(body)?;
        let types = fields.texts("types", TYPES.len() + 1);
        fields.require("types", types.as_ref().is_some_and(|types| !types.is_empty()));
        let (customs, codes): (Vec<_>, Vec<_>) = types.unwrap_or_default().into_iter().partition(|code| code == CUSTOM);
        for unknown in codes.iter().filter(|code| !TYPES.contains(&code.as_str())) {
            fields.wrong("types", unknown, "cannot be tested");
        }
        let custom = custom(&mut fields);
        let wanted = !customs.is_empty();
        fields.require("notification", custom.is_some() || !wanted);
        let merchants = merchants(&mut fields, scope, webhook, accounts);
        fields.close()?;
        Ok(Self { merchants, codes, custom: custom.filter(|_| wanted) })
    }
}

/// Those named, or all that the webhook hears of, within the bound.
fn merchants(fields: &mut Fields, scope: &Scope, webhook: &Webhook, accounts: &Accounts) -> Vec<String> {
    if scope.level == Level::Merchant {
        return vec![scope.account.clone()];
    }
    let heard = |merchant: &String| accounts.has_merchant(merchant) && webhook.hears_of(merchant, &accounts.company);
    let Some(named) = fields.texts("merchantIds", MERCHANTS_MAX) else {
        return accounts.merchants.iter().filter(|merchant| heard(merchant)).take(MERCHANTS_MAX).cloned().collect();
    };
    for foreign in named.iter().filter(|merchant| !heard(merchant)) {
        fields.wrong("merchantIds", foreign, "is no merchant account that this webhook hears of");
    }
    named
}

fn custom(fields: &mut Fields) -> Option<Custom> {
    let mut inner = fields.enter("notification")?;
    let code = inner.word("eventCode", &TRIAL_CODES.map(|code| (code, code)));
    let success = inner.flag("success");
    let custom = Custom {
        code: code.unwrap_or(TRIAL_CODES[0]),
        success: success.unwrap_or(true),
        amount: amount(&mut inner),
        at: moment(&mut inner),
        reference: inner.text("merchantReference", TEXT_MAX),
        method: inner.text("paymentMethod", TEXT_MAX),
        reason: inner.text("reason", TEXT_MAX),
    };
    inner.require("eventCode", code.is_some());
    inner.require("success", success.is_some());
    fields.leave(inner);
    Some(custom)
}

fn amount(inner: &mut Fields) -> Amount {
    let mut amount = Amount { currency: "EUR".to_owned(), value: 100 };
    let Some(mut given) = inner.enter("amount") else { return amount };
    if let Some(value) = given.number("value") {
        amount.value = value;
    }
    if let Some(currency) = given.text("currency", 3) {
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            given.wrong("currency", &currency, "must be three capital letters");
        }
        amount.currency = currency;
    }
    inner.leave(given);
    amount
}

fn moment(inner: &mut Fields) -> Option<Timestamp> {
    let text = inner.text("eventDate", TEXT_MAX)?;
    let moment = Timestamp::parse_rfc3339(&text);
    if moment.is_none() {
        inner.wrong("eventDate", &text, "must be a moment such as 2026-11-28T10:00:00+01:00");
    }
    moment
}
