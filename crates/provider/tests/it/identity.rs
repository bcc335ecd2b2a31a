//! What counts as the same event, and what as another report of it.

use payhook_domain::event::Event;
use payhook_domain::identity::Environment;
use payhook_provider::{Parsed, Unsigned};

use crate::requests::{self, Posted, envelope, event, items, key, provider};

const ADYEN: &str = "00727DB817A85C8503AD29EAD1523DB869AF0E536893BB3046C92DE7CB045CB1";
const ITEM: &str = r#"{"pspReference":"P1","originalReference":"","merchantAccountCode":"Shop","merchantReference":"r","amount":{"value":1000,"currency":"EUR"},"eventCode":"AUTHORISATION","success":"true","eventDate":"2026-11-21T10:00:00+01:00","additionalData":{"a":"1"}}"#;

fn signed(name: &str, body: String) -> Posted {
    let text = if name == "adyen" { ADYEN } else { "key" };
    let unsigned = Unsigned { target: "/".into(), headers: Posted::json("").headers, body: body.into() };
    let signed = requests::signed(name, unsigned, &key(name, text));
    Posted::new(signed.headers, signed.body)
}

fn adyen(item: &str) -> Event {
    adyen_with(item, ADYEN)
}

fn adyen_with(item: &str, hex: &str) -> Event {
    let unsigned = Unsigned { target: "/".into(), headers: Posted::json("").headers, body: envelope(&[item]).into() };
    let signed = requests::signed("adyen", unsigned, &key("adyen", hex));
    event("adyen", &Posted::new(signed.headers, signed.body), &[key("adyen", hex)])
}

fn header_signed(body: &str) -> Event {
    event("adyen", &signed("adyen", body.to_owned()), &[key("adyen", ADYEN)])
}

fn banked(body: &str) -> Event {
    event("banked", &signed("banked", body.to_owned()), &[key("banked", "key")])
}

fn changed(from: &str, to: &str) -> Event {
    assert!(ITEM.contains(from), "{from}");
    adyen(&ITEM.replace(from, to))
}

