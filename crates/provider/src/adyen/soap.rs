//! The SOAP envelope: `Envelope/Body/sendNotification/notification/{live, notificationItems/NotificationRequestItem…}`.
//!
//! An item has the names of the JSON item; `additionalData` is a list of entries with key and value, and `operations` a
//! list of texts. What is nil is empty, and says as little. Prefixes are passed over, since Adyen's own servers differ in
//! them; headers of the envelope are too: a password in one is not looked at.

use std::borrow::Cow;

use super::content;
use super::envelope::{Envelope, ITEM_LEN_MIN, Items, once};
use super::item::{StandardItem, Written};
use super::members::{self, Group, Member};
use crate::scalar::Scalar;
use crate::xml::{self, Element};

/// The media type it comes with.
pub(super) const MEDIA_TYPE: &str = "text/xml";

/// What Adyen waits to hear, as its own libraries say it.
pub(super) const ACCEPTED: &str = "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\">\
    <SOAP-ENV:Body><sendNotificationResponse xmlns=\"http://notification.services.adyen.com\">\
    <notificationResponse>[accepted]</notificationResponse></sendNotificationResponse></SOAP-ENV:Body></SOAP-ENV:Envelope>";

/// An item's own element.
const ITEM: &str = "NotificationRequestItem";

/// Whether a tag begins here: no JSON begins so, nor any form of Adyen's.
pub(super) fn opens_tag(body: &[u8]) -> bool {
    body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body).trim_ascii_start().starts_with(b"<")
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The envelope as text, without a mark of its byte order.
pub(super) fn text(body: &[u8]) -> Option<&str> {
    std::str::from_utf8(body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body)).ok()
}

/// Reads the envelope and its items.
pub(super) fn read(body: &[u8]) -> Envelope<'_> {
    match text(body).and_then(|text| items(text, xml::read(text)?)) {
        None => Envelope::Unreadable,
        Some(items) if items.is_empty() => Envelope::Other,
        Some(items) => Envelope::Items(items),
    }
}

/// The item's elements, found on their way from the root; none when it leads elsewhere, nothing when it divides.
pub(super) fn item_elements(root: Element<'_>) -> Option<(Option<bool>, Vec<Element<'_>>)> {
    if root.name != "Envelope" {
        return Some((None, Vec::new()));
    }
    let mut within = root;
    for name in ["Body", "sendNotification", "notification"] {
        match only(within, name)? {
            Some(child) => within = child,
            None => return Some((None, Vec::new())),
        }
    }
    let (mut live, mut items) = (None, None);
    for child in within.children {
        match child.name {
            "live" => once(&mut live, Scalar::Text(child.text).flag())?,
            "notificationItems" => once(&mut items, child.children)?,
            _ => {}
        }
    }
    let mut items = items.unwrap_or_default();
    items.retain(|item| item.name == ITEM);
    Some((live.flatten(), items))
}

/// The child of this name, taken out; nothing when there are two, of which two readers may each take another.
fn only<'r>(within: Element<'r>, name: &str) -> Option<Option<Element<'r>>> {
    let mut found = None;
    for child in within.children.into_iter().filter(|child| child.name == name) {
        once(&mut found, child)?;
    }
    Some(found)
}

fn items<'r>(text: &'r str, root: Element<'r>) -> Option<Items<'r>> {
    let (live, elements) = item_elements(root)?;
    (elements.len() <= (text.len() / ITEM_LEN_MIN).max(1)).then_some(())?;
    let item = |element: Element<'r>| {
        let raw = text[element.at.clone()].as_bytes();
        let item = members::item(members(element)?, raw, Written::Soap)?;
        Some(Box::new(StandardItem { live, ..item }))
    };
    Some(elements.into_iter().map(item).collect())
}

