//! What is signed can be cut in one way alone: whoever has one genuine request cannot make another of it by moving bytes
//! between the headers and the body.

use aws_lc_rs::{digest, hmac};
use data_encoding::{BASE64, HEXLOWER};
use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_domain::proof::Proof;
use payhook_domain::verdict::Unverified;
use payhook_provider::declared;
use serde_json::json;

use crate::requests::{Posted, key, refusal};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn tag(secret: &[u8], message: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes()).as_ref().to_vec()
}

/// A provider that signs its time and the body with nothing between, the header of its time, one it sends, and a body.
struct Adjoining {
    name: &'static str,
    time_header: &'static str,
    time: &'static str,
    body: &'static str,
    /// Where another event could begin, if the body was cut there.
    inner: &'static str,
}

const ADJOINING: [Adjoining; 3] = [
    Adjoining {
        name: "dlocal",
        time_header: "x-date",
        time: "2018-07-12T13:46:28.629Z",
        body: r#"{"id":"D-1","status":"PAID","x":{"id":"D-2","status":"PAID","order_id":"another","amount":999.00,"currency":"USD"}}"#,
        inner: r#"{"id":"D-2""#,
    },
    Adjoining {
        name: "cashfree",
        time_header: "x-webhook-timestamp",
        time: "1617695238078",
        body: r#"{"data":{"order":{"order_tags":{"type":"PAYMENT_SUCCESS_WEBHOOK","data":{}}}},"type":"PAYMENT_FAILED_WEBHOOK"}"#,
        inner: r#"{"type":"PAYMENT_SUCCESS_WEBHOOK""#,
    },
    // The time as BlueSnap's support writes it in its example.
    Adjoining {
        name: "bluesnap",
        time_header: "bls-ipn-timestamp",
        time: "2023-05-15 13:02:57.878",
        body: "transactionType=DECLINE&firstName=A&transactionType=CHARGE&referenceNumber=1047316102",
        inner: "transactionType=CHARGE",
    },
];

impl Adjoining {
    /// The verdict on this request, with the signature of the genuine one.
    fn refused(&self, time: &str, body: &str) -> Option<Unverified> {
        let login = if self.name == "dlocal" { "merchant" } else { "" };
        let tag = tag(SECRET.as_bytes(), &format!("{login}{}{}", self.time, self.body));
        let (header, value) = match self.name {
            "dlocal" => ("authorization", format!("V2-HMAC-SHA256, Signature: {}", HEXLOWER.encode(&tag))),
            "cashfree" => ("x-webhook-signature", BASE64.encode(&tag)),
            _ => ("bls-signature", HEXLOWER.encode(&tag)),
        };
        let request = Posted::new(HeaderMap::new(), body).with(header, &value).with(self.time_header, time);
        refusal(self.name, &request, &[key(self.name, SECRET)])
    }
}

#[test]
fn a_genuine_time_right_before_the_body_is_let_in() {
    for genuine in &ADJOINING {
        assert_eq!(genuine.refused(genuine.time, genuine.body), None, "{}", genuine.name);
    }
}

#[test]
fn a_piece_of_the_body_is_no_end_of_the_time() {
    for one in &ADJOINING {
        let whole = format!("{}{}", one.time, one.body);
        let inner = one.time.len() + one.body.find(one.inner).expect("there");
        let places = [inner, one.time.len() + 1, one.time.len() + 11];
        for (time, body) in places.map(|place| whole.split_at(place)) {
            assert_eq!(one.refused(time, body), Some(Unverified::SignatureMalformed), "{}: {time}", one.name);
        }
    }
}

#[test]
fn an_end_of_the_time_is_no_piece_of_the_body() {
    for one in &ADJOINING {
        let whole = format!("{}{}", one.time, one.body);
        for shorter in 1..one.time.len() {
            let (time, body) = whole.split_at(shorter);
            assert_eq!(one.refused(time, body), Some(Unverified::SignatureMalformed), "{}: {time}", one.name);
        }
    }
}

#[test]
fn an_id_holds_nothing_of_what_stands_behind_it() {
    let secret = BASE64.decode(WHSEC.trim_start_matches("whsec_").as_bytes()).expect("base64");
    for (name, prefix) in [("standard-webhooks", "webhook"), ("svix", "svix")] {
        let message = "msg_1.1790000000.a.1790000001.{}";
        let value = format!("v1,{}", BASE64.encode(&tag(&secret, message)));
        let refused = |id: &str, time: &str, body: &str| {
            let mut headers = HeaderMap::new();
            for (part, value) in [("id", id), ("timestamp", time), ("signature", &value)] {
                let header = HeaderName::from_bytes(format!("{prefix}-{part}").as_bytes()).expect("a name");
                headers.insert(header, HeaderValue::from_str(value).expect("a value"));
            }
            refusal(name, &Posted::new(headers, body), &[key(name, WHSEC)])
        };
        assert_eq!(refused("msg_1", "1790000000", "a.1790000001.{}"), None, "{name}");
        let forged = refused("msg_1.1790000000.a", "1790000001", "{}");
        assert_eq!(forged, Some(Unverified::SignatureMalformed), "{name}");
    }
}

