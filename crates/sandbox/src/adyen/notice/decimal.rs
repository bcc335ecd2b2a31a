//! An amount as people write it: `10.00`.

use payhook_provider::adyen_decimals;

use super::Amount;

impl Amount {
    /// The value with as many decimals as Adyen gives the currency, which are not always ISO 4217's.
    pub(crate) fn decimal(&self) -> String {
        let decimals = adyen_decimals(&self.currency);
        let unit = 10_u64.pow(decimals.into());
        let (sign, value) = (if self.value < 0 { "-" } else { "" }, self.value.unsigned_abs());
        match decimals {
            0 => format!("{sign}{value}"),
            _ => format!("{sign}{}.{:0width$}", value / unit, value % unit, width = usize::from(decimals)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_with_the_decimals_of_its_currency() {
        let written = |currency: &str, value| Amount { currency: currency.to_owned(), value }.decimal();
        assert_eq!(written("EUR", 1_005), "10.05");
        assert_eq!(written("JPY", 1_005), "1005");
        assert_eq!(written("KWD", 1_005), "1.005");
        assert_eq!(written("EUR", -5), "-0.05");
    }
}
