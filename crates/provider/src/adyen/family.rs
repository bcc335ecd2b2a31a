//! Notifications of the families signed by a header, as Adyen would compose them.

use serde_json::{Value, json};

use super::sample::ACCOUNT;
use crate::sample::reference::{number, psp};

const PLATFORM: &str = "TestPlatform";

/// One of the families that have a `type`.
pub(super) fn header_signed(code: &str, seed: u64, date: &str) -> Value {
    let mut body = json!({ "type": code, "environment": "test" });
    if code == "balancePlatform.authorisation.relayed" {
        let relayed = json!({ "id": psp(seed, code), "balancePlatform": PLATFORM, "reference": reference(seed),
            "amount": amount(seed), "paymentInstrument": { "id": "PI00000000000000000000001" } });
        return merged(body, relayed);
    }
    let about_platform = code.starts_with("balancePlatform.");
    body[if about_platform { "timestamp" } else { "createdAt" }] = json!(date);
    if code.starts_with("recurring.token.") || code.ends_with(".notificationOfChange") {
        body["eventId"] = json!(psp(seed, "payment"));
    }
    body["data"] = if about_platform { platform(code, seed, date) } else { data(code, seed) };
    body
}

fn data(code: &str, seed: u64) -> Value {
    let shopper = format!("shopper-{}", number(seed, "shopper", 10_000));
    if code.starts_with("recurring.token.") {
        return json!({ "merchantAccount": ACCOUNT, "storedPaymentMethodId": psp(seed, "token"), "type": "visa",
            "shopperReference": shopper });
    }
    if code.ends_with(".notificationOfChange") {
        return json!({ "pspReference": psp(seed, "payment"), "shopperReference": shopper,
            "notificationOfChange": { "reasonCode": "C01", "newBankAccountNumber": "987654321" } });
    }
    match code.split('.').next() {
        Some("merchant") => json!({ "merchantId": ACCOUNT, "companyId": "TestCompany", "status": "Active",
            "capabilities": { "sendToTransferInstrument": { "allowed": true, "requested": true } } }),
        _ => json!({ "id": psp(seed, code), "merchantId": ACCOUNT, "type": "visa", "status": "success" }),
    }
}

fn platform(code: &str, seed: u64, date: &str) -> Value {
    let place = json!({ "balancePlatform": PLATFORM, "creationDate": date });
    let resource = code.split('.').nth(1).unwrap_or_default();
    merged(
        place,
        match resource {
            "transfer" | "transaction" | "payment" | "incomingTransfer" | "outgoingTransfer" => {
                json!({ "id": psp(seed, resource), "amount": amount(seed), "reference": reference(seed),
                    "accountHolder": { "id": "AH00000000000000000000001", "reference": "seller-1" }, "status": "booked" })
            }
            "dispute" => json!({ "id": psp(seed, code), "disputedAmount": amount(seed), "status": "submitted" }),
            "accountHolder" | "balanceAccount" | "paymentInstrument" | "mandate" => {
                json!({ resource: { "id": psp(seed, resource), "reference": "seller-1", "status": "active" } })
            }
            "report" => {
                json!({ "fileName": format!("balanceplatform_payout_report_{}.csv", number(seed, "batch", 1_000)),
                "reportType": "balanceplatform_payout_report",
                "downloadUrl": "https://balanceplatform-test.adyen.com/balanceplatform/reports/report.csv" })
            }
            _ => json!({ "id": psp(seed, code), "status": "active" }),
        },
    )
}

/// One of classic platforms, which have an `eventType`.
pub(super) fn classic(code: &str, seed: u64, date: &str) -> Value {
    json!({ "eventType": code, "eventDate": date, "executingUserKey": "TestPlatform", "live": false,
        "pspReference": psp(seed, code),
        "content": { "accountCode": "100000001", "amount": amount(seed), "merchantReference": reference(seed),
            "status": { "statusCode": "Success" } } })
}

fn amount(seed: u64) -> Value {
    json!({ "currency": "EUR", "value": 500 + number(seed, "amount", 20_000) })
}

fn reference(seed: u64) -> String {
    format!("order-{:06}", number(seed, "order", 1_000_000))
}

fn merged(mut body: Value, more: Value) -> Value {
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    body
}
