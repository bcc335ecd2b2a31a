//! Adyen's families signed by the header `HmacSignature`: published signatures restated, and what must not pass.

use payhook_domain::event::Original;
use payhook_domain::identity::Environment;
use payhook_domain::kind::Kind;
use payhook_domain::verdict::Unverified::*;
use payhook_provider::{Parsed, Unsigned};

use crate::requests::{self, Posted, envelope, event, events, items, key, provider, refusal};

const TOKEN_KEY: &str = "6D5BADA576A73109D879220DCB793FFD67DEF7AA18C74CCC0AB66FD87AC8AEEA";
const TOKEN_SIGNATURE: &str = "hLz2zuhuylC8q36sCWWH7PpvbVpyaWDpoBqoEeTjj7w=";
const TOKEN_CREATED: &str = r#"{
  "createdAt": "2026-07-14T18:10:49+01:00",
  "environment": "test",
  "type": "recurring.token.created",
  "data": {
    "merchantAccount": "YOUR_MERCHANT_ACCOUNT",
    "storedPaymentMethodId": "M5N7TQ4TG5PFWR50",
    "type": "visa",
    "operation": "created",
    "shopperReference": "YOUR_SHOPPER_REFERENCE"
  },
  "eventId": "QBQQ9DLNRHHKGK38"
}"#;

/// Signed in an official library's test, and not JSON: a quote is missing.
const NOT_JSON: &str = r#"{
    "type": "merchant.created",
    "environment": "test",
    "createdAt": "01-01-2024",
    "data": {
        "capabilities": {
            "sendToTransferInstrument": {
                "requested": true,
                "requestedLevel": "notApplicable"
            }
        },
        "companyId": "YOUR_COMPANY_ID",
        "merchantId": YOUR_MERCHANT_ACCOUNT",
        "status": "PreActive"
    }
}"#;

fn token(body: &str, signature: &str) -> Posted {
    Posted::json(body).with("hmacsignature", signature).with("protocol", "HmacSHA256")
}

/// `body`, signed by header or by item as its shape asks.
fn signed(body: &str) -> Posted {
    let unsigned = Unsigned { target: "/".into(), headers: Posted::json("").headers, body: body.to_owned().into() };
    let signed = requests::signed("adyen", unsigned, &key("adyen", TOKEN_KEY));
    Posted::new(signed.headers, signed.body)
}

#[test]
fn a_published_token_event_is_accepted_and_read() {
    let event = event("adyen", &token(TOKEN_CREATED, TOKEN_SIGNATURE), &[key("adyen", TOKEN_KEY)]);
    assert_eq!((event.kind, event.code.as_str()), (Kind::TokenCreated, "recurring.token.created"));
    assert_eq!(event.account.as_deref(), Some("YOUR_MERCHANT_ACCOUNT"));
    assert_eq!(event.provider_reference.as_deref(), Some("M5N7TQ4TG5PFWR50"));
    assert_eq!((event.live, event.success, event.payment), (Some(false), None, None));
    assert_eq!(event.occurred_at.expect("a date").text, "2026-07-14T18:10:49+01:00");
    assert_eq!(event.original, Original::Slice(0..TOKEN_CREATED.len()));
}

#[test]
fn any_byte_of_the_body_counts() {
    let keys = [key("adyen", TOKEN_KEY)];
    for changed in [
        TOKEN_CREATED.replace("visa", "amex"),
        TOKEN_CREATED.replace('\n', "\r\n"),
        format!("{TOKEN_CREATED}\n"),
        format!("\u{feff}{TOKEN_CREATED}"),
    ] {
        assert_eq!(refusal("adyen", &token(&changed, TOKEN_SIGNATURE), &keys), Some(SignatureMismatch));
    }
}

