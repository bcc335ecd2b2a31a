//! Declared providers, and schemes that an operator may write.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_provider::declared::{self, SchemeMistake};
use payhook_provider::{Item, Papers, Policy, RawRequest, Unsigned};

use crate::{NOW, Suspect};

/// A declared provider, and the headers it signs in.
pub struct Declared {
    suspect: Suspect,
    names: Vec<HeaderName>,
}

impl Declared {
    /// Every one whose keys can be made here and that signs without help.
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Declared>> = LazyLock::new(|| {
            let declared = payhook_provider::all().filter(|provider| provider.about().fingerprint.is_some());
            declared
                .filter(|provider| provider.key_text(&[0; 32]).is_some())
                .filter_map(|provider| Declared::of(provider.name()))
                .collect()
        });
        &ALL
    }

    fn of(name: &str) -> Option<Self> {
        let suspect = Suspect::new(name);
        let unsigned = Unsigned { target: "/in/x".to_owned(), headers: HeaderMap::new(), body: Default::default() };
        let signed = suspect.provider.sign(unsigned, &suspect.key, &Policy::default(), NOW)?;
        Some(Self { suspect, names: signed.headers.keys().cloned().collect() })
    }

    /// Posts a body nobody signed, with this value in each of the headers.
    pub fn refuses(&self, value: &[u8], body: &[u8]) {
        let Ok(value) = HeaderValue::from_bytes(value) else { return };
        let headers: HeaderMap = self.names.iter().map(|name| (name.clone(), value.clone())).collect();
        self.suspect.refuses(&headers, body);
    }

    /// Signs the body and parses what is then believed.
    pub fn parses(&self, body: &[u8]) {
        self.suspect.parses(&HeaderMap::new(), body);
    }
}

/// Reads a scheme; one that is taken judges a request that nobody signed.
pub fn takes_scheme(text: &[u8]) {
    let Ok(scheme) = serde_json::from_slice(text) else { return };
    match declared::of_user("fuzz", scheme) {
        Ok(provider) => {
            let Some(key) = provider.key_text(&[0x5a; 32]).and_then(|text| provider.key("fuzz", &text).ok()) else {
                return;
            };
            let headers: HeaderMap = [("x-a", "t=1,v1=00"), ("x-b", "1"), ("authorization", "Basic YTpi")]
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .into_iter()
                .collect();
            let request = RawRequest { target: "/in/x?a=1", headers: &headers, body: b"{\"a\":[1]}" };
            let Papers::Items(items) = provider.verify(&request, &[key], &Policy::default(), NOW) else { return };
            assert!(items.iter().all(|item| matches!(item, Item::Refused(_))), "believed without a key");
        }
        // So many schemes are kept for as long as the process runs; then only the reading is tried.
        Err(SchemeMistake::TooMany) => {}
        Err(mistake) => assert!(!mistake.to_string().is_empty(), "a mistake that is not told"),
    }
}