#[test]
fn a_time_in_another_unit_than_the_scheme_says_is_none_though_nobody_asks_its_age() {
    let scheme = json!({
        "algorithm": "hmac-sha256",
        "signature": { "source": "header:X-Acme", "encoding": "hex" },
        "timestamp": { "source": "header:X-Time", "unit": "s" },
        "signed": "{timestamp}.{body}"
    });
    let acme = declared::of_user("acme-unit", scheme).expect("a scheme");
    let keys = [acme.key("current", SECRET).expect("a key")];
    for (time, expected) in [("1790000000", true), ("2026-09-21T14:13:20Z", false), ("17900000001234567", false)] {
        let value = HEXLOWER.encode(&tag(SECRET.as_bytes(), &format!("{time}.{{}}")));
        let request = Posted::new(HeaderMap::new(), "{}").with("x-acme", &value).with("x-time", time);
        let papers = acme.verify(&request.raw(), &keys, &super::policy(), crate::requests::NOW);
        let payhook_provider::Papers::Items(items) = papers else { panic!("unreadable") };
        assert_eq!(matches!(items[0], payhook_provider::Item::Verified(_)), expected, "{time}");
    }
}

/// A header that is signed says nothing of where it ends: what stands in the body could be its end, and an object of the body
/// the body.
#[test]
fn a_piece_of_the_body_is_no_body_beside_a_header_that_is_signed() {
    let scheme = |signed: &str| {
        json!({
            "algorithm": "hmac-sha256",
            "signature": { "source": "header:X-Acme", "encoding": "hex" },
            "signed": signed,
            "event": { "id": "json:/id", "type": "json:/type" }
        })
    };
    let whole = r#"n-1:{"id":"e-1","type":"refused","note":{"id":"e-2","type":"paid"}}"#;
    let value = HEXLOWER.encode(&tag(SECRET.as_bytes(), whole));
    for (name, signed, between) in
        [("acme-colon", "{header:X-Nonce}:{body}", 1), ("acme-none", "{header:X-Nonce}{body}", 0)]
    {
        let acme = declared::of_user(name, scheme(signed)).expect("a scheme");
        let keys = [acme.key("current", SECRET).expect("a key")];
        let cut = |place: &str| {
            let at = whole.find(place).expect("there");
            let request = Posted::new(HeaderMap::new(), &whole[at..])
                .with("x-acme", &value)
                .with("x-nonce", &whole[..at - between]);
            let papers = acme.verify(&request.raw(), &keys, &super::policy(), crate::requests::NOW);
            let payhook_provider::Papers::Items(items) = papers else { panic!("unreadable") };
            let payhook_provider::Item::Verified(verified) = &items[0] else { panic!("{:?}", items[0]) };
            verified.proof()
        };
        assert_eq!(cut(r#"{"id":"e-1""#), Proof::Signed, "{name}");
        assert_eq!(cut(r#"{"id":"e-2""#), Proof::BodyNotCovered, "{name}");
    }
}

/// Who has the SHA-256 of a secret and a body behind it makes, without the secret, that of the body with padding and any
/// text behind it.
#[test]
fn what_was_made_longer_behind_a_secret_is_not_called_signed() {
    let genuine = b"order=1&status=failed".as_slice();
    let longer = [genuine, b"\x80\0\0\0\x01\xa8&status=paid"].concat();
    for (name, signed, is_longer_signed) in
        [("acme-front", "{secret}{body}", false), ("acme-behind", "{body}{secret}", true)]
    {
        let scheme = json!({
            "algorithm": "sha256",
            "signature": { "source": "header:X-Acme", "encoding": "hex" },
            "signed": signed
        });
        let acme = declared::of_user(name, scheme).expect("a scheme");
        let keys = [acme.key("current", SECRET).expect("a key")];
        let is_signed = |body: &[u8]| {
            let parts = if name == "acme-front" { [SECRET.as_bytes(), body] } else { [body, SECRET.as_bytes()] };
            let value = HEXLOWER.encode(digest::digest(&digest::SHA256, &parts.concat()).as_ref());
            let mut headers = HeaderMap::new();
            headers.insert("x-acme", HeaderValue::from_str(&value).expect("a value"));
            let request = payhook_provider::RawRequest { target: "/in/acme", headers: &headers, body };
            let papers = acme.verify(&request, &keys, &super::policy(), crate::requests::NOW);
            let payhook_provider::Papers::Items(items) = papers else { panic!("unreadable") };
            let payhook_provider::Item::Verified(verified) = &items[0] else { panic!("{:?}", items[0]) };
            verified.proof() == Proof::Signed
        };
        assert!(is_signed(genuine), "{name}");
        assert_eq!(is_signed(&longer), is_longer_signed, "{name}");
    }
}