#[test]
fn what_is_no_signature_says_what_is_wrong_with_it() {
    let keys = [key("adyen", TOKEN_KEY)];
    for (signature, reason) in [
        ("", SignatureMissing),
        ("MismatchingHmacKey=", SignatureMalformed),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", SignatureMalformed),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", SignatureMismatch),
        ("hLz2zuhuylC8q36sCWWH7PpvbVpyaWDpoBqoEeTjj7", SignatureMalformed),
        ("\u{e9}", SignatureMissing),
    ] {
        assert_eq!(refusal("adyen", &token(TOKEN_CREATED, signature), &keys), Some(reason), "{signature:?}");
    }
    let twice = token(TOKEN_CREATED, TOKEN_SIGNATURE).with("hmacsignature", TOKEN_SIGNATURE);
    assert_eq!(refusal("adyen", &twice, &keys), Some(SignatureMissing), "two headers are as good as none");
}

#[test]
fn an_authentic_body_that_is_no_json_is_kept_and_not_understood() {
    let hex = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00";
    let request = token(NOT_JSON, "yitBTPnDGtbAMG9rTxUa1e6lFGpa4PnrD6rErOmEhJ8=");
    let verified = items("adyen", &request, &[key("adyen", hex)]).remove(0).expect("authentic");
    let Parsed::NotUnderstood { event, .. } = provider("adyen").parse(&verified, Environment::Test) else {
        panic!("nothing can be read from it")
    };
    assert_eq!(event.kind, Kind::Other);
    let Original::Rendered(json) = event.original else { panic!("what carries it stays JSON") };
    assert_eq!(serde_json::from_str::<String>(&json).expect("a JSON string"), NOT_JSON);
}

/// One key signs items and bodies: the string an item was signed over, posted as a body under the item's signature.
#[test]
fn the_signed_string_of_an_item_does_not_pass_as_a_body() {
    let hex = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
    let signing_string = "7914073381342284::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true";
    let request = token(signing_string, "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=");
    assert_eq!(refusal("adyen", &request, &[key("adyen", hex)]), Some(FieldShape));
    for body in ["", "payload", "[]", "\"{}\"", "\u{feff}{}"] {
        assert_eq!(refusal("adyen", &signed(body), &[key("adyen", TOKEN_KEY)]), Some(FieldShape), "{body:?}");
    }
    assert_eq!(refusal("adyen", &signed(" \r\n\t{"), &[key("adyen", TOKEN_KEY)]), None, "an object cut short is kept");
}

