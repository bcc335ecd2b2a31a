//! Adyen notifications as Adyen would compose them.

use jiff::tz::{Offset, TimeZone};
use payhook_domain::time::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{codes, family};
use crate::sample::Sample;
use crate::sample::reference::{number, psp};

const fn sample(name: &'static str, code: &'static str, success: bool, about: &'static str) -> Sample {
    Sample { name, about, code, success }
}

/// What can be asked for by name.
pub(crate) const SAMPLES: &[Sample] = &[
    sample("authorised", "AUTHORISATION", true, "a card payment was authorised"),
    sample("refused", "AUTHORISATION", false, "a card payment was refused"),
    sample("pending", "PENDING", true, "a payment waits for its outcome"),
    sample("offer-closed", "OFFER_CLOSED", true, "the shopper never paid"),
    sample("expired", "EXPIRE", true, "the rest of an authorisation expired"),
    sample("captured", "CAPTURE", true, "an amount was captured"),
    sample("capture-refused", "CAPTURE", false, "a capture was refused"),
    sample("capture-failed", "CAPTURE_FAILED", true, "an accepted capture failed later"),
    sample("cancelled", "CANCELLATION", true, "an authorisation was cancelled"),
    sample("cancel-failed", "CANCELLATION", false, "a cancel did not work"),
    sample("reversed", "CANCEL_OR_REFUND", true, "a reversal became a cancel"),
    sample("adjusted", "AUTHORISATION_ADJUSTMENT", true, "the authorised amount was changed"),
    sample("adjust-failed", "AUTHORISATION_ADJUSTMENT", false, "a change of the authorised amount did not work"),
    sample("refund-postponed", "POSTPONED_REFUND", true, "a refund waits for the capture"),
    sample("refunded", "REFUND", true, "a refund was sent"),
    sample("refund-refused", "REFUND", false, "a refund was refused"),
    sample("refund-failed", "REFUND_FAILED", true, "a sent refund failed later"),
    sample("refund-reversed", "REFUNDED_REVERSED", true, "a refunded amount came back"),
    sample("fraud", "NOTIFICATION_OF_FRAUD", true, "the issuer reported fraud"),
    sample("info-requested", "REQUEST_FOR_INFORMATION", true, "the issuer asks for information"),
    sample("dispute-opened", "NOTIFICATION_OF_CHARGEBACK", true, "a dispute was opened; no money moved yet"),
    sample(
        "dispute-opened-late",
        "DISPUTE_OPENED_WITH_CHARGEBACK",
        true,
        "a dispute was opened by a chargeback that nobody announced",
    ),
    sample("dispute-defended", "INFORMATION_SUPPLIED", true, "the defence was sent"),
    sample("dispute-won", "ISSUER_RESPONSE_TIMEFRAME_EXPIRED", true, "the issuer let the defence stand"),
    sample("chargeback", "CHARGEBACK", true, "disputed money was taken"),
    sample("chargeback-reversed", "CHARGEBACK_REVERSED", true, "disputed money came back, not yet for good"),
    sample("second-chargeback", "SECOND_CHARGEBACK", true, "disputed money was taken again"),
    sample("order-opened", "ORDER_OPENED", true, "an order paid in parts was opened"),
    sample("order-closed", "ORDER_CLOSED", true, "an order was fully paid"),
    sample("order-failed", "ORDER_CLOSED", false, "an order was not paid in time"),
    sample("payout-sent", "PAYOUT_THIRDPARTY", true, "a payout was sent"),
    sample("payout-failed", "PAYOUT_THIRDPARTY", false, "a payout was refused"),
    sample("report-available", "REPORT_AVAILABLE", true, "a report can be downloaded"),
    sample("token-stored", "RECURRING_CONTRACT", true, "a token was stored (standard webhook)"),
    sample("token-removed", "DISABLE_RECURRING", true, "a token was disabled (standard webhook)"),
    sample("token-created", "recurring.token.created", true, "a token was created (signed by header)"),
    sample("token-updated", "recurring.token.updated", true, "a token changed (signed by header)"),
    sample("token-disabled", "recurring.token.disabled", true, "a token was disabled (signed by header)"),
    sample(
        "transfer",
        "balancePlatform.transfer.updated",
        true,
        "a transfer of a platform moved on (signed by header)",
    ),
    sample("transaction", "balancePlatform.transaction.created", true, "a transfer was booked (signed by header)"),
    sample(
        "account-holder",
        "balancePlatform.accountHolder.updated",
        true,
        "an account holder changed (signed by header)",
    ),
    sample(
        "card-authenticated",
        "balancePlatform.authentication.created",
        true,
        "a card holder was authenticated (signed by header)",
    ),
    sample(
        "card-relayed",
        "balancePlatform.authorisation.relayed",
        true,
        "an authorisation was asked for (signed by header)",
    ),
    sample(
        "card-disputed",
        "balancePlatform.dispute.created",
        true,
        "a card holder raised a dispute (signed by header)",
    ),
    sample(
        "platform-report",
        "balancePlatform.report.created",
        true,
        "a platform's report can be downloaded (signed by header)",
    ),
    sample("merchant-updated", "merchant.updated", true, "a merchant account may do more, or less (signed by header)"),
    sample("payment-method", "paymentMethod.created", true, "a payment method was asked for (signed by header)"),
    sample("bank-details", "ach.notificationOfChange", true, "a shopper's bank details changed (signed by header)"),
    sample("classic-transfer", "TRANSFER_FUNDS", true, "funds were moved on a classic platform (signed by header)"),
];

