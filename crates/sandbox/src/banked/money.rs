//! Amounts as people read them.

/// `£12.50`; every currency of Banked's has two decimals.
pub(super) fn formatted(amount: i64, currency: &str) -> String {
    let sign = match currency {
        "AUD" => "A$",
        "EUR" => "€",
        "GBP" => "£",
        "USD" => "$",
        other => other,
    };
    format!("{sign}{}.{:02}", amount / 100, amount % 100)
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_amount_has_its_sign_and_two_decimals() {
        for (amount, currency, text) in [(1, "GBP", "£0.01"), (123_450, "EUR", "€1234.50"), (700, "AUD", "A$7.00")] {
            assert_eq!(super::formatted(amount, currency), text);
        }
    }
}
