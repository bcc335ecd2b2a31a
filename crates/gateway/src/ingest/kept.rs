//! What of a request is kept outside its body, and how: of credentials only that they were there.

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;
use payhook_domain::notification::PRESENT;
use payhook_provider::{Carrier, Provider};

/// The header lines as they are stored: `name: value\r\n` each, in the order received.
pub(crate) fn headers(provider: &dyn Provider, headers: &HeaderMap) -> Bytes {
    let length = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let mut lines = Vec::with_capacity(length);
    for (name, value) in headers {
        let is_credential = provider.is_credential(Carrier::Header(name, value));
        lines.extend_from_slice(name.as_str().as_bytes());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(if is_credential { PRESENT.as_bytes() } else { value.as_bytes() });
        lines.extend_from_slice(b"\r\n");
    }
    Bytes::from(lines)
}

/// The path and query as they are stored.
pub(crate) fn target(provider: &dyn Provider, target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let fields: Vec<Cow<'_, str>> = query.split('&').map(|field| field_of(provider, field)).collect();
    format!("{path}?{}", fields.join("&"))
}

fn field_of<'f>(provider: &dyn Provider, field: &'f str) -> Cow<'f, str> {
    let name = field.split_once('=').map_or(field, |(name, _)| name);
    // As the provider reads it: `to%6ben` is its token, too.
    let decoded = url::form_urlencoded::parse(name.as_bytes()).next().map(|(name, _)| name).unwrap_or_default();
    match provider.is_credential(Carrier::Query(&decoded)) {
        true => Cow::Owned(format!("{name}={PRESENT}")),
        false => Cow::Borrowed(field),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};
    use payhook_provider::by_name;
    use serde_json::json;

    use super::*;

    fn kept(provider: &str, lines: &[(&'static str, &'static str)]) -> String {
        let lines = lines.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let kept = headers(by_name(provider).expect("a provider"), &lines.collect());
        String::from_utf8(kept.to_vec()).expect("text")
    }

    #[test]
    fn credentials_are_never_kept() {
        let lines = [("authorization", "Basic c2VjcmV0"), ("cookie", "a=b"), ("content-type", "application/json")];
        for provider in ["adyen", "stripe", "chargebee"] {
            assert_eq!(
                kept(provider, &lines),
                "authorization: [present]\r\ncookie: [present]\r\ncontent-type: application/json\r\n"
            );
        }
    }

    #[test]
    fn a_token_that_proves_who_sends_is_one() {
        for (provider, header) in
            [("xendit", "x-callback-token"), ("flutterwave-v3", "verif-hash"), ("gitlab", "x-gitlab-token")]
        {
            assert_eq!(kept(provider, &[(header, "secret")]), format!("{header}: [present]\r\n"), "{provider}");
            assert_eq!(kept("adyen", &[(header, "told")]), format!("{header}: told\r\n"), "it is nothing to others");
        }
    }

    #[test]
    fn a_signature_is_kept_wherever_it_stands_and_a_password_in_its_place_is_not() {
        let line = [("authorization", "V2-HMAC-SHA256, Signature: ab")];
        assert_eq!(kept("dlocal", &line), "authorization: V2-HMAC-SHA256, Signature: ab\r\n");
        assert_eq!(kept("dlocal", &[("authorization", "Basic c2VjcmV0")]), "authorization: [present]\r\n");
    }

    #[test]
    fn a_token_in_the_query_is_blanked_there_and_nothing_else_is() {
        let scheme = json!({ "algorithm": "token", "signature": { "source": "query:token" } });
        let provider = payhook_provider::declared::of_user("house", scheme).expect("a provider");
        let kept = |asked: &str| target(provider, asked);
        assert_eq!(kept("/in/x?a=1&token=s%3d&b"), "/in/x?a=1&token=[present]&b");
        assert_eq!(kept("/in/x?to%6ben=s"), "/in/x?to%6ben=[present]");
        assert_eq!(kept("/in/x"), "/in/x");
    }
}
