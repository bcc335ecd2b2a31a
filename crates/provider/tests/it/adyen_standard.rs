//! Adyen's standard webhooks: published signatures restated, and what must not pass.

use crate::requests::{self, Posted, envelope, event, events, items, key, refusal};
use payhook_domain::event::Original;
use payhook_domain::identity::Digest;
use payhook_domain::kind::Kind;
use payhook_domain::verdict::Unverified::{self, *};
use payhook_provider::Papers;

const DOCS: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const SHARED: &str = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00";
const SLASHES: &str = "74F490DD33F7327BAECC88B2947C011FC02D014A473AAA33A8EC93E4DC069174";

/// Signatures published by Adyen's documentation and libraries: key, item without signature, signature.
const PUBLISHED: &[(&str, &str, &str)] = &[
    (
        DOCS,
        r#""pspReference":"7914073381342284","merchantAccountCode":"TestMerchant","merchantReference":"TestPayment-1407325143704","amount":{"value":1130,"currency":"EUR"},"eventCode":"AUTHORISATION","success":"true""#,
        "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=",
    ),
    (
        DOCS,
        r#""pspReference":"7914073381342284","originalReference":"79188877666242","merchantAccountCode":"TestMerchant","merchantReference":"TestPayment-1407325143704","amount":{"value":1130,"currency":"EUR"},"eventCode":"AUTHORISATION","success":"true""#,
        "9C3600/ujEuztt/Be8+EX74c6ysk7GyiWwsVi2KW+s0=",
    ),
    // zero is signed as 0
    (
        DOCS,
        r#""pspReference":"7914073381342284","originalReference":null,"merchantAccountCode":"TestMerchant","merchantReference":"TestPayment-1407325143704","amount":{"value":0,"currency":"EUR"},"eventCode":"REFUND","success":"true""#,
        "J7HhsgZo5KwqdB7LFZJV6rfQgp+RqC2kuYyw/3x3w+8=",
    ),
    // a space at the beginning is signed
    (
        SHARED,
        r#""pspReference":"7914073381342284","originalReference":"","merchantAccountCode":"TestMerchant","merchantReference":" TestPayment-1407325143704","amount":{"value":1130,"currency":"EUR"},"eventCode":"AUTHORISATION","success":"true""#,
        "kLZtgnXU86m/yjnpBD4aqESFgnoDcy1fGOP1Db/L3+4=",
    ),
    // a colon is not escaped
    (
        "C56F00E99723D90F65254B00746844BED11BCDD0DD42B26EC980DC1301C6CD20",
        r#""pspReference":"TEST_CUSTOM_7914073381342284","merchantAccountCode":"PHPApiLibrary","merchantReference":"auth:123","amount":{"value":113000,"currency":"EUR"},"eventCode":"AUTHORISATION","success":"true""#,
        "ovT21mqdbQToGbWssIhnBXAlnkhgKuehtGwvYFf5h2Q=",
    ),
    // nor is a backslash, and JSON's own escapes are undone first
    (
        SLASHES,
        r#""pspReference":"ZVWN7D3WSMK2WN82","merchantAccountCode":"AntoniStroinski","merchantReference":"\\:\/\\\/slashes are fun","amount":{"value":1000,"currency":"EUR"},"eventCode":"AUTHORISATION","success":"true""#,
        "CZErGCNQaSsxbaQfZaJlakqo7KPP+mIa8a+wx3yNs9A=",
    ),
    // an amount as text
    (
        "9064450A8892A093D9E97EFCC9639DE31B74F3A7803135555A3C96F5A57915D6",
        r#""pspReference":"test_REPORT_AVAILABLE","merchantAccountCode":"Magento2Rik","merchantReference":"testMerchantRef1","amount":{"value":"0","currency":"EUR"},"eventCode":"REPORT_AVAILABLE","success":"true""#,
        "NuEkADFmlCC6VgX+wcoPAegIWxVPNBPCuKlM4Hzo5qc=",
    ),
    // a code nobody knows, signed as it stands; success as a boolean
    (
        SHARED,
        r#""pspReference":"pspReference","originalReference":"originalReference","merchantAccountCode":"merchantAccount","merchantReference":"reference","amount":{"value":1000,"currency":"EUR"},"eventCode":"EVENT","success":true"#,
        "ipnxGCaUZ4l8TUW75a71/ghd2Fe5ffvX0pV4TLTntIc=",
    ),
    // the lower-case spelling of a key seen in the wild
    (
        SHARED,
        r#""pspReference":"pspReference","originalreference":"originalReference","merchantAccountCode":"merchantAccount","merchantReference":"reference","amount":{"value":1000,"currency":"EUR"},"eventCode":"EVENT","success":"true""#,
        "ipnxGCaUZ4l8TUW75a71/ghd2Fe5ffvX0pV4TLTntIc=",
    ),
    (
        "66B61474A0AA3736BA8789EDC6D6CD9EBA0C4F414A554E32A407F849C045C69D",
        r#""pspReference":"TEST_CUSTOM_881578412137072J","originalReference":"TEST_CUSTOM_881578412007338A","merchantAccountCode":"DotNetAlexandros","merchantReference":"UseqNbr006-orderId006\\/","amount":{"value":100,"currency":"EUR"},"eventCode":"CAPTURE","success":"false""#,
        "lQnzbwY09e5mwkC8YZozlHu5v/2SFzAx6WRrvHx+3b8=",
    ),
];

