//! v3: the refund in an envelope with an id of its own, one for all who hear of it.

use payhook_domain::time::Timestamp;
use serde_json::json;

use super::tell::tell;
use crate::banked::date;
use crate::banked::refund::{Refund, RefundState};
use crate::book::{Act, BookError};

/// Tells where the refund stands.
pub(crate) fn of_refund(act: &Act<'_>, refund: &Refund) -> Result<(), BookError> {
    let status = match refund.state {
        RefundState::AwaitingPayment => "pending",
        RefundState::Sent => "sent",
        RefundState::Failed => "failed",
    };
    let event = format!("refund_{status}");
    let body = json!({
        "id": act.chance()?.uuid(), "type": event, "version": "v3", "data_version": 1,
        "data": {
            "amount": refund.amount,
            "created_at": date::v3(Timestamp::from_micros(refund.created)),
            "currency": refund.currency,
            "debtor_account": { "account_type": null, "bank_account_id": null },
            "expiration": null,
            "id": refund.id,
            "mandate": { "id": null },
            "metadata": {},
            "original_payin_information": { "amount": refund.paid, "id": refund.payment_session_id },
            "payment_identification": { "end_to_end_identification": refund.end_to_end_id },
            "remittance_information": refund.reference,
            "status_details": { "status": status },
        },
    });
    tell(act, &event, &refund.reference, body.to_string())
}
