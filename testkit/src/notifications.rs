//! Signed notifications, numbered, quickly. Signed here anew, so that the product does not check its own signing.

use aws_lc_rs::hmac;
use data_encoding::{BASE64, HEXLOWER, HEXUPPER_PERMISSIVE};

use crate::wire;

/// Adyen standard webhooks of one merchant account, signed with one key.
#[derive(Clone)]
pub struct Adyen {
    target: String,
    account: String,
    key: hmac::Key,
}

/// What varies between notifications.
#[derive(Clone, Debug)]
pub struct Item {
    /// `pspReference`, 16 characters from A–Z and 0–9.
    pub psp_reference: String,
    /// `originalReference`, empty for an event that opens a payment.
    pub original_reference: String,
    /// `merchantReference`.
    pub merchant_reference: String,
    /// `eventCode`.
    pub code: String,
    /// `success`.
    pub success: bool,
    /// `amount.value`, in minor units of EUR.
    pub value: i64,
    /// `reason`: not signed, so it may be of any length or content.
    pub reason: String,
}

impl Item {
    /// The authorisation of order number `number`: another number is another payment.
    #[must_use]
    pub fn authorisation(number: u64) -> Self {
        Self {
            psp_reference: format!("TK{number:014}"),
            original_reference: String::new(),
            merchant_reference: format!("order-{number}"),
            code: "AUTHORISATION".to_owned(),
            success: true,
            value: 1_250,
            reason: "052095:1111:03/2030".to_owned(),
        }
    }
}

impl Adyen {
    /// Notifications for `account`, posted to `target` (such as `/in/adyen`), signed with a key given as hex.
    ///
    /// # Panics
    /// When the key is not hex: the test is wrong.
    #[must_use]
    pub fn new(target: &str, account: &str, key: &str) -> Self {
        let key = HEXUPPER_PERMISSIVE.decode(key.as_bytes()).expect("an Adyen key is hex");
        Self { target: target.to_owned(), account: account.to_owned(), key: hmac::Key::new(hmac::HMAC_SHA256, &key) }
    }

    /// The signed body.
    #[must_use]
    pub fn body(&self, item: &Item) -> Vec<u8> {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        format!(
            concat!(
                r#"{{"live":"false","notificationItems":[{{"NotificationRequestItem":{{"additionalData":{{"#,
                r#""hmacSignature":"{}"}},"amount":{{"currency":"EUR","value":{}}},"eventCode":{},"#,
                r#""eventDate":"2026-11-21T11:02:02+01:00","merchantAccountCode":{},"merchantReference":{},"#,
                r#""originalReference":{},"paymentMethod":"visa","pspReference":{},"reason":{},"success":"{}"}}}}]}}"#
            ),
            self.signature(item),
            item.value,
            quoted(&item.code),
            quoted(&self.account),
            quoted(&item.merchant_reference),
            quoted(&item.original_reference),
            quoted(&item.psp_reference),
            quoted(&item.reason),
            item.success,
        )
        .into_bytes()
    }

    /// The request's bytes, for [`crate::poster`] and [`crate::raw`].
    #[must_use]
    pub fn request(&self, item: &Item) -> Vec<u8> {
        wire::request("POST", &self.target, &[("content-type", "application/json")], &self.body(item))
    }

    fn signature(&self, item: &Item) -> String {
        let Item { psp_reference, original_reference, merchant_reference, code, success, value, .. } = item;
        let account = &self.account;
        let signed =
            format!("{psp_reference}:{original_reference}:{account}:{merchant_reference}:{value}:EUR:{code}:{success}");
        BASE64.encode(hmac::sign(&self.key, signed.as_bytes()).as_ref())
    }
}

/// Banked webhooks, version 2, signed with one key.
#[derive(Clone)]
pub struct Banked {
    target: String,
    key: hmac::Key,
}

impl Banked {
    /// Notifications posted to `target`, signed with a key used as the text it is.
    #[must_use]
    pub fn new(target: &str, key: &str) -> Self {
        Self { target: target.to_owned(), key: hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()) }
    }

    /// The body of event `event` (such as `payment_sent`) for the payment session of order number `number`.
    #[must_use]
    pub fn body(&self, number: u64, event: &str) -> Vec<u8> {
        format!(
            concat!(
                r#"{{"amount":100,"created_at":"2026-11-21 10:02:02 UTC","currency":"GBP","end_to_end_id":null,"#,
                r#""id":"00000000-0000-4000-8000-{:012}","live":true,"reference":"order-{}","state":"sent","#,
                r#""webhook_event":"{}","webhook_type":"payment_session"}}"#
            ),
            number, number, event
        )
        .into_bytes()
    }

    /// The value of the `Banked-Signature` header, for a signing time in Unix seconds.
    #[must_use]
    pub fn signature(&self, at: u64, body: &[u8]) -> String {
        let tag = hmac::sign(&self.key, &[format!("{at}.").as_bytes(), body].concat());
        format!("{at}.{}", HEXLOWER.encode(tag.as_ref()))
    }

    /// The request's bytes, signed as of `at`.
    #[must_use]
    pub fn request(&self, number: u64, event: &str, at: u64) -> Vec<u8> {
        let body = self.body(number, event);
        let signature = self.signature(at, &body);
        let headers = [("content-type", "application/json"), ("banked-signature", signature.as_str())];
        wire::request("POST", &self.target, &headers, &body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test of Adyen's own library for Node.js: its key, its item, its signature.
    #[test]
    fn a_published_adyen_item_gets_its_published_signature() {
        let key = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00";
        let adyen = Adyen::new("/in/adyen", "merchantAccount", key);
        let item = Item {
            psp_reference: "pspReference".to_owned(),
            original_reference: "originalReference".to_owned(),
            merchant_reference: "reference".to_owned(),
            code: "EVENT".to_owned(),
            success: true,
            value: 1_000,
            reason: "reason".to_owned(),
        };
        assert_eq!(adyen.signature(&item), "ipnxGCaUZ4l8TUW75a71/ghd2Fe5ffvX0pV4TLTntIc=");
    }

    /// The fixture key of Banked's own library, used as text although it looks like hex.
    #[test]
    fn a_banked_signature_names_its_time_and_depends_on_the_body() {
        let banked = Banked::new("/in/banked", "f063a7029d6b959d8cc11e23148a302929da113a6b0671238ab9d1bcfb63645a");
        let signature = banked.signature(1_572_540_334, b"{}");
        assert!(signature.starts_with("1572540334.") && signature.len() == 11 + 64, "{signature}");
        assert_ne!(signature, banked.signature(1_572_540_334, b"{ }"));
    }

    #[test]
    fn bodies_are_json_and_numbers_tell_them_apart() {
        let adyen = Adyen::new("/in/adyen", "Shop \"quoted\"", "00ff");
        let bodies = [adyen.body(&Item::authorisation(1)), adyen.body(&Item::authorisation(2))];
        let parsed: Vec<serde_json::Value> = bodies.iter().map(|body| serde_json::from_slice(body).unwrap()).collect();
        assert_ne!(parsed[0], parsed[1]);
        let banked: serde_json::Value = serde_json::from_slice(&Banked::new("/", "k").body(7, "payment_sent")).unwrap();
        assert_eq!(banked["webhook_event"], "payment_sent");
    }
}
