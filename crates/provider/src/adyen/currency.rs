//! Adyen's own count of decimals, which is not ISO 4217's: CLP and ISK have two, CVE and IDR none.

use payhook_domain::money::{Amount, Currency};

/// An amount as Adyen states it; nothing when it states none, or not in minor units and three letters.
pub(super) fn amount(value: &str, currency: &str) -> Option<Amount> {
    let currency = Currency::parse(currency)?;
    Some(Amount { value: value.parse().ok()?, currency, decimals: decimals(currency.as_str()) })
}

/// How many decimals Adyen gives a currency. From its page "Currency codes".
#[must_use]
pub fn decimals(currency: &str) -> u8 {
    match currency {
        "CVE" | "DJF" | "GNF" | "IDR" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND" | "VUV" | "XAF"
        | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_adyens_where_iso_says_otherwise() {
        for (currency, expected) in [("EUR", 2), ("CLP", 2), ("ISK", 2), ("CVE", 0), ("IDR", 0), ("JPY", 0), ("KWD", 3)]
        {
            assert_eq!(amount("1", currency).expect("an amount").decimals, expected, "{currency}");
        }
    }

    #[test]
    fn no_amount_is_made_up() {
        for (value, currency) in [("", ""), ("1", ""), ("", "EUR"), ("1.5", "EUR"), ("1", "eur")] {
            assert_eq!(amount(value, currency), None);
        }
    }
}