fn item(fields: &str, signature: &str) -> String {
    format!(r#"{{{fields},"additionalData":{{"hmacSignature":"{signature}"}}}}"#)
}

fn post(items: &[&str]) -> Posted {
    Posted::json(envelope(items))
}

/// The documentation's item with one field changed, under the documentation's signature.
fn docs_with(from: &str, to: &str) -> Posted {
    let (_, fields, signature) = PUBLISHED[0];
    assert!(fields.contains(from), "{from}");
    post(&[&item(&fields.replace(from, to), signature)])
}

fn verdict(request: &Posted) -> Option<Unverified> {
    refusal("adyen", request, &[key("adyen", DOCS)])
}

#[test]
fn every_published_signature_is_accepted() {
    for (hex, fields, signature) in PUBLISHED {
        for hex in [hex.to_string(), hex.to_lowercase()] {
            let request = post(&[&item(fields, signature)]);
            assert_eq!(refusal("adyen", &request, &[key("adyen", &hex)]), None, "{fields}");
        }
    }
}

#[test]
fn every_signed_value_counts() {
    for (from, to) in [
        ("7914073381342284", "7914073381342285"),
        ("TestMerchant\"", "TestMerchant2\""),
        ("TestPayment-1407325143704", "TestPayment-1407325143704 "),
        ("1130", "1131"),
        ("EUR", "USD"),
        ("AUTHORISATION", "CAPTURE"),
        (r#""true""#, r#""false""#),
        (r#""pspReference""#, r#""originalReference":"P0","pspReference""#),
    ] {
        assert_eq!(verdict(&docs_with(from, to)), Some(SignatureMismatch), "{from} -> {to}");
    }
}

#[test]
fn the_same_signed_string_cut_at_other_colons_is_refused() {
    // The reference `auth:123` leaves one colon more than the eight fields need: it can be put into any of them.
    let (hex, fields, signature) = PUBLISHED[4];
    let keys = [key("adyen", hex)];
    let cut = |[psp, original, account, reference, value, currency, code, success]: [&str; 8]| {
        format!(
            r#""pspReference":"{psp}","originalReference":"{original}","merchantAccountCode":"{account}","merchantReference":"{reference}","amount":{{"value":"{value}","currency":"{currency}"}},"eventCode":"{code}","success":"{success}""#
        )
    };
    let psp = "TEST_CUSTOM_7914073381342284";
    let shop = "PHPApiLibrary";
    let honest = [psp, "", shop, "auth:123", "113000", "EUR", "AUTHORISATION", "true"];
    for fields in [fields.to_owned(), cut(honest)] {
        assert_eq!(refusal("adyen", &post(&[&item(&fields, signature)]), &keys), None);
    }
    for fields in [
        ["TEST_CUSTOM_7914073381342284:", shop, "auth", "123", "113000", "EUR", "AUTHORISATION", "true"],
        [psp, ":PHPApiLibrary", "auth", "123", "113000", "EUR", "AUTHORISATION", "true"],
        [psp, "", "PHPApiLibrary:auth", "123", "113000", "EUR", "AUTHORISATION", "true"],
        [psp, "", shop, "auth", "123:113000", "EUR", "AUTHORISATION", "true"],
        [psp, "", shop, "auth", "123", "113000:EUR", "AUTHORISATION", "true"],
        [psp, "", shop, "auth", "123", "113000", "EUR:AUTHORISATION", "true"],
        [psp, "", shop, "auth", "123", "113000", "EUR", "AUTHORISATION:true"],
    ] {
        assert_eq!(fields.join(":"), honest.join(":"), "the signed string is the same");
        let reason = refusal("adyen", &post(&[&item(&cut(fields), signature)]), &keys);
        assert_eq!(reason, Some(FieldShape), "{fields:?}");
    }
}

#[test]
fn what_is_no_signature_says_what_is_wrong_with_it() {
    for (additional, reason) in [
        (r#"{}"#, SignatureMissing),
        (r#"null"#, SignatureMissing),
        (r#"{"hmacSignature":null}"#, SignatureMissing),
        (r#"{"hmacSignature":""}"#, SignatureMissing),
        (r#"{"hmacSignature":{"a":1}}"#, SignatureMissing),
        (r#"{"hmacSignature":12345}"#, SignatureMalformed),
        (r#"{"hmacSignature":"notValidSign"}"#, SignatureMalformed),
        (r#"{"hmacSignature":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#, SignatureMalformed),
        (r#"{"hmacSignature":"coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0"}"#, SignatureMalformed),
        (r#"{"hmacSignature":" coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="}"#, SignatureMalformed),
        (r#"{"hmacSignature":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}"#, SignatureMismatch),
    ] {
        let request = post(&[&format!(r#"{{{},"additionalData":{additional}}}"#, PUBLISHED[0].1)]);
        assert_eq!(verdict(&request), Some(reason), "{additional}");
    }
}

#[test]
fn a_field_that_stands_twice_or_is_no_scalar_is_not_chosen_from() {
    let (_, fields, signature) = PUBLISHED[0];
    for odd in [
        item(&format!(r#""pspReference":"7914073381342284",{fields}"#), signature),
        item(&format!(r#""pspReference":null,{fields}"#), signature),
        item(&format!(r#""amount":null,{fields}"#), signature),
        item(&format!(r#"{fields},"additionalData":null"#), signature),
        item(&fields.replace(r#"{"value":1130"#, r#"{"value":null,"value":1130"#), signature),
        item(&fields.replace(r#"{"value":1130,"currency":"EUR"}"#, r#"[1130,"EUR"]"#), signature),
        item(&fields.replace("1130", "1e999"), signature),
        item(&fields.replace("TestPayment", r"\ud83d"), signature),
        item(&fields.replace(r#""true""#, r#"["true"]"#), signature),
        item(&fields.replace("1130", "1130.0"), signature),
        format!(r#"{{{fields},"additionalData":{{"hmacSignature":"{signature}","hmacSignature":"{signature}"}}}}"#),
        r#""text""#.to_owned(),
        r#"[]"#.to_owned(),
    ] {
        assert_eq!(verdict(&post(&[&odd])), Some(FieldShape), "{odd}");
    }
}

#[test]
fn what_nobody_signs_and_nobody_can_read_spoils_nothing_but_its_meaning() {
    let (hex, fields, signature) = PUBLISHED[0];
    let keys = [key("adyen", hex)];
    let plain = event("adyen", &post(&[&item(fields, signature)]), &keys);
    let deep = format!(r#""a":{}{}"#, "[".repeat(1_000), "]".repeat(1_000));
    for unread in [r#""shopperName":"Ann\ud83d""#, r#""metadata.\ud83d":"1""#, r#""a":1e999"#, &deep] {
        let item = format!(r#"{{{fields},"additionalData":{{{unread},"hmacSignature":"{signature}"}}}}"#);
        let event = event("adyen", &post(&[&item]), &keys);
        assert_eq!((event.id, event.signed), (plain.id, plain.signed), "{unread}");
        assert_eq!(event.content, Digest::of([item.as_bytes()]), "it counts by its bytes: {unread}");
    }
}

#[test]
fn an_absent_amount_is_signed_as_two_empty_values() {
    let unsigned = post(&[
        r#"{"pspReference":"test_REPORT_AVAILABLE","merchantAccountCode":"Shop","merchantReference":"r","eventCode":"REPORT_AVAILABLE","success":"true"}"#,
    ]);
    let unsigned =
        payhook_provider::Unsigned { target: "/".into(), headers: unsigned.headers, body: unsigned.body.into() };
    let keys = [key("adyen", DOCS)];
    let signed = requests::signed("adyen", unsigned, &keys[0]);
    let request = Posted::new(signed.headers, signed.body);
    assert_eq!(event("adyen", &request, &keys).amount, None);
}

#[test]
fn a_batch_is_judged_item_by_item() {
    let good = item(PUBLISHED[0].1, PUBLISHED[0].2);
    let forged = item(&PUBLISHED[0].1.replace("1130", "9999"), PUBLISHED[0].2);
    let request = post(&[&good, &forged, "{}", &item(PUBLISHED[1].1, PUBLISHED[1].2)]);
    let keys = [key("adyen", DOCS)];
    let reasons: Vec<_> = items("adyen", &request, &keys)
        .into_iter()
        .map(|verdict| verdict.err().map(|refused| refused.reason))
        .collect();
    assert_eq!(reasons, [None, Some(SignatureMismatch), Some(SignatureMissing), None]);
    let hundred = vec![good.as_str(); 100];
    assert_eq!(events("adyen", &post(&hundred), &keys).len(), 100);
}

#[test]
fn several_keys_are_tried_and_a_retired_one_explains() {
    let named = |name: &str, text: &str| requests::provider("adyen").key(name, text).expect("a key");
    let request = post(&[&item(PUBLISHED[0].1, PUBLISHED[0].2)]);
    let keys = [named("next", SHARED), named("current", DOCS)];
    let verdicts = items("adyen", &request, &keys);
    assert_eq!(verdicts[0].as_ref().expect("verified").key(), Some(1));

    let mut retired = [named("next", SHARED), named("old", DOCS)];
    retired[1].retired = true;
    let refused = items("adyen", &request, &retired).remove(0).expect_err("a retired key accepts nothing");
    assert_eq!((refused.reason, refused.detail.contains("old")), (KeyRetired, true));

    let refused = items("adyen", &request, &keys[..1]).remove(0).expect_err("no key fits");
    assert_eq!(refused.detail, "no key makes this signature; tried: next");
    assert!(refused.claimed.is_some());
}

#[test]
fn what_is_no_notification_claims_to_be_none() {
    let keys = [key("adyen", DOCS)];
    let claimed = |request: &Posted| items("adyen", request, &keys).remove(0).expect_err("nobody signed it").claimed;
    for stranger in ["log=admin&pwd=admin", "a=1", ""] {
        assert_eq!(claimed(&Posted::form(stranger)), None, "{stranger}");
    }
    assert_eq!(claimed(&post(&["{}"])), None);
    let told = |psp: &str| claimed(&Posted::form(format!("pspReference={psp}&eventCode=CAPTURE&success=true")));
    assert!(told("A").is_some());
    assert_ne!(told("A"), told("B"));
}

#[test]
fn what_cannot_be_read_is_told_from_what_carries_no_signature() {
    let keys = [key("adyen", DOCS)];
    for body in ["", "hello", "{\"live\":", "[]", "\"x\"", "{\"notificationItems\":7}"] {
        let request = Posted::json(body);
        assert!(matches!(requests::verify("adyen", &request, &keys), Papers::Unreadable(_)), "{body}");
    }
    for body in ["{}", r#"{"notificationItems":[]}"#, r#"{"type":"recurring.token.created","data":{}}"#] {
        assert_eq!(verdict(&Posted::json(body)), Some(SignatureMissing), "{body}");
    }
}

#[test]
fn a_form_is_judged_by_the_same_eight_values() {
    let body = "additionalData.hmacSignature=coqCmt%2FIZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU%2BiCWo0%3D&currency=EUR\
        &eventCode=AUTHORISATION&live=true&merchantAccountCode=TestMerchant\
        &merchantReference=TestPayment-1407325143704&operations=CANCEL%2CCAPTURE&originalReference=\
        &pspReference=7914073381342284&success=true&value=1130";
    let keys = [key("adyen", DOCS)];
    let event = event("adyen", &Posted::form(body), &keys);
    assert_eq!((event.kind, event.live), (Kind::PaymentAuthorised, Some(true)));
    let Original::Rendered(json) = event.original else { panic!("a form is rendered") };
    assert!(json.contains(r#""operations":"CANCEL,CAPTURE""#), "{json}");
    for (from, to, reason) in [
        ("value=1130", "value=1131", SignatureMismatch),
        ("value=1130", "value=1130&value=1", FieldShape),
        ("success=true", "success=TRUE", SignatureMismatch),
        ("additionalData.hmac", "additionalData.other", SignatureMissing),
        ("pspReference=", "pspReference=%ff", Unreadable),
    ] {
        assert_eq!(verdict(&Posted::form(body.replace(from, to))), Some(reason), "{to}");
    }
}

#[test]
fn an_event_says_what_the_item_says() {
    let fields = r#""pspReference":"7914073381342284","merchantAccountCode":"TestMerchant","merchantReference":"TestPayment-1407325143704","amount":{"value":1130,"currency":"EUR"},"eventCode":"AUTHORISATION","success":"true","eventDate":"2023-01-10T13:42:29+01:00""#;
    let signature = PUBLISHED[0].2;
    let additional = format!(
        r#"{{"hmacSignature":"{signature}","avsResult":"7 Both postal code and address match","cvcResult":"1 Matches"}}"#
    );
    let text = format!(r#"{{{fields},"additionalData":{additional}}}"#);
    let request = post(&[&text]);
    let event = event("adyen", &request, &[key("adyen", DOCS)]);
    assert_eq!(
        (event.kind, event.code.as_str(), event.success),
        (Kind::PaymentAuthorised, "AUTHORISATION", Some(true))
    );
    assert_eq!(event.amount.expect("an amount").to_string(), "11.30 EUR");
    assert_eq!(event.account.as_deref(), Some("TestMerchant"));
    assert_eq!(event.reference.as_deref(), Some("TestPayment-1407325143704"));
    assert_eq!(event.provider_reference.as_deref(), Some("7914073381342284"));
    assert_eq!(event.payment.as_deref(), Some("7914073381342284"));
    assert_eq!(event.live, Some(false));
    let at = event.occurred_at.expect("a date");
    assert_eq!(
        (at.text.as_str(), at.instant.map(|at| at.to_string()).as_deref()),
        ("2023-01-10T13:42:29+01:00", Some("2023-01-10T12:42:29.000Z"))
    );
    let avs = event.checks.avs.expect("an address check");
    assert_eq!((avs.code, avs.meaning.as_deref()), (7, Some("postal_code_and_address_match")));
    let Original::Slice(range) = event.original else { panic!("JSON stays where it is") };
    assert_eq!(&request.body[range], text.as_bytes());
}
