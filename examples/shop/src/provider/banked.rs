//! What Banked's API is asked.

use serde_json::{Value, json};
use url::Url;

use super::Asked;
use crate::book::{Line, Order, Payment};
use crate::intentions::Kind;

/// Who is paid: the test payee of Banked's documentation. A shop that sells for real writes its own account here.
fn payee() -> Value {
    json!({ "name": "Updraft Kites", "account_number": "12345678", "sort_code": "010203" })
}

/// A payment session; the buyer picks a bank on Banked's page.
pub(super) fn session(order: &Order, lines: &[Line], return_url: &Url) -> Asked {
    let item = |line: &Line| {
        json!({
            "name": line.name, "description": "", "quantity": line.quantity,
            "amount": line.price, "currency": order.currency,
        })
    };
    let body = json!({
        "reference": order.reference,
        "success_url": return_url,
        "error_url": return_url,
        "line_items": lines.iter().map(item).collect::<Vec<_>>(),
        "payee": payee(),
        "email_receipt": false,
    });
    Asked { path: "/payment_sessions".to_owned(), body: body.to_string() }
}

/// A refund. A payment by bank is neither captured nor cancelled.
pub(super) fn modification(kind: Kind, order: &Order, payment: &Payment, amount: i64, page: &Url) -> Option<Asked> {
    if kind != Kind::Refund {
        return None;
    }
    let body = json!({
        "payment_session_id": payment.provider_reference.as_deref()?,
        "amount": amount,
        "reference": order.reference,
        "success_url": page,
        "error_url": page,
    });
    Some(Asked { path: "/refunds".to_owned(), body: body.to_string() })
}
