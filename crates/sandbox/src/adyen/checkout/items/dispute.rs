//! A dispute's stages, and reports of fraud.

use payhook_domain::time::Timestamp;

use super::about;
use crate::adyen::checkout::payment::{ChangeKind, Dispute, Payment};
use crate::adyen::notice::{Item, date};

/// Codes whose item names the payment only where a webhook asks for it.
const ORIGINAL_ON_REQUEST: [&str; 2] = ["CHARGEBACK_REVERSED", "SECOND_CHARGEBACK"];
const ORIGINAL_SETTING: &str = "includeOriginalReferenceForChargebackReversed";
/// *Other fraud, card absent environment*, as Visa numbers it, and as Mastercard does.
const REASON: &str = "Other Fraud-Card Absent Environment";
const REASON_VISA: &str = "10.4";
const REASON_OTHERS: &str = "4837";

/// A stage of a dispute, and how it stands.
pub(in crate::adyen::checkout) fn disputed(payment: &Payment, dispute: &Dispute, code: &str, status: &str) -> Item {
    let mut item = about(payment, code, true, &dispute.psp_reference, payment.in_currency(dispute.amount));
    item.original_reference = Some(payment.psp_reference.clone());
    item.original_setting = ORIGINAL_ON_REQUEST.contains(&code).then(|| ORIGINAL_SETTING.to_owned());
    item.reason = Some(REASON.to_owned());
    item = item.with("disputeStatus", status).with("modificationMerchantReferences", modifications(payment));
    if code == "REQUEST_FOR_INFORMATION" {
        return item.with("rfiReasonCode", reason_code(payment)).with("rfiSchemeCode", &payment.method);
    }
    item = item.with("chargebackReasonCode", reason_code(payment)).with("chargebackSchemeCode", &payment.method);
    if let Some(ends) = dispute.defence_ends {
        let defendable = !dispute.defended && !matches!(status, "Lost" | "Won");
        item = item
            .with("defendable", defendable.to_string())
            .with("defensePeriodEndsAt", date(Timestamp::from_micros(ends)));
    }
    with_capture(with_gross(item, payment, dispute), payment)
}

fn with_gross(item: Item, payment: &Payment, dispute: &Dispute) -> Item {
    let setting = "includeGrossCurrencyChargebackDetails";
    item.with_if(setting, "grossCurrency", &payment.amount.currency).with_if(
        setting,
        "grossValue",
        dispute.amount.to_string(),
    )
}

fn with_capture(item: Item, payment: &Payment) -> Item {
    let setting = "addCaptureReferenceToDisputeNotification";
    let Some(capture) = payment.changes.iter().find(|change| change.kind == ChangeKind::Capture) else { return item };
    let reference = capture.reference.as_deref().unwrap_or(&payment.reference);
    item.with_if(setting, "capturePspReference", &capture.psp_reference).with_if(
        setting,
        "captureMerchantReference",
        reference,
    )
}

/// NOTIFICATION_OF_FRAUD: the issuer says that its card holder did not pay.
pub(in crate::adyen::checkout) fn fraud(payment: &Payment, psp_reference: &str) -> Item {
    let amount = payment.in_currency(payment.money.authorised);
    let mut item = about(payment, "NOTIFICATION_OF_FRAUD", true, psp_reference, amount);
    item.original_reference = Some(payment.psp_reference.clone());
    item.reason = Some("Fraudulent Use of Account Number".to_owned());
    item.with("modificationMerchantReferences", modifications(payment))
        .with("nofReasonCode", "6")
        .with("nofSchemeCode", &payment.method)
}

fn reason_code(payment: &Payment) -> &'static str {
    if payment.method == "visa" { REASON_VISA } else { REASON_OTHERS }
}

/// The merchant's references of what was done with the payment, one after the other.
fn modifications(payment: &Payment) -> String {
    let references = payment.changes.iter().filter_map(|change| change.reference.as_deref());
    references.collect::<Vec<_>>().join(",")
}
