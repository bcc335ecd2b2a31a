//! Adyen's standard webhooks as SOAP: the same verdicts, and the bodies that XML is feared for.

use std::fmt::Write;

use payhook_domain::kind::Kind;
use payhook_domain::verdict::Unverified::{self, *};
use payhook_provider::{Outcome, Papers, Unsigned, sample};
use serde_json::json;

use crate::requests::{self, Posted, events, items, key, provider, refusal, verify};

const KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
/// Published for the values of [`one`].
const SIGNATURE: &str = "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=";

fn envelope(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">\n \
         <soap:Body><ns1:sendNotification xmlns:ns1=\"http://notification.services.adyen.com\"><ns1:notification>\n  \
         <live>false</live><notificationItems>{items}</notificationItems></ns1:notification></ns1:sendNotification>\
         </soap:Body>\n</soap:Envelope>\n"
    )
}

fn one() -> String {
    format!(
        "<NotificationRequestItem><additionalData><entry><key>hmacSignature</key><value>{SIGNATURE}</value></entry>\
         </additionalData><amount><currency>EUR</currency><value>1130</value></amount><eventCode>AUTHORISATION</eventCode>\
         <merchantAccountCode>TestMerchant</merchantAccountCode>\
         <merchantReference>TestPayment-1407325143704</merchantReference><originalReference nil=\"true\"/>\
         <pspReference>7914073381342284</pspReference><success>true</success></NotificationRequestItem>"
    )
}

fn verdict(body: &str) -> Option<Unverified> {
    refusal("adyen", &Posted::xml(body), &[key("adyen", KEY)])
}

#[test]
fn a_published_signature_is_accepted_in_an_envelope() {
    let event = events("adyen", &Posted::xml(envelope(&one())), &[key("adyen", KEY)]).remove(0);
    assert_eq!((event.kind, event.code.as_str()), (Kind::PaymentAuthorised, "AUTHORISATION"));
    assert_eq!(event.provider_reference.as_deref(), Some("7914073381342284"));
    assert_eq!(event.amount.map(|amount| amount.to_string()).as_deref(), Some("11.30 EUR"));
    let unnamed = Posted::new(http::HeaderMap::new(), envelope(&one()));
    assert_eq!(refusal("adyen", &unnamed, &[key("adyen", KEY)]), None, "read by its bytes where no type is named");
    let marked = format!("\u{feff}{}", envelope(&one()));
    assert_eq!(verdict(&marked), None, "a mark of the byte order is no part of it");
}

#[test]
fn the_values_count_and_how_they_are_written_does_not() {
    let whole = envelope(&one());
    for (from, to) in [
        ("1407325143704", "140732514370&#52;"),
        ("1407325143704", "<![CDATA[1407325143704]]>"),
        ("1407325143704", "1407325<!-- of today -->143704"),
        ("<success>", "<success\n class='x'>"),
        ("<NotificationRequestItem>", "<a:NotificationRequestItem >"),
    ] {
        let changed = whole.replace(from, to).replace(
            "</NotificationRequestItem>",
            match to.starts_with("<a:") {
                true => "</a:NotificationRequestItem>",
                false => "</NotificationRequestItem>",
            },
        );
        assert_eq!(verdict(&changed), None, "{to}");
    }
    for (from, to) in [
        ("1130", "1131"),
        ("EUR", "USD"),
        ("TestMerchant<", "TestMerchant <"),
        ("1407325143704", "1407325143704&amp;"),
        ("<originalReference nil=\"true\"/>", "<originalReference nil=\"true\">P0</originalReference>"),
        ("<success>true", "<success><x/>true"),
    ] {
        assert_eq!(verdict(&whole.replace(from, to)), Some(SignatureMismatch), "{to}");
    }
    assert_eq!(verdict(&whole.replace("hmacSignature", "other")), Some(SignatureMissing));
    assert_eq!(verdict(&whole.replace(SIGNATURE, "none")), Some(SignatureMalformed));
}

#[test]
fn items_are_judged_one_by_one() {
    let forged = one().replace("1130", "9999");
    let spoilt = one().replace("<success>", "<success>true</success><success>");
    let body = Posted::xml(envelope(&[one(), forged, spoilt, one()].concat()));
    let verdicts: Vec<Option<Unverified>> = items("adyen", &body, &[key("adyen", KEY)])
        .into_iter()
        .map(|verdict| verdict.err().map(|refused| refused.reason))
        .collect();
    assert_eq!(verdicts, [None, Some(SignatureMismatch), Some(FieldShape), None]);
}