/// The merchant account every sample names, unless it is set to another.
pub(crate) const ACCOUNT: &str = "TestMerchant";

/// One notification about the payment of this seed.
pub(crate) fn compose(code: &str, success: bool, seed: u64, at: Timestamp) -> Value {
    if codes::is_classic(code) {
        return family::classic(code, seed, &date(at));
    }
    if code.contains('.') {
        return family::header_signed(code, seed, &date(at));
    }
    let mut item = json!({
        "eventCode": code,
        "success": success.to_string(),
        "eventDate": date(at),
        "merchantAccountCode": ACCOUNT,
        "merchantReference": format!("order-{:06}", number(seed, "order", 1_000_000)),
        "pspReference": own_reference(code, seed),
        "amount": { "currency": "EUR", "value": 500 + number(seed, "amount", 20_000) },
        "paymentMethod": "visa",
        "reason": reason(code, success),
        "additionalData": additional(code, success, seed, at),
    });
    if code == "AUTHORISATION" && success {
        item["operations"] = json!(["CANCEL", "CAPTURE", "REFUND"]);
    }
    if refers_to_payment(code) {
        item["originalReference"] = json!(psp(seed, "payment"));
    }
    if code == codes::REPORT_AVAILABLE {
        item["merchantReference"] = json!("");
        item["amount"]["value"] = json!(0);
    }
    json!({ "live": "false", "notificationItems": [{ "NotificationRequestItem": item }] })
}

/// What the names and values of a form are encoded by: all but the unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The form of a standard webhook's first item: fields as parameters, in the order of the names, as Adyen writes them.
pub(crate) fn form(notification: &Value) -> Option<String> {
    let item = notification.pointer("/notificationItems/0/NotificationRequestItem")?.as_object()?;
    let mut pairs = vec![("live".to_owned(), text(&notification["live"]))];
    for (name, value) in item {
        match (name.as_str(), value) {
            ("amount", Value::Object(amount)) => {
                pairs.extend(amount.iter().map(|(name, value)| (name.clone(), text(value))))
            }
            ("additionalData", Value::Object(data)) => {
                pairs.extend(data.iter().map(|(name, value)| (format!("additionalData.{name}"), text(value))));
            }
            (_, Value::Array(list)) => pairs.push((name.clone(), list.iter().map(text).collect::<Vec<_>>().join(","))),
            _ => pairs.push((name.clone(), text(value))),
        }
    }
    pairs.sort();
    let encode = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    Some(pairs.join("&"))
}