#[test]
fn token_lifecycle_has_kinds_and_everything_else_is_other() {
    let keys = [key("adyen", TOKEN_KEY)];
    for (body, kind, code) in [
        (r#"{"type":"recurring.token.updated","data":{}}"#, Kind::TokenUpdated, "recurring.token.updated"),
        (r#"{"type":"recurring.token.alreadyExisting"}"#, Kind::TokenUpdated, "recurring.token.alreadyExisting"),
        (r#"{"type":"recurring.token.disabled","data":7}"#, Kind::TokenDisabled, "recurring.token.disabled"),
        (r#"{"type":"balancePlatform.transfer.updated","data":[]}"#, Kind::Other, "balancePlatform.transfer.updated"),
        (r#"{"type":"ach.notificationOfChange","data":{"pspReference":"P"}}"#, Kind::Other, "ach.notificationOfChange"),
        (r#"{"type":"eft.notificationOfChange","version":"1"}"#, Kind::Other, "eft.notificationOfChange"),
        (r#"{"eventType":"ACCOUNT_HOLDER_CREATED","live":true,"content":{}}"#, Kind::Other, "ACCOUNT_HOLDER_CREATED"),
        (r#"{"type":"something.nobody.knows"}"#, Kind::Other, "something.nobody.knows"),
    ] {
        let event = event("adyen", &signed(body), &keys);
        assert_eq!((event.kind, event.code.as_str()), (kind, code));
    }
}

/// `provider_reference`, `reference`, `account` and amount.
fn taken(body: &str) -> [String; 4] {
    let event = event("adyen", &signed(body), &[key("adyen", TOKEN_KEY)]);
    let amount = event.amount.map(|amount| amount.to_string());
    [event.provider_reference, event.reference, event.account, amount].map(Option::unwrap_or_default)
}

#[test]
fn each_family_is_read_where_it_puts_its_references_and_amounts() {
    for (body, expected) in [
        (
            r#"{"type":"balancePlatform.transfer.updated","data":{"id":"T1","reference":"r","amount":{"value":5,"currency":"EUR"}}}"#,
            ["T1", "r", "", "0.05 EUR"],
        ),
        (
            r#"{"type":"balancePlatform.accountHolder.updated","data":{"accountHolder":{"id":"AH1","reference":"seller"}}}"#,
            ["AH1", "seller", "", ""],
        ),
        (
            r#"{"type":"balancePlatform.dispute.created","data":{"id":"D1","disputedAmount":{"value":5,"currency":"JPY"}}}"#,
            ["D1", "", "", "5 JPY"],
        ),
        (
            r#"{"type":"balancePlatform.authorisation.relayed","id":"A1","reference":"r","amount":{"value":5,"currency":"EUR"}}"#,
            ["A1", "r", "", "0.05 EUR"],
        ),
        (r#"{"type":"balancePlatform.report.created","data":{"fileName":"f.csv"}}"#, ["f.csv", "", "", ""]),
        (r#"{"type":"balancePlatform.cardorder.created","data":{"cardOrderItemId":"C1"}}"#, ["C1", "", "", ""]),
        (r#"{"type":"merchant.updated","data":{"merchantId":"Shop"}}"#, ["Shop", "", "Shop", ""]),
        (r#"{"type":"paymentMethod.created","data":{"id":"PM1","merchantId":"Shop"}}"#, ["PM1", "", "Shop", ""]),
        (
            r#"{"eventType":"DIRECT_DEBIT_INITIATED","pspReference":"P1","content":{"merchantAccountCode":"Shop","merchantReference":"r","amount":{"value":5,"currency":"EUR"}}}"#,
            ["P1", "r", "Shop", "0.05 EUR"],
        ),
        (r#"{"type":"balancePlatform.accountHolder.created","data":{"accountHolder":[],"id":7}}"#, ["7", "", "", ""]),
    ] {
        assert_eq!(taken(body), expected, "{body}");
    }
}

#[test]
fn a_platforms_report_is_one_and_its_disputes_and_transfers_are_no_word_on_a_payment() {
    for (code, kind) in [
        ("balancePlatform.report.created", Kind::ReportAvailable),
        ("balancePlatform.dispute.created", Kind::Other),
        ("balancePlatform.transfer.updated", Kind::Other),
    ] {
        let event =
            event("adyen", &signed(&format!(r#"{{"type":"{code}","data":{{"id":"1"}}}}"#)), &[key("adyen", TOKEN_KEY)]);
        assert_eq!((event.kind, event.payment, event.fact), (kind, None, None), "{code}");
    }
}

#[test]
fn a_standard_item_stands_on_its_own_signature_whatever_a_header_says() {
    let keys = [key("adyen", TOKEN_KEY)];
    let item = r#"{"pspReference":"P1","merchantAccountCode":"Shop","eventCode":"CAPTURE","success":"true"}"#;
    let request = signed(&envelope(&[item])).with("hmacsignature", "added-by-a-proxy");
    assert_eq!(event("adyen", &request, &keys).kind, Kind::PaymentCaptured);
}

#[test]
fn a_standard_envelope_authenticated_as_a_whole_is_read_item_by_item() {
    let hex_key = key("adyen", TOKEN_KEY);
    let item = r#"{"pspReference":"P1","merchantAccountCode":"Shop","eventCode":"CAPTURE","success":"true"}"#;
    let body = envelope(&[item, item]);
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &raw(TOKEN_KEY));
    let tag = aws_lc_rs::hmac::sign(&key, body.as_bytes());
    let request = Posted::json(body).with("hmacsignature", &data_encoding::BASE64.encode(tag.as_ref()));
    assert_eq!(events("adyen", &request, &[hex_key]).len(), 2);
}

fn raw(hex: &str) -> Vec<u8> {
    data_encoding::HEXUPPER.decode(hex.as_bytes()).expect("hex")
}
