//! Money: whole minor units and a currency. Never a float.

use std::fmt;

/// A currency code: three upper-case ASCII letters. Not a closed list: providers add currencies without asking.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Reads exactly three upper-case letters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let code: [u8; 3] = text.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Self(code))
    }

    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("three ASCII letters, checked by parse")
    }
}

impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount as the provider states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Amount {
    /// Minor units (cents); negative only where a provider says so.
    pub value: i64,
    /// The currency.
    pub currency: Currency,
    /// How many of `value`'s digits stand behind the point *for this provider*: Adyen's ISK has 2, ISO's has 0.
    pub decimals: u8,
}

/// `12.50 EUR`: for people. Programs read `value` and `decimals`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.value < 0 { "-" } else { "" };
        let scale = 10_u64.pow(u32::from(self.decimals.min(18)));
        let (major, minor) = (self.value.unsigned_abs() / scale, self.value.unsigned_abs() % scale);
        match self.decimals {
            0 => write!(f, "{sign}{major} {}", self.currency.as_str()),
            n => write!(f, "{sign}{major}.{minor:0width$} {}", self.currency.as_str(), width = usize::from(n)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: i64, currency: &str, decimals: u8) -> String {
        Amount { value, currency: Currency::parse(currency).expect("valid"), decimals }.to_string()
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(shown(1250, "EUR", 2), "12.50 EUR");
        assert_eq!(shown(1250, "JPY", 0), "1250 JPY");
        assert_eq!(shown(-5, "KWD", 3), "-0.005 KWD");
        assert_eq!(shown(i64::MIN, "EUR", 2), "-92233720368547758.08 EUR");
    }

    #[test]
    fn a_currency_is_three_capital_letters() {
        for wrong in ["eur", "EU", "EURO", "E R", "€UR"] {
            assert_eq!(Currency::parse(wrong), None, "{wrong}");
        }
    }
}