/// A standard webhook's items in a SOAP envelope, fields in the order of their names, as Adyen writes them; nothing when it
/// has none.
pub(crate) fn soap(notification: &Value) -> Option<String> {
    let items = notification.get("notificationItems")?.as_array()?;
    let items: Option<String> = items.iter().map(|item| soap_item(item.get("NotificationRequestItem")?)).collect();
    let live = element("live", &escape(text(&notification["live"])));
    let notification = element("notification", &[live, element("notificationItems", &items?)].concat());
    let body = element("soap:Body", &element("sendNotification", &notification));
    let opened =
        body.replacen("<sendNotification>", "<sendNotification xmlns=\"http://notification.services.adyen.com\">", 1);
    let envelope = "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">";
    Some(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{envelope}{opened}</soap:Envelope>"))
}

fn soap_item(item: &Value) -> Option<String> {
    let mut fields: Vec<_> = item.as_object()?.iter().collect();
    fields.sort_by_key(|(name, _)| *name);
    let entry = |(key, value): (&String, &Value)| {
        element("entry", &[element("key", &escape(key.clone())), element("value", &escape(text(value)))].concat())
    };
    let field = |(name, value): (&String, &Value)| match (name.as_str(), value) {
        ("additionalData", Value::Object(data)) => element(name, &data.iter().map(entry).collect::<String>()),
        (_, Value::Object(members)) => {
            let members = members.iter().map(|(name, value)| element(name, &escape(text(value))));
            element(name, &members.collect::<String>())
        }
        (_, Value::Array(list)) => {
            element(name, &list.iter().map(|value| element("string", &escape(text(value)))).collect::<String>())
        }
        _ => element(name, &escape(text(value))),
    };
    Some(element("NotificationRequestItem", &fields.into_iter().map(field).collect::<String>()))
}

fn element(name: &str, content: &str) -> String {
    format!("<{name}>{content}</{name}>")
}

/// As XML has it; a carriage return by its number, since readers make a line feed of one that stands there.
fn escape(text: String) -> String {
    quick_xml::escape::partial_escape(text).replace('\r', "&#13;")
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
}

/// The event's own reference. A failure that comes later carries the reference of what failed, and an order has one from
/// its opening to its end.
fn own_reference(code: &str, seed: u64) -> String {
    match code {
        codes::REPORT_AVAILABLE => format!("settlement_detail_report_batch_{}.csv", number(seed, "batch", 1_000)),
        "CAPTURE_FAILED" => psp(seed, "CAPTURE"),
        "REFUND_FAILED" | "REFUNDED_REVERSED" => psp(seed, "REFUND"),
        "ORDER_OPENED" | "ORDER_CLOSED" => psp(seed, "order"),
        _ if codes::opens_payment(code) => psp(seed, "payment"),
        _ if is_dispute(code) => psp(seed, "dispute"),
        _ => psp(seed, code),
    }
}

fn refers_to_payment(code: &str) -> bool {
    let alone = [codes::REPORT_AVAILABLE, "ORDER_OPENED", "ORDER_CLOSED", "PAYOUT_THIRDPARTY", "NOTIFICATIONTEST"];
    !codes::opens_payment(code) && !alone.contains(&code)
}

fn is_dispute(code: &str) -> bool {
    codes::ALL.iter().any(|row| row.code == code && row.kind.as_str().starts_with("dispute."))
}

fn reason(code: &str, success: bool) -> &'static str {
    match (code, success) {
        ("AUTHORISATION", true) => "052095:1111:03/2030",
        ("AUTHORISATION", false) => "Refused",
        ("CAPTURE", false) => "Insufficient balance on payment",
        ("REFUND", false) => "Transaction hasn't been captured, refund not possible",
        (codes::REPORT_AVAILABLE, _) => {
            "https://ca-test.adyen.com/reports/download/MerchantAccount/TestMerchant/report.csv"
        }
        (code, _) if is_dispute(code) => "Other Fraud-Card Absent Environment",
        _ => "",
    }
}

fn additional(code: &str, success: bool, seed: u64, at: Timestamp) -> Value {
    let card = json!({
        "cardSummary": "1111",
        "expiryDate": "03/2030",
        "paymentMethod": "visa",
        "avsResult": "7 Both postal code and address match",
        "cvcResult": "1 Matches",
    });
    match code {
        "AUTHORISATION" => {
            let mut data = card;
            data["refusalReasonRaw"] = json!(if success { "AUTHORISED" } else { "05 : Do not honor" });
            if success {
                data["authCode"] = json!("052095");
                data["acquirerReference"] = json!(psp(seed, "acquirer")[..11]);
            }
            data
        }
        "CANCEL_OR_REFUND" => json!({ "modification.action": "cancel" }),
        "ORDER_OPENED" | "ORDER_CLOSED" => {
            json!({ "order-1-pspReference": psp(seed, "payment"), "order-1-paymentMethod": "visa" })
        }
        _ if is_dispute(code) => json!({
            "chargebackReasonCode": "10.4",
            "chargebackSchemeCode": "visa",
            "defendable": "true",
            "defensePeriodEndsAt": date(at.plus(std::time::Duration::from_secs(18 * 86_400))),
            "disputeStatus": if code == "SECOND_CHARGEBACK" { "Lost" } else { "Undefended" },
        }),
        _ => json!({}),
    }
}

/// A date as Adyen writes it: whole seconds, in Central European (winter) time.
fn date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_second(at.as_seconds()).unwrap_or_default();
    at.to_zoned(TimeZone::fixed(Offset::constant(1))).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_has_one_reference_from_its_opening_to_its_end() {
        let reference = |code| own_reference(code, 7);
        assert_eq!(reference("ORDER_OPENED"), reference("ORDER_CLOSED"));
        assert_ne!(reference("ORDER_OPENED"), own_reference("ORDER_OPENED", 8), "another seed's is another");
        assert_ne!(reference("ORDER_OPENED"), reference("AUTHORISATION"), "it is not its payment's");
    }
}
