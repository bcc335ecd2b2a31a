//! What the form of a webhook offers: event codes and additional settings.

use minijinja::{Value, context};
use payhook_provider::by_name;

use crate::adyen::notice::{ONLY_WHEN_NAMED, TOKEN_WEBHOOK};
use crate::adyen::webhook::Webhook;

/// An additional setting: its name in the Management API, its name for people, and what it lets out.
type Setting = (&'static str, &'static str, &'static str);

/// Those that change what the sandbox sends, in the words of a merchant; all others can be set over the API.
pub(super) const SETTINGS: [Setting; 14] = [
    ("addAcquirerResult", "Acquirer result", "avsResult and cvcResult in Adyen's own numbering, authCode"),
    ("addRawAcquirerResult", "Raw acquirer result", "avsResultRaw, cvcResultRaw, refusalReasonRaw, acquirerCode"),
    ("addCaptureReferenceToDisputeNotification", "Capture reference in disputes", "capturePspReference"),
    ("includeOriginalReferenceForChargebackReversed", "Original reference, dispute reversed", "originalReference"),
    ("includeGrossCurrencyChargebackDetails", "Gross amount of disputes", "grossCurrency, grossValue"),
    ("includePaymentResultInOrderClosedNotification", "Results in ORDER_CLOSED", "order-N-success of each payment"),
    ("includeCardBin", "Card BIN", "cardBin"),
    ("includeCardHolderName", "Cardholder name", "cardHolderName"),
    ("includeIssuerCountry", "Issuer country", "cardIssuingCountry"),
    ("includeFundingSource", "Funding source", "fundingSource"),
    ("includeShopperDetail", "Shopper details", "shopperEmail, shopperReference"),
    ("includeSubvariant", "Payment method variant", "paymentMethodVariant"),
    ("includeThreeDSecureResult", "3-D Secure result", "threeDAuthenticated, threeDOffered"),
    ("includeThreeDSVersion", "3-D Secure version", "threeDSVersion"),
];

/// The words of the Management API for what is spoken over TLS; the first is the usual one.
pub(super) const ENCRYPTIONS: [&str; 3] = ["TLSv1.2", "TLSv1.3", "HTTP"];

/// Certificates that a webhook can be told to accept, by the names of the Management API.
pub(super) fn certificates(webhook: &mut Webhook) -> [(&'static str, &'static str, &mut bool); 3] {
    [
        ("acceptsExpiredCertificate", "Accept an expired certificate", &mut webhook.accepts_expired_certificate),
        (
            "acceptsSelfSignedCertificate",
            "Accept a self-signed certificate",
            &mut webhook.accepts_self_signed_certificate,
        ),
        (
            "acceptsUntrustedRootCertificate",
            "Accept an untrusted root certificate",
            &mut webhook.accepts_untrusted_root_certificate,
        ),
    ]
}

/// What a webhook can hear of, and for people. The second is made in the customer area alone.
pub(super) const KINDS: [(&str, &str); 2] =
    [("standard", "payments: the standard webhook"), (TOKEN_WEBHOOK, "the life of stored cards: recurring tokens")];

/// The codes of the standard type; those of the other families are no words in capitals.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    let all = by_name("adyen").map(|provider| provider.codes()).unwrap_or_default();
    all.iter().map(|row| row.code).filter(|code| code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
}

/// The settings, and whether each is on.
pub(super) fn settings(webhook: &Webhook) -> Vec<Value> {
    let offered = SETTINGS.into_iter();
    offered.map(|(name, label, lets)| context! { name, label, lets, on => webhook.sets(name) }).collect()
}

/// The codes, whether each is chosen, and whether it has to be to be sent.
pub(super) fn offered(webhook: &Webhook) -> Vec<Value> {
    let chosen = |code: &str| webhook.include_event_codes.iter().any(|named| named == code);
    codes()
        .map(|name| context! { name, on => chosen(name), only_when_named => ONLY_WHEN_NAMED.contains(&name) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adyen::PROPERTIES;

    #[test]
    fn every_setting_that_is_offered_is_one_of_adyens() {
        for (name, ..) in SETTINGS {
            assert!(PROPERTIES.contains(&name), "{name}");
        }
    }
}