#[test]
fn what_is_no_envelope_is_told_from_what_cannot_be_read() {
    let whole = envelope(&one());
    assert_eq!(verdict("<html><body>maintenance</body></html>"), Some(SignatureMissing));
    assert_eq!(verdict(&envelope("")), Some(SignatureMissing));
    for broken in [whole.replace("</ns1:notification>", ""), whole.replace("UTF-8", "latin1"), whole[..200].to_owned()]
    {
        assert!(matches!(verify("adyen", &Posted::xml(broken), &[key("adyen", KEY)]), Papers::Unreadable(_)));
    }
}

/// Entities that multiply, files that are reached for, and shapes that make readers slow.
#[test]
fn bodies_that_xml_is_feared_for_are_refused_at_once() {
    let mut entities = "<!DOCTYPE a [<!ENTITY e0 \"ha\">".to_owned();
    for level in 1..30 {
        write!(entities, "<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(10)).expect("a String");
    }
    let size = 1 << 20;
    let fill = |piece: &str| piece.repeat(size / piece.len());
    let attributes: String = (0..size / 12).map(|number| format!(" a{number}=\"\"")).collect();
    for body in [
        format!("{entities}]>{}", envelope(&one().replace("1130", "&e29;"))),
        format!("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{}", envelope(&one().replace("1130", "&x;"))),
        format!("<!DOCTYPE a SYSTEM \"http://127.0.0.1/a.dtd\">{}", envelope(&one())),
        envelope(&fill("<a>")),
        envelope(&fill("<a/>")),
        envelope(&fill("<NotificationRequestItem/>")),
        envelope(&one().replace("<success>", &format!("<success{attributes}>"))),
        fill("<a>"),
        fill("<!-- -->"),
        fill("<![CDATA["),
        fill("<a b='"),
        fill("&amp;"),
    ] {
        let Papers::Unreadable(refused) = verify("adyen", &Posted::xml(body.clone()), &[key("adyen", KEY)]) else {
            panic!("read: {body:.60}")
        };
        assert_eq!(refused.reason, Unreadable);
    }
}

#[test]
fn what_is_long_is_no_more_than_its_bytes() {
    let long = "x".repeat(1 << 20);
    let attribute = envelope(&one().replace("<success>", &format!("<success a=\"{long}\">")));
    assert_eq!(verdict(&attribute), None);
    let unread = envelope(&one().replace("<success>", &format!("<reason>{long}</reason><success>")));
    assert_eq!(verdict(&unread), None);
}

#[test]
fn signing_leaves_the_rest_as_it_was_written() {
    let data =
        |content: &str| envelope(&one()).replace(&between(&one(), "<additionalData>", "</additionalData>"), content);
    for body in [
        envelope(&one()),
        data("<additionalData nil=\"true\"/>"),
        data(""),
        data("<additionalData> <entry><key>a</key><value>&lt;1</value></entry> </additionalData>"),
    ] {
        let unsigned = Unsigned { target: "/".into(), headers: Posted::xml("").headers, body: body.clone().into() };
        let signed = requests::signed("adyen", unsigned, &key("adyen", KEY));
        let text = String::from_utf8(signed.body.to_vec()).expect("text");
        assert_eq!(verdict(&text), None, "{text}");
        assert_eq!(text.matches("hmacSignature").count(), 1);
        assert_eq!(text.contains("&lt;1"), body.contains("&lt;1"));
        assert!(text.contains("<originalReference nil=\"true\"/>"));
    }
}

fn between(text: &str, from: &str, to: &str) -> String {
    let start = text.find(from).expect("there");
    text[start..text.find(to).expect("there") + to.len()].to_owned()
}

#[test]
fn an_envelope_is_answered_with_one() {
    let value =
        json!({ "live": "false", "notificationItems": [{ "NotificationRequestItem": { "eventCode": "CAPTURE" } }] });
    let unsigned = sample::unsigned_soap(&value).expect("a standard webhook");
    let signed = requests::signed("adyen", unsigned, &key("adyen", KEY));
    let ack = provider("adyen").ack(&signed.as_raw(), Outcome::Accepted);
    assert_eq!((ack.status, ack.content_type), (200, "text/xml"));
    assert!(ack.body.contains("<notificationResponse>[accepted]</notificationResponse>"));
}