/// The members of an item; nothing when an entry of its additional data has not one key and one value.
fn members(item: Element<'_>) -> Option<Vec<Member<'_>>> {
    let mut members = Vec::with_capacity(item.children.len() + 16);
    for child in item.children {
        match child.name {
            "amount" => members.extend(child.children.into_iter().map(|child| leaf(Group::Amount, child))),
            "additionalData" => {
                for entry in child.children {
                    let (name, text) = entry_of(entry)?;
                    members.push(Member { of: Group::Additional, name, text });
                }
            }
            "operations" => {
                let texts: Vec<Cow<'_, str>> = child.children.into_iter().map(|child| child.text).collect();
                members.push(Member { of: Group::Item, name: child.name.into(), text: texts.join(",").into() });
            }
            _ => members.push(leaf(Group::Item, child)),
        }
    }
    Some(members)
}

/// An element as a text; what holds others says them all, as JSON, and can be no value that is read.
fn leaf(of: Group, element: Element<'_>) -> Member<'_> {
    match element.children.is_empty() {
        true => Member { of, name: element.name.into(), text: element.text },
        false => Member { of, name: element.name.into(), text: json(&element).into() },
    }
}

/// Key and value of an entry.
fn entry_of(entry: Element<'_>) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let (mut key, mut value) = (None, None);
    for child in entry.children {
        match child.name {
            "key" => once(&mut key, child.text)?,
            "value" => once(&mut value, child.text)?,
            _ => {}
        }
    }
    Some((key?, value.unwrap_or_default()))
}

/// An item's element with its signature last in its additional data, in place of any it had; the rest as it was written.
pub(super) fn with_signature(text: &str, item: &Element<'_>, signature: &str) -> Option<String> {
    let key = content::SIGNATURE;
    let entry = format!("<entry><key>{key}</key><value>{signature}</value></entry>");
    let Some(data) = item.children.iter().find(|child| child.name == "additionalData") else {
        let at = item.content.clone()?.start;
        let data = format!("<additionalData>{entry}</additionalData>");
        return Some([&text[item.at.start..at], &data, &text[at..item.at.end]].concat());
    };
    let mut kept = String::new();
    let mut from = data.content.as_ref().map_or(data.at.end, |content| content.start);
    for old in data.children.iter().filter(|entry| is_signature(entry)) {
        kept.push_str(&text[from..old.at.start]);
        from = old.at.end;
    }
    kept.push_str(&text[from..data.content.as_ref().map_or(data.at.end, |content| content.end)]);
    let data_signed = format!("<additionalData>{kept}{entry}</additionalData>");
    Some([&text[item.at.start..data.at.start], &data_signed, &text[data.at.end..item.at.end]].concat())
}

fn is_signature(entry: &Element<'_>) -> bool {
    entry.children.iter().any(|child| child.name == "key" && child.text == content::SIGNATURE)
}

/// An item as JSON, in the shape of the JSON item and the order received; every value is a text.
pub(super) fn rendered(raw: &[u8]) -> String {
    let element = std::str::from_utf8(raw).ok().and_then(xml::read);
    element.map_or_else(|| "null".to_owned(), |element| json(&element))
}

/// Entries as an object, other elements of one name as a list, and any others as an object.
fn json(element: &Element<'_>) -> String {
    let children = &element.children;
    let all = |name: &str| children.iter().all(|child| child.name == name);
    match children.first() {
        None => quoted(&element.text),
        Some(_) if all("entry") => object(children.iter().map(|entry| {
            let child = |name: &str| entry.children.iter().find(|child| child.name == name);
            let key = child("key").map_or("", |key| &key.text);
            format!("{}:{}", quoted(key), child("value").map_or_else(|| "\"\"".to_owned(), json))
        })),
        Some(first) if first.name == "string" && all("string") => {
            format!("[{}]", children.iter().map(json).collect::<Vec<_>>().join(","))
        }
        Some(_) => object(children.iter().map(|child| format!("{}:{}", quoted(child.name), json(child)))),
    }
}

fn object(members: impl Iterator<Item = String>) -> String {
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string is always JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(items: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soap:Envelope xmlns:soap=\"urn:s\"><soap:Header><a:b/></soap:Header>\
             <soap:Body><n:sendNotification><n:notification><n:live>false</n:live><n:notificationItems>{items}\
             </n:notificationItems></n:notification></n:sendNotification></soap:Body></soap:Envelope>"
        )
    }

    const ONE: &str = "<n:NotificationRequestItem><additionalData><entry><key x:type=\"s\">hmacSignature</key>\
        <value>x+y=</value></entry><entry><key>a.b</key><value>1</value></entry></additionalData><amount><c:currency>EUR\
        </c:currency><c:value>1000</c:value></amount><eventCode>CAPTURE</eventCode><merchantAccountCode>Shop\
        </merchantAccountCode><merchantReference> a &amp; b:c </merchantReference><operations><string>CANCEL</string>\
        <string>REFUND</string></operations><originalReference x:nil=\"true\"/><pspReference>P1</pspReference>\
        <success>true</success></n:NotificationRequestItem>";

    fn items_of(items: &str) -> Vec<Option<String>> {
        let body = envelope(items);
        match read(body.as_bytes()) {
            Envelope::Items(items) => {
                let message = |item: Box<StandardItem<'_>>| String::from_utf8(item.signed.message()).expect("text");
                items.into_iter().map(|item| item.map(message)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_item_reads_as_the_json_item_it_stands_for() {
        let body = envelope(ONE);
        let Envelope::Items(items) = read(body.as_bytes()) else { panic!("not read") };
        let item = items[0].as_ref().expect("readable");
        assert_eq!(item.signed.message(), b"P1::Shop: a & b:c :1000:EUR:CAPTURE:true");
        assert_eq!(item.additional.hmac_signature.text(), Some("x+y="));
        assert_eq!((item.live, item.written, item.raw), (Some(false), Written::Soap, ONE.as_bytes()));
    }

    #[test]
    fn it_is_shown_as_json_in_its_own_order() {
        assert_eq!(
            rendered(ONE.as_bytes()),
            r#"{"additionalData":{"hmacSignature":"x+y=","a.b":"1"},"amount":{"currency":"EUR","value":"1000"},"eventCode":"CAPTURE","merchantAccountCode":"Shop","merchantReference":" a & b:c ","operations":["CANCEL","REFUND"],"originalReference":"","pspReference":"P1","success":"true"}"#
        );
    }

    #[test]
    fn a_field_that_stands_twice_spoils_its_item_and_no_other() {
        let twice = ONE.replace("<success>true", "<success>false</success><success>true");
        let entry = ONE.replace("<key>a.b</key>", "<key>a.b</key><key>c</key>");
        let signature = ONE.replace("a.b", "hmacSignature");
        for spoilt in [twice, entry, signature] {
            let read = items_of(&[&spoilt, ONE].concat());
            assert_eq!((read[0].is_none(), read[1].is_some()), (true, true), "{spoilt}");
        }
    }

    #[test]
    fn what_has_no_items_is_told_from_what_cannot_be_read() {
        let whole = envelope(ONE);
        for (body, unreadable) in [
            (envelope(""), false),
            ("<html><body/></html>".to_owned(), false),
            (whole.replace("sendNotification", "sendOther"), false),
            (whole.replace("<soap:Body>", "<soap:Body/><soap:Body>"), true),
            (whole.replace("<n:live>", "<n:live>true</n:live><n:live>"), true),
            (whole.replace("</soap:Envelope>", ""), true),
            (whole.replace("UTF-8", "UTF-16"), true),
            (whole.replace("?>", "?><!DOCTYPE a>"), true),
        ] {
            let read = read(body.as_bytes());
            assert_eq!(matches!(read, Envelope::Unreadable), unreadable, "{body}");
            assert!(!matches!(read, Envelope::Items(_)), "{body}");
        }
        assert!(matches!(read(b"<a>\xff</a>"), Envelope::Unreadable));
    }

    #[test]
    fn a_flood_of_empty_items_is_not_judged_one_by_one() {
        let flood = "<NotificationRequestItem/>".repeat(10_000);
        assert!(matches!(read(envelope(&flood).as_bytes()), Envelope::Unreadable));
    }
}
