//! What goes with the body: its own headers, ours, and the signature.

use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, HOST, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::Parcel;
use crate::standard_webhooks::{self, Secret};

const DELIVERY: HeaderName = HeaderName::from_static("payhook-delivery");
const ATTEMPT: HeaderName = HeaderName::from_static("payhook-attempt");
const REPLAY: HeaderName = HeaderName::from_static("payhook-replay");
const TEST: HeaderName = HeaderName::from_static("payhook-test");
const ID: HeaderName = HeaderName::from_static(standard_webhooks::ID);
const TIMESTAMP: HeaderName = HeaderName::from_static(standard_webhooks::TIMESTAMP);
const SIGNATURE: HeaderName = HeaderName::from_static(standard_webhooks::SIGNATURE);

const WHO_WE_ARE: HeaderValue = HeaderValue::from_static(concat!("payhook/", env!("CARGO_PKG_VERSION")));

/// Never passed on, whoever sent them: they belong to one connection (RFC 9110, section 7.6.1), to the client, or are
/// the sender's credentials. What an answer may be encoded as is ours to say, since we show its start.
const NOT_PASSED_ON: [HeaderName; 15] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HOST,
    CONTENT_LENGTH,
    EXPECT,
    AUTHORIZATION,
    COOKIE,
    ACCEPT_ENCODING,
];

/// Names only we may set: a received one would pass for ours.
const OURS: [&str; 2] = ["webhook-", "payhook-"];

/// All header fields of one try.
pub(super) fn for_parcel(parcel: &Parcel, secret: Option<&Secret>) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(parcel.headers.len() + 8);
    for (name, value) in &parcel.headers {
        if passes(name, &parcel.headers) {
            headers.append(name.clone(), value.clone());
        }
    }
    let id = parcel.event.to_string();
    let seconds = parcel.sent_at.as_seconds();
    if let Some(secret) = secret {
        headers.insert(SIGNATURE, text(secret.sign(&id, seconds, &parcel.body)));
    }
    headers.insert(ID, text(id));
    headers.insert(TIMESTAMP, HeaderValue::from(seconds));
    headers.insert(DELIVERY, text(parcel.delivery.to_string()));
    headers.insert(ATTEMPT, HeaderValue::from(parcel.attempt));
    if parcel.replay {
        headers.insert(REPLAY, HeaderValue::from_static("true"));
    }
    if parcel.test {
        headers.insert(TEST, HeaderValue::from_static("true"));
    }
    headers.insert(USER_AGENT, WHO_WE_ARE);
    headers
}

fn passes(name: &HeaderName, headers: &HeaderMap) -> bool {
    if NOT_PASSED_ON.contains(name) || OURS.iter().any(|ours| name.as_str().starts_with(ours)) {
        return false;
    }
    // A sender may declare further fields as its connection's own.
    let declared = headers.get_all(CONNECTION).into_iter().filter_map(|value| value.to_str().ok());
    !declared.flat_map(|names| names.split(',')).any(|declared| declared.trim().eq_ignore_ascii_case(name.as_str()))
}

fn text(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("ids, numbers and base64 are visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use payhook_domain::time::Timestamp;

    fn parcel(headers: &[(&'static str, &'static str)]) -> Parcel {
        let headers =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        Parcel {
            event: "evt_aaaaaaaaaaaaaaaaaaaaaaaaaa".parse().expect("an id"),
            delivery: "dlv_17_2_1".parse().expect("an id"),
            attempt: 3,
            replay: false,
            test: false,
            sent_at: Timestamp::from_micros(1_614_265_330_999_999),
            headers: headers.collect(),
            body: Bytes::from_static(b"{}"),
        }
    }

    #[test]
    fn a_parcel_carries_who_sends_what_and_which_try_it_is() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let headers = for_parcel(&parcel(&[("content-type", "application/json")]), Some(&secret));
        let signature = secret.sign("evt_aaaaaaaaaaaaaaaaaaaaaaaaaa", 1_614_265_330, b"{}");
        for (name, expected) in [
            ("content-type", "application/json"),
            ("webhook-id", "evt_aaaaaaaaaaaaaaaaaaaaaaaaaa"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", &signature),
            ("payhook-delivery", "dlv_17_2_1"),
            ("payhook-attempt", "3"),
            ("user-agent", concat!("payhook/", env!("CARGO_PKG_VERSION"))),
        ] {
            assert_eq!(headers.get(name).map(HeaderValue::as_bytes), Some(expected.as_bytes()), "{name}");
        }
        assert_eq!(headers.len(), 7);
    }

    #[test]
    fn a_test_says_that_it_is_one() {
        assert_eq!(
            for_parcel(&Parcel { test: true, ..parcel(&[]) }, None).get(TEST),
            Some(&HeaderValue::from_static("true"))
        );
    }

    #[test]
    fn only_a_replay_says_so_and_only_a_secret_signs() {
        let headers = for_parcel(&Parcel { replay: true, ..parcel(&[]) }, None);
        assert_eq!(headers.get(REPLAY), Some(&HeaderValue::from_static("true")));
        assert!(headers.contains_key(ID) && !headers.contains_key(SIGNATURE));
    }

    #[test]
    fn a_providers_headers_pass_except_those_of_its_connection_its_credentials_and_ours() {
        let headers = for_parcel(
            &parcel(&[
                ("hmacsignature", "abc"),
                ("content-encoding", "gzip"),
                ("x-request-id", "1"),
                ("connection", "close, X-Hop"),
                ("x-hop", "1"),
                ("keep-alive", "1"),
                ("transfer-encoding", "chunked"),
                ("host", "gateway"),
                ("content-length", "99"),
                ("authorization", "Basic x"),
                ("cookie", "a=b"),
                ("expect", "100-continue"),
                ("webhook-signature", "v1,forged"),
                ("webhook-id", "forged"),
                ("payhook-replay", "true"),
                ("user-agent", "Adyen"),
                ("accept-encoding", "gzip"),
                ("te", "trailers"),
            ]),
            None,
        );
        let passed: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        let ours = ["webhook-id", "webhook-timestamp", "payhook-delivery", "payhook-attempt", "user-agent"];
        let theirs = ["hmacsignature", "content-encoding", "x-request-id"];
        assert_eq!(passed.len(), ours.len() + theirs.len(), "{passed:?}");
        assert!(ours.iter().chain(&theirs).all(|name| passed.contains(name)), "{passed:?}");
        assert_eq!(headers[ID], "evt_aaaaaaaaaaaaaaaaaaaaaaaaaa");
    }
}
