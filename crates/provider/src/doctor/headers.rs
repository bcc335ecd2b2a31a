//! Where else a signature may stand: in a header of another name, or in the header of another scheme.

use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};

use super::unusual::unusual;
use super::{Cause, Finding};
use crate::RawRequest;

/// Headers that tell a scheme, as their public documentation names them.
const SCHEMES: &[(&str, &str)] = &[
    ("banked-signature", "Banked"),
    ("bt_signature", "Braintree"),
    ("cko-signature", "Checkout.com"),
    ("event-signature", "Worldpay"),
    ("hmacsignature", "Adyen's header-signed webhooks"),
    ("klarna-signature", "Klarna"),
    ("paddle-signature", "Paddle"),
    ("pay-signature", "GOV.UK Pay"),
    ("paypal-transmission-sig", "PayPal"),
    ("plaid-verification", "Plaid"),
    ("recurly-signature", "Recurly"),
    ("revolut-signature", "Revolut"),
    ("stripe-signature", "Stripe"),
    ("svix-signature", "Svix"),
    ("tl-signature", "TrueLayer"),
    ("webhook-signature", "Standard Webhooks or GoCardless"),
    ("x-anet-signature", "Authorize.Net"),
    ("x-cc-webhook-signature", "Coinbase Commerce"),
    ("x-gcs-signature", "Worldline"),
    ("x-hub-signature-256", "GitHub"),
    ("x-mollie-signature", "Mollie"),
    ("x-paystack-signature", "Paystack"),
    ("x-razorpay-signature", "Razorpay"),
    ("x-shopify-hmac-sha256", "Shopify"),
    ("x-signature-sha256", "Wise"),
    ("x-square-hmacsha256-signature", "Square"),
    ("x-tink-signature", "Tink"),
    ("x-twilio-signature", "Twilio"),
];

/// Signatures of other schemes than the one that stands in `own`.
pub(crate) fn other_schemes(headers: &HeaderMap, own: &str) -> Vec<Finding> {
    let others = SCHEMES.iter().filter(|(header, _)| *header != own && headers.contains_key(*header));
    others
        .map(|(header, scheme)| {
            let what = format!("it carries the header {header}: a signature of {scheme}");
            Finding::new(Cause::OtherScheme, what, "send it to the path of a source of that provider")
        })
        .collect()
}

/// The signature's header: its value, under its own name or another, and what is wrong with how it stands there.
pub(crate) fn signature_header<'r>(request: &RawRequest<'r>, name: &str) -> (Option<&'r str>, Option<Finding>) {
    let value = request.header(name);
    let renamed = value.is_none().then(|| renamed(request.headers, name)).flatten();
    let (value, renamed) = match renamed {
        Some((value, finding)) => (Some(value), Some(finding)),
        None => (value, None),
    };
    (value, stands_twice(request.headers, name).or(renamed))
}

/// The value that stands under another name than `wanted`, when one header's name ends in it: a proxy's
/// `x-original-banked-signature`, or one with underscores.
fn renamed<'r>(headers: &'r HeaderMap, wanted: &str) -> Option<(&'r str, Finding)> {
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let ending = plain(wanted);
    let mut found =
        headers.iter().filter(|(name, _)| name.as_str() != wanted && plain(name.as_str()).ends_with(&ending));
    let (name, value) = found.next()?;
    let what = format!("there is no header {wanted}, but one called {name}");
    let hint = "something on the way renames headers: have the proxy pass them as they are";
    Some((value.to_str().ok()?, Finding::new(Cause::HeaderRenamed, what, hint)))
}

/// Whether the header stands there more than once, so that two readers may each take another of them.
fn stands_twice(headers: &HeaderMap, name: &str) -> Option<Finding> {
    (headers.get_all(name).iter().count() > 1).then(|| {
        let hint = "two parties may each read another of them; find out who adds the second";
        Finding::new(Cause::HeaderTwice, format!("the header {name} stands there twice"), hint)
    })
}

/// Whether the body has another length than the sender said.
pub(crate) fn length_differs(request: &RawRequest<'_>) -> Option<Finding> {
    let said: usize = request.header(CONTENT_LENGTH)?.parse().ok()?;
    (said != request.body.len()).then(|| {
        let what = format!("the body has {} bytes, but content-length says {said}", request.body.len());
        Finding::new(Cause::BodyChanged, what, "it was cut or written anew on its way, or when it was captured")
    })
}

/// What the body looks like when it is not what its content type says, or nothing that anybody signs.
pub(crate) fn looks_like(request: &RawRequest<'_>) -> Option<Finding> {
    if let Some(unusual) = unusual(request.body) {
        return Some(unusual);
    }
    let body = request.body.trim_ascii_start();
    let said = request.header(CONTENT_TYPE).unwrap_or("none");
    let looks = match body.first()? {
        b'<' if !said.contains("xml") => "XML, such as a SOAP notification, though its content type does not say so",
        b'{' | b'[' if serde_json::from_slice::<serde::de::IgnoredAny>(body).is_err() => {
            "JSON that breaks off or is damaged"
        }
        b'{' | b'[' if said.contains("form") => "JSON, though its content type says form",
        letter if letter.is_ascii_alphabetic() && body.contains(&b'=') && !said.contains("form") => {
            "a form, though its content type does not say so"
        }
        _ => return None,
    };
    let hint = "pass the body on as it was received, with its content type";
    Some(Finding::new(Cause::BodyChanged, format!("the body looks like {looks} (content type: {said})"), hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_renamed_header_is_found_by_how_its_name_ends() {
        for name in ["x-banked-signature", "banked_signature", "x-original-banked-signature"] {
            let (value, finding) = renamed(&headers(&[("a", "b"), (name, "1.ab")]), "banked-signature")
                .map(|(value, finding)| (value.to_owned(), finding))
                .expect("found");
            assert_eq!(value, "1.ab");
            assert!(finding.what.contains(name));
        }
        assert!(renamed(&headers(&[("banked-signature", "1")]), "banked-signature").is_none());
        assert!(renamed(&headers(&[("signature", "1")]), "banked-signature").is_none());
    }

    #[test]
    fn another_schemes_header_is_named() {
        let found =
            other_schemes(&headers(&[("stripe-signature", "t=1"), ("banked-signature", "1")]), "banked-signature");
        assert_eq!(found.len(), 1);
        assert!(found[0].what.contains("Stripe"));
    }

    #[test]
    fn a_body_that_is_not_what_it_says_is_described() {
        for (kind, body, expected) in [
            ("application/json", "{\"a\":", Some("breaks off")),
            ("application/json", "<soap:Envelope/>", Some("XML")),
            ("text/xml; charset=utf-8", "<soap:Envelope/>", None),
            ("application/json", "a=b&c=d", Some("a form")),
            ("application/x-www-form-urlencoded", "{}", Some("JSON, though")),
            ("application/json", "{}", None),
            ("application/x-www-form-urlencoded", "a=b", None),
        ] {
            let headers: HeaderMap = headers(&[("content-type", kind)]);
            let request = RawRequest { target: "/", headers: &headers, body: body.as_bytes() };
            let what = looks_like(&request).map(|finding| finding.what);
            assert_eq!(what.is_some(), expected.is_some(), "{body}: {what:?}");
            assert!(what.unwrap_or_default().contains(expected.unwrap_or_default()), "{body}");
        }
    }
}
