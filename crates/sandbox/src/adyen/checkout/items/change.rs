//! What became of a modification.

use super::about;
use crate::adyen::checkout::payment::{Action, Change, ChangeKind, Moved, No, Payment};
use crate::adyen::notice::Item;

/// It was decided: done, or not for a reason.
pub(in crate::adyen::checkout) fn decided(payment: &Payment, change: &Change, decision: Result<Moved, No>) -> Item {
    let moved = decision.ok().map(|moved| payment.in_currency(moved.value));
    let amount = moved.or_else(|| change.amount.clone()).unwrap_or_else(|| payment.amount.clone());
    let mut item = modified(payment, change, change.kind.code(), decision.is_ok(), amount);
    item.reason = decision.err().map(str::to_owned);
    item.only_when_named = change.automatic;
    if change.kind != ChangeKind::Reversal {
        return item;
    }
    let item = item.with_if(
        "includeOriginalMerchantReferenceCancelOrRefundNotification",
        "originalMerchantReference",
        &payment.reference,
    );
    match decision.ok().and_then(|moved| moved.action) {
        Some(Action::Cancel) => item.with("modification.action", "cancel"),
        Some(Action::Refund) => item.with("modification.action", "refund"),
        None => item,
    }
}

/// A bank undid it: the item has the modification's own reference again.
pub(in crate::adyen::checkout) fn undone(
    payment: &Payment,
    change: &Change,
    code: &str,
    moved: i64,
    reason: &str,
) -> Item {
    let mut item = modified(payment, change, code, true, payment.in_currency(moved));
    item.reason = Some(reason.to_owned());
    item
}

fn modified(
    payment: &Payment,
    change: &Change,
    code: &str,
    success: bool,
    amount: crate::adyen::notice::Amount,
) -> Item {
    let mut item = about(payment, code, success, &change.psp_reference, amount);
    item.original_reference = Some(payment.psp_reference.clone());
    // A technical cancel is by the payment's reference, and says that one.
    if let Some(reference) = change.reference.as_ref().filter(|_| change.kind != ChangeKind::TechnicalCancel) {
        reference.clone_into(&mut item.merchant_reference);
    }
    item
}
