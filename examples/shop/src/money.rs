//! Amounts as people read and write them. Everything else counts in minor units.

/// What the shop sells in. Adyen and Banked both take it, and both count pence.
pub(crate) const CURRENCY: &str = "GBP";

/// `£12.50` for 1250.
pub(crate) fn show(pence: i64) -> String {
    let sign = if pence < 0 { "-" } else { "" };
    let pence = pence.unsigned_abs();
    format!("{sign}£{}.{:02}", pence / 100, pence % 100)
}

/// 1250 for `12.50` or `12.5`, 1200 for `12`; nothing for what is no amount above zero.
pub(crate) fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    let (pounds, pence) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(pounds) || !digits(pence) || pence.len() > 2 {
        return None;
    }
    let tenfold = if pence.len() == 1 { 10 } else { 1 };
    let amount = pounds.parse::<i64>().ok()?.checked_mul(100)?.checked_add(pence.parse::<i64>().ok()? * tenfold)?;
    (amount > 0).then_some(amount)
}

/// The amount as a form field shows it: `12.50`.
pub(crate) fn field(pence: i64) -> String {
    show(pence).replace('£', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_back_as_they_are_shown() {
        for pence in [1, 9, 10, 99, 100, 1_250, 1_205, 999_999] {
            assert_eq!(read(&field(pence)), Some(pence));
        }
        assert_eq!((show(1_205), show(-5)), ("£12.05".to_owned(), "-£0.05".to_owned()));
        assert_eq!((read("12"), read("12.5")), (Some(1_200), Some(1_250)));
    }

    #[test]
    fn what_is_no_amount_is_none() {
        for text in ["", "0", "0.00", "-1", "1.234", "1,50", "1.", ".5", "1e3", "99999999999999999999", "£1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
