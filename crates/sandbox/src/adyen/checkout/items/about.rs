//! What every item about a payment says.

use crate::adyen::checkout::payment::Payment;
use crate::adyen::notice::{Amount, Item};

/// An item about a payment.
pub(in crate::adyen::checkout) fn about(
    payment: &Payment,
    code: &str,
    success: bool,
    psp_reference: &str,
    amount: Amount,
) -> Item {
    let mut item = Item::new(code, success, psp_reference, amount);
    payment.merchant_account.clone_into(&mut item.merchant_account);
    payment.reference.clone_into(&mut item.merchant_reference);
    item.payment_method = Some(payment.method.clone());
    item = item.with_if("includeSubvariant", "paymentMethodVariant", &payment.method);
    let origin = &payment.origin;
    let known = [
        ("checkoutSessionId", &origin.session),
        ("paymentLinkId", &origin.link),
        ("merchantOrderReference", &origin.merchant_order_reference),
    ];
    for (name, value) in known {
        if let Some(value) = value {
            item = item.with(name, value);
        }
    }
    item
}
