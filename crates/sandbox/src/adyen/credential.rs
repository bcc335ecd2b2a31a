//! Who may ask Adyen's APIs.

use data_encoding::BASE64;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::accounts::Accounts;

/// Whether the API key is there: as `x-API-key`, or as the password of Basic auth, whoever's name stands before it. It
/// protects nothing, so a plain comparison will do.
pub(super) fn is_ours(headers: &HeaderMap, accounts: &Accounts) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let password = || {
        let (scheme, encoded) = text(AUTHORIZATION.as_str())?.split_once(' ')?;
        let plain = String::from_utf8(BASE64.decode(encoded.trim().as_bytes()).ok()?).ok()?;
        let password = plain.split_once(':').map(|(_, password)| password.to_owned());
        password.filter(|_| scheme.eq_ignore_ascii_case("basic"))
    };
    match text("x-api-key") {
        Some(key) => key == accounts.adyen_api_key,
        None => password().is_some_and(|password| password == accounts.adyen_api_key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_taken_as_a_header_of_its_own_or_as_a_password_and_nothing_else_is() {
        let accounts = Accounts::default();
        let knows = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().expect("a value"));
            is_ours(&headers, &accounts)
        };
        let basic = |pair: &str| format!("Basic {}", BASE64.encode(pair.as_bytes()));
        assert!(knows("x-api-key", "sandbox_adyen_api_key"));
        assert!(knows("authorization", &basic("report_1@Company.Shop:sandbox_adyen_api_key")));
        assert!(!knows("x-api-key", "another"));
        for wrong in [&*basic("sandbox_adyen_api_key:"), "Bearer sandbox_adyen_api_key", "Basic !", "Basic", ""] {
            assert!(!knows("authorization", wrong), "{wrong}");
        }
        assert!(!is_ours(&HeaderMap::new(), &accounts));
    }
}
