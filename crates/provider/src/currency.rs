//! Decimals of a currency by ISO 4217, for providers that follow it.

use payhook_domain::money::{Amount, Currency};

/// How many digits of an amount in minor units stand behind the point.
pub(crate) fn decimals(currency: Currency) -> u8 {
    match currency.as_str() {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

/// An amount in minor units of a currency that may be written in small letters.
pub(crate) fn amount(value: i64, currency: &str) -> Option<Amount> {
    let currency = Currency::parse(&currency.to_ascii_uppercase())?;
    Some(Amount { value, currency, decimals: decimals(currency) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_those_of_the_standard() {
        for (currency, expected) in [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("ISK", 0)] {
            assert_eq!(decimals(Currency::parse(currency).expect("a currency")), expected, "{currency}");
        }
    }
}
