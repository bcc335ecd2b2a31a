//! The shapes of the signed fields.
//!
//! Nothing in the signed string is escaped, so a signature over `…:ref:1000:EUR:…` also fits fields that cut the same
//! string at other colons. With the shapes below there is one way to cut it only: the last four fields hold no colon,
//! nor do the first three, and what is left between them is the merchant's reference, colons and all. Of the first
//! three, `pspReference` may hold one in a report only, where it is a file name.

use super::item::Signed;

/// The first signed field with a shape Adyen never sends.
pub(super) fn violation(signed: &Signed<'_>) -> Option<&'static str> {
    let fine = [
        ("success", matches!(signed.success.as_ref(), "true" | "false")),
        ("eventCode", is_code(&signed.event_code)),
        ("amount", is_amount(&signed.value, &signed.currency)),
        ("pspReference", !signed.psp_reference.contains(':') || signed.event_code == super::codes::REPORT_AVAILABLE),
        ("originalReference", !signed.original_reference.contains(':')),
        ("merchantAccountCode", !signed.merchant_account.contains(':')),
    ];
    fine.iter().find(|(_, fine)| !fine).map(|(field, _)| *field)
}

/// `[A-Z0-9_]+`: unknown codes are welcome, oddly written ones are not.
fn is_code(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A whole number that fits 64 bits and three capital letters, or both absent.
fn is_amount(value: &str, currency: &str) -> bool {
    if value.is_empty() && currency.is_empty() {
        return true;
    }
    let digits = value.strip_prefix('-').unwrap_or(value);
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit()) && value.parse::<i64>().is_ok();
    whole && payhook_domain::money::Currency::parse(currency).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `psp:original:account:reference:value:currency:code:success`, with `|` between fields for colons inside them.
    fn judged(fields: &'static str) -> Option<&'static str> {
        let mut parts = fields.split('|').map(Into::into);
        let mut next = || parts.next().expect("eight fields");
        violation(&Signed {
            psp_reference: next(),
            original_reference: next(),
            merchant_account: next(),
            merchant_reference: next(),
            value: next(),
            currency: next(),
            event_code: next(),
            success: next(),
        })
    }

    #[test]
    fn what_adyen_sends_has_the_shape() {
        for fields in [
            "P1||Shop|order:1|1000|EUR|AUTHORISATION|true",
            "P1|P0|Shop||0|EUR|CAPTURE|false",
            "P1||Shop|r|-5|EUR|SOME_NEW_CODE_3DS2|true",
            "report:2026.csv||Shop||||REPORT_AVAILABLE|true",
        ] {
            assert_eq!(judged(fields), None, "{fields}");
        }
    }

    #[test]
    fn what_was_cut_at_another_colon_does_not() {
        for (fields, field) in [
            ("P1||Shop|order|1|1000|EUR|AUTHORISATION:true", "success"),
            ("P1||Shop|r|1000|EUR|AUTH:X|true", "eventCode"),
            ("P1||Shop|r|1:1000|EUR|AUTHORISATION|true", "amount"),
            ("P1||Shop|r|1e3|EUR|AUTHORISATION|true", "amount"),
            ("P1||Shop|r|+1|EUR|AUTHORISATION|true", "amount"),
            ("P1||Shop|r|-|EUR|AUTHORISATION|true", "amount"),
            ("P1||Shop|r|99999999999999999999|EUR|AUTHORISATION|true", "amount"),
            ("P1||Shop|r|1000||AUTHORISATION|true", "amount"),
            ("P1||Shop|r||EUR|AUTHORISATION|true", "amount"),
            ("P1|:Shop|x|r|1000|EUR|AUTHORISATION|true", "originalReference"),
            ("P1||Shop:order|1|1000|EUR|AUTHORISATION|true", "merchantAccountCode"),
            ("P1::Shop||order|1|1000|EUR|AUTHORISATION|true", "pspReference"),
            ("P1||Shop|r|1000|EUR||true", "eventCode"),
            ("P1||Shop|r|1000|EUR|AUTHORISATION|True", "success"),
        ] {
            assert_eq!(judged(fields), Some(field), "{fields}");
        }
    }
}
