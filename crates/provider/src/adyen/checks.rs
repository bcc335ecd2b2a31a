//! Address and card-code checks, in Adyen's standardised codes.
//!
//! A result reads `<code> <English text>`. The text varies between Adyen's own servers and pages; the leading integer
//! does not, so it alone is read. The results are sent when *Add Acquirer Result* is on in the webhook's settings.

use payhook_domain::event::{Check, Checks};

use super::item::AdditionalData;

/// The checks an item reports.
pub(super) fn read(additional: &AdditionalData<'_>) -> Checks {
    Checks {
        avs: additional.avs_result.text().and_then(|text| check(text, &AVS)),
        cvc: additional.cvc_result.text().and_then(|text| check(text, &CVC)),
    }
}

/// Address verification, by code. "Not checked" and "unknown" are Adyen's distinction.
const AVS: [&str; 27] = [
    "unknown",
    "address_match_postal_code_mismatch",
    "postal_code_and_address_mismatch",
    "avs_unavailable",
    "avs_not_supported",
    "no_avs_data_provided",
    "postal_code_match_address_mismatch",
    "postal_code_and_address_match",
    "address_not_checked_postal_code_unknown",
    "address_match_postal_code_unknown",
    "address_mismatch_postal_code_unknown",
    "postal_code_not_checked_address_unknown",
    "address_match_postal_code_not_checked",
    "address_mismatch_postal_code_not_checked",
    "postal_code_match_address_unknown",
    "postal_code_match_address_not_checked",
    "postal_code_mismatch_address_unknown",
    "postal_code_mismatch_address_not_checked",
    "postal_code_and_address_not_checked",
    "name_and_postal_code_match",
    "name_address_and_postal_code_match",
    "name_and_address_match",
    "name_match",
    "postal_code_match_name_mismatch",
    "postal_code_and_address_match_name_mismatch",
    "address_match_name_mismatch",
    "postal_code_address_and_name_mismatch",
];

/// Card-code verification, by code.
const CVC: [&str; 7] = [
    "unknown",
    "matches",
    "does_not_match",
    "not_checked",
    "not_provided_but_required",
    "issuer_not_certified",
    "not_provided",
];

fn check(text: &str, meanings: &'static [&'static str]) -> Option<Check> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let code: u16 = text[..digits].parse().ok()?;
    Some(Check { code, meaning: meanings.get(usize::from(code)).map(|meaning| (*meaning).into()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn avs(text: &str) -> Option<(u16, Option<String>)> {
        check(text, &AVS).map(|check| (check.code, check.meaning.map(Into::into)))
    }

    #[test]
    fn the_leading_integer_decides_and_the_text_does_not() {
        for text in ["7", "7 Both postal code and address match", "7 anything.", "7\u{a0}x"] {
            assert_eq!(avs(text), Some((7, Some("postal_code_and_address_match".to_owned()))), "{text}");
        }
        let cvc = check("1 Matches", &CVC).expect("a code");
        assert_eq!((cvc.code, cvc.meaning.as_deref()), (1, Some("matches")));
    }

    #[test]
    fn a_code_newer_than_the_table_keeps_its_number() {
        assert_eq!(avs("27 Something new"), Some((27, None)));
    }

    #[test]
    fn what_has_no_leading_integer_is_no_result() {
        for text in ["", "null", "Z", "-1", " 7", "99999"] {
            assert_eq!(avs(text), None, "{text:?}");
        }
    }
}
