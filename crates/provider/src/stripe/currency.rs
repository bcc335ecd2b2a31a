//! Decimals of an amount at Stripe: the standard's, but where an older way of writing lives on.

use payhook_domain::money::Amount;

use crate::currency;

/// An amount as Stripe writes it. Ariary are written whole, though the standard gives them cents; krónur and Ugandan
/// shillings with two digits that are always zero, though it gives them none.
pub(super) fn amount(value: i64, code: &str) -> Option<Amount> {
    let amount = currency::amount(value, code)?;
    let decimals = match amount.currency.as_str() {
        "MGA" => 0,
        "ISK" | "UGX" => 2,
        _ => amount.decimals,
    };
    Some(Amount { decimals, ..amount })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_in_the_units_stripe_writes() {
        for (code, shown) in [
            ("usd", "5.00 USD"),
            ("jpy", "500 JPY"),
            ("kwd", "0.500 KWD"),
            ("mga", "500 MGA"),
            ("isk", "5.00 ISK"),
            ("ugx", "5.00 UGX"),
        ] {
            assert_eq!(amount(500, code).map(|amount| amount.to_string()).as_deref(), Some(shown));
        }
        assert_eq!(amount(500, "euro"), None);
    }
}