#[test]
fn an_adyen_event_is_the_same_by_reference_code_outcome_and_original() {
    let first = adyen(ITEM);
    for (from, to) in [
        ("P1", "P2"),
        ("AUTHORISATION", "CAPTURE"),
        (r#""true""#, r#""false""#),
        (r#"Reference":"""#, r#"Reference":"P0""#),
        ("Shop", "Other"),
    ] {
        assert_ne!(changed(from, to).id, first.id, "{to}");
    }
    for (from, to) in [("1000", "2000"), ("EUR", "USD"), (r#""r""#, r#""s""#)] {
        let conflict = changed(from, to);
        assert_eq!(conflict.id, first.id, "{to}");
        assert_ne!(conflict.signed, first.signed, "{to}");
    }
    for (from, to) in [("10:00:00", "10:00:01"), (r#""a":"1""#, r#""a":"2""#)] {
        let revision = changed(from, to);
        assert_eq!((revision.id, revision.signed), (first.id, first.signed), "{to}");
        assert_ne!(revision.content, first.content, "{to}");
    }
    let again = adyen(ITEM);
    assert_eq!((again.id, again.signed, again.content), (first.id, first.signed, first.content));
}

/// The event of an item as written, or of a form or an envelope, whose signed values are those of [`SENT`]: signed with this key.
fn content_of(item: &str, hex: &str) -> Event {
    let tag = aws_lc_rs::hmac::Key::new(
        aws_lc_rs::hmac::HMAC_SHA256,
        &data_encoding::HEXUPPER.decode(hex.as_bytes()).expect("hex"),
    );
    let tag = aws_lc_rs::hmac::sign(&tag, b"P1::Shop:r/1:1000:EUR:CHARGEBACK:true");
    let item = item.replace("SIGNATURE", &data_encoding::BASE64.encode(tag.as_ref()));
    let request = match item.strip_prefix("form ") {
        Some(form) => Posted::form(form.replace('+', "%2B")),
        None if item.starts_with('<') => Posted::xml(item),
        None => Posted::json(envelope(&[&item])),
    };
    event("adyen", &request, &[key("adyen", hex)])
}

const SENT: &str = r#"{"pspReference":"P1","originalReference":"","merchantAccountCode":"Shop","merchantReference":"r/1","amount":{"value":1000,"currency":"EUR"},"eventCode":"CHARGEBACK","success":"true","operations":["CANCEL","REFUND"],"reason":"late","additionalData":{"b.c":"2","hmacSignature":"SIGNATURE","a":"1"}}"#;

#[test]
fn an_adyen_item_says_the_same_whoever_signed_it_and_however_it_is_written() {
    let first = content_of(SENT, ADYEN);
    let other_key = content_of(SENT, &ADYEN.replace("0072", "0073"));
    assert_eq!(other_key.content, first.content, "signed with another key");
    let form = "form value=1000&currency=EUR&pspReference=P1&originalReference=&merchantAccountCode=Shop\
        &merchantReference=r%2F1&eventCode=CHARGEBACK&success=true&operations=CANCEL%2CREFUND&reason=late&live=false\
        &additionalData.a=1&additionalData.b.c=2&additionalData.hmacSignature=SIGNATURE";
    let soap = "<s:Envelope><s:Body><sendNotification><notification><live>false</live><notificationItems>\
        <NotificationRequestItem><additionalData><entry><key>b.c</key><value>2</value></entry>\
        <entry><key>hmacSignature</key><value>SIGNATURE</value></entry><entry><key>a</key><value>1</value></entry>\
        </additionalData><amount><currency>EUR</currency><value>1000</value></amount><eventCode>CHARGEBACK</eventCode>\
        <merchantAccountCode>Shop</merchantAccountCode><merchantReference>r/1</merchantReference>\
        <operations><string>CANCEL</string><string>REFUND</string></operations><originalReference nil=\"true\"/>\
        <paymentMethod nil=\"true\"/><pspReference>P1</pspReference><reason>late</reason><success>true</success>\
        </NotificationRequestItem></notificationItems></notification></sendNotification></s:Body></s:Envelope>";
    for (what, item) in [
        ("an escape", SENT.replace("r/1", r"r\/1").replace("late", r"l\u0061te")),
        ("white space", SENT.replace(",\"", " ,\n \"").replace("\":", "\" : ")),
        ("null", SENT.replace(r#""originalReference":"""#, r#""originalReference":null"#)),
        ("absence", SENT.replace(r#""originalReference":"","#, "")),
        ("a member that is null", SENT.replace(r#""reason""#, r#""more":null,"reason""#)),
        ("a number as text", SENT.replace("1000", "\"1000\"")),
        ("a boolean", SENT.replace("\"true\"", "true")),
        (
            "the order of members",
            SENT.replace(r#","eventCode":"CHARGEBACK""#, "").replace("{\"psp", r#"{"eventCode":"CHARGEBACK","psp"#),
        ),
        ("the order of amount", SENT.replace(r#""value":1000,"currency":"EUR""#, r#""currency":"EUR","value":1000"#)),
        (
            "the order of additional data",
            SENT.replace(r#""b.c":"2","#, "").replace(r#""a":"1""#, r#""a":"1","b.c":"2""#),
        ),
        ("a form", form.to_owned()),
        ("an envelope", soap.to_owned()),
    ] {
        assert_ne!(item, SENT, "{what}");
        let again = content_of(&item, ADYEN);
        assert_eq!((again.id, again.signed, again.content), (first.id, first.signed, first.content), "{what}");
    }
    for (from, to) in [
        ("late", "later"),
        (r#""b.c":"2""#, r#""b.c":"3""#),
        (r#""b.c":"2""#, r#""b":{"c":"2"}"#),
        (r#""b.c":"2""#, r#""b.c":["2"]"#),
        (r#""b.c":"2","#, ""),
        (r#""REFUND""#, r#""CAPTURE""#),
        (r#""a":"1"}"#, r#""a":"1"},"new":{"x":[1,2]}"#),
    ] {
        assert!(SENT.contains(from), "{from}");
        assert_ne!(content_of(&SENT.replace(from, to), ADYEN).content, first.content, "{to}");
    }
}

#[test]
fn issuer_comments_signed_with_another_key_are_the_same_comments() {
    let comments = |hex| adyen_with(&ITEM.replace("AUTHORISATION", "ISSUER_COMMENTS"), hex).id;
    assert_eq!(comments(ADYEN), comments("11727DB817A85C8503AD29EAD1523DB869AF0E536893BB3046C92DE7CB045CB1"));
}

#[test]
fn a_banked_mandate_is_the_same_in_another_order_of_members() {
    let first = banked(r#"{"id":"m","webhook_event":"mandate_active","state":"x","payer":{"a":1,"b":2}}"#);
    let again = banked(r#"{"state":"x", "id":"m","payer":{"b":2,"a":1},"webhook_event":"mandate_active"}"#);
    assert_eq!((again.id, again.content), (first.id, first.content));
}

#[test]
fn the_environment_is_the_sources_and_not_what_the_notification_says() {
    let request = signed("adyen", envelope(&[ITEM]));
    let verified = items("adyen", &request, &[key("adyen", ADYEN)]).remove(0).expect("authentic");
    let id = |environment| match provider("adyen").parse(&verified, environment) {
        Parsed::Events(events) => events[0].id,
        Parsed::NotUnderstood { .. } => panic!("understood"),
    };
    assert_ne!(id(Environment::Live), id(Environment::Test));
}

#[test]
fn what_recurs_by_nature_is_told_apart() {
    let comments = |text: &str| adyen(&ITEM.replace("AUTHORISATION", "ISSUER_COMMENTS").replace(r#""a":"1""#, text)).id;
    assert_ne!(comments(r#""issuerComments.1":"x""#), comments(r#""issuerComments.1":"y""#));
    let report = |date: &str| adyen(&ITEM.replace("AUTHORISATION", "REPORT_AVAILABLE").replace("2026-11-21", date)).id;
    assert_ne!(report("2026-11-21"), report("2026-11-22"));
    let nameless = |reference: &str| adyen(&ITEM.replace("P1", "").replace(r#""r""#, reference)).id;
    assert_ne!(nameless(r#""r""#), nameless(r#""s""#));
}

#[test]
fn a_header_signed_event_is_the_same_by_its_event_id_and_else_by_its_bytes() {
    let token = |kind: &str, extra: &str| {
        header_signed(&format!(
            r#"{{"type":"recurring.token.{kind}","eventId":"E1","data":{{"merchantAccount":"Shop"{extra}}}}}"#
        ))
        .id
    };
    assert_eq!(token("created", ""), token("created", r#","more":1"#));
    assert_ne!(token("created", ""), token("updated", ""));
    let plain = |id: u8| header_signed(&format!(r#"{{"type":"merchant.created","data":{{"id":"{id}"}}}}"#)).id;
    assert_eq!(plain(1), plain(1));
    assert_ne!(plain(1), plain(2));
}

#[test]
fn a_banked_event_is_the_same_by_session_and_name_or_by_its_envelope() {
    let session = |event: &str, extra: &str| banked(&format!(r#"{{"id":"s","webhook_event":"{event}"{extra}}}"#)).id;
    assert_eq!(session("payment_sent", ""), session("payment_sent", r#","state":"sent""#));
    assert_ne!(session("payment_sent", ""), session("payment_pending", ""));
    assert_ne!(session("mandate_active", ""), session("mandate_active", r#","state":"x""#), "mandates recur");
    assert_ne!(session("batch_payment_sent", ""), session("batch_payment_sent", r#","state":"x""#), "batches recur");
    let envelope =
        |id: &str, extra: &str| banked(&format!(r#"{{"id":"{id}","type":"refund_sent","data":{{"id":"r"{extra}}}}}"#));
    assert_eq!(envelope("e", "").id, envelope("e", r#","metadata":{}"#).id);
    assert_ne!(envelope("e", "").id, envelope("f", "").id);
    assert_ne!(
        envelope("e", r#","amount":1,"currency":"GBP""#).signed,
        envelope("e", r#","amount":2,"currency":"GBP""#).signed
    );
}

#[test]
fn a_payment_is_named_by_its_original_reference_or_by_what_opened_it() {
    for (code, original, payment) in [
        ("AUTHORISATION", "", Some("P1")),
        ("AUTHORISATION", "P0", Some("P0")),
        ("OFFER_CLOSED", "", Some("P1")),
        ("PENDING", "", Some("P1")),
        ("EXPIRE", "", Some("P1")),
        ("CAPTURE", "P0", Some("P0")),
        // What names no payment is one of its own, until an event names both.
        ("CAPTURE", "", Some("P1")),
        ("CHARGEBACK", "P0", Some("P0")),
        ("CHARGEBACK", "", Some("P1")),
        ("REPORT_AVAILABLE", "", None),
        ("SOMETHING_NEW", "P0", Some("P0")),
        ("SOMETHING_NEW", "", None),
    ] {
        let item =
            ITEM.replace("AUTHORISATION", code).replace(r#"Reference":"""#, &format!(r#"Reference":"{original}""#));
        assert_eq!(adyen(&item).payment.as_deref(), payment, "{code} {original}");
    }
}
