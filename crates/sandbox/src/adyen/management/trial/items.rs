//! What test notifications say: of each code a success and a failure, in two currencies. Their references have `test_` in
//! them, by which merchants tell them from real ones.

use payhook_domain::time::Timestamp;

use super::asked::{Asked, Custom};
use crate::adyen::notice::{Amount, Item};
use crate::book::{Act, BookError};

/// Currencies that are tested.
const CURRENCIES: [&str; 2] = ["EUR", "GBP"];
/// What each is about, in minor units.
const VALUE: i64 = 100;

/// Everything that is asked for, with the moment it claims.
pub(super) fn items(act: &Act<'_>, asked: &Asked) -> Result<Vec<(Item, Timestamp)>, BookError> {
    let mut items = Vec::new();
    for merchant in &asked.merchants {
        for code in &asked.codes {
            for (success, currency) in [true, false].into_iter().flat_map(|success| CURRENCIES.map(|c| (success, c))) {
                let amount = Amount { currency: currency.to_owned(), value: VALUE };
                items.push((by_code(act, merchant, code, success, amount)?, act.now));
            }
        }
        if let Some(custom) = &asked.custom {
            items.push((as_told(act, merchant, custom)?, custom.at.unwrap_or(act.now)));
        }
    }
    Ok(items)
}

fn by_code(act: &Act<'_>, merchant: &str, code: &str, success: bool, amount: Amount) -> Result<Item, BookError> {
    let mut chance = act.chance()?;
    let mut item = Item::new(code, success, &format!("test_{}", chance.letters(11)), amount);
    item.merchant_account = merchant.to_owned();
    item.merchant_reference = format!("testMerchantRef{}", chance.below(1_000));
    item.payment_method = Some("visa".to_owned());
    if code == "AUTHORISATION" && success {
        item.operations = ["CANCEL", "CAPTURE", "REFUND"].map(str::to_owned).to_vec();
    }
    Ok(item)
}

fn as_told(act: &Act<'_>, merchant: &str, custom: &Custom) -> Result<Item, BookError> {
    let mut item = by_code(act, merchant, custom.code, custom.success, custom.amount.clone())?;
    if let Some(reference) = &custom.reference {
        item.merchant_reference.clone_from(reference);
    }
    item.payment_method = custom.method.clone().or(item.payment_method);
    item.reason.clone_from(&custom.reason);
    Ok(item)
}
