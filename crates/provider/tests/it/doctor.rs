//! The doctor: each test makes exactly one mistake, and it is named. None of the answers shows a key.

mod adyen;
mod banked;
mod braintree;
mod declared;

use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_domain::identity::Environment;
use payhook_provider::doctor::{Belongs, Case, Cause, Diagnosis, Suspect, suspects};
use payhook_provider::{Key, Policy, RawRequest};

use crate::requests::{NOW, provider};

const KEY: &str = "00727DB817A85C8503AD29EAD1523DB869AF0E536893BB3046C92DE7CB045CB1";
const OTHER: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";

/// A patient: a request, and what is known of its source.
struct Patient {
    provider: &'static str,
    headers: HeaderMap,
    body: Vec<u8>,
    suspects: Vec<Suspect>,
    policy: Policy,
    environment: Option<Environment>,
}

impl Patient {
    fn new(provider: &'static str, headers: HeaderMap, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self { provider, headers, body, suspects: asked(provider, KEY), policy: Policy::default(), environment: None }
    }

    fn with_body(mut self, change: impl FnOnce(&str) -> String) -> Self {
        self.body = change(std::str::from_utf8(&self.body).expect("text")).into_bytes();
        self
    }

    fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"));
        self
    }

    fn with_suspects(self, suspects: Vec<Suspect>) -> Self {
        Self { suspects, ..self }
    }

    fn diagnoses(&self) -> Vec<Diagnosis> {
        let request = RawRequest { target: "/in/x", headers: &self.headers, body: &self.body };
        let case =
            Case { request, suspects: &self.suspects, policy: &self.policy, now: NOW, environment: self.environment };
        let diagnoses = provider(self.provider).diagnose(&case);
        let told = format!("{diagnoses:?}").to_lowercase();
        assert!(!told.contains(&KEY.to_lowercase()) && !told.contains(&OTHER.to_lowercase()), "a key is shown");
        diagnoses
    }

    /// The one diagnosis.
    fn diagnosis(&self) -> Diagnosis {
        let mut diagnoses = self.diagnoses();
        assert_eq!(diagnoses.len(), 1, "{diagnoses:?}");
        diagnoses.remove(0)
    }

    /// It is refused for this cause and no other, in these words.
    fn suffers_from(&self, cause: Cause, words: &str) {
        let diagnosis = self.diagnosis();
        assert!(!diagnosis.is_authentic(), "what is only explained is never accepted");
        let findings: Vec<_> =
            diagnosis.findings.iter().map(|finding| (finding.cause, finding.what.as_str())).collect();
        let [(found, what)] = findings.as_slice() else { panic!("not one finding: {findings:?}") };
        assert!(*found == cause && what.contains(words), "{findings:?}");
        assert!(!diagnosis.findings[0].hint.is_empty());
    }

    fn is_well(&self) {
        let diagnosis = self.diagnosis();
        assert!(diagnosis.is_authentic() && diagnosis.findings.is_empty(), "{diagnosis:?}");
        assert!(diagnosis.key.is_some());
    }
}

/// The key that was given, and whatever its text may have been taken for.
fn asked(name: &str, text: &str) -> Vec<Suspect> {
    suspects(provider(name), "key-1", text).0
}

fn key(name: &str, text: &str) -> Key {
    provider(name).key("key-1", text).expect("a key")
}

fn retired(name: &str, text: &str) -> Suspect {
    let mut key = key(name, text);
    key.retired = true;
    Suspect { key, of: Belongs::Source }
}

fn of_other_source(name: &str, text: &str, environment: Option<Environment>) -> Suspect {
    Suspect { key: key(name, text), of: Belongs::Other { source: "adyen-live".to_owned(), environment } }
}

#[test]
fn a_text_that_is_no_key_is_said_to_be_none() {
    for (name, text, problem) in [
        ("adyen", &KEY[1..], "has 63 characters, not 64"),
        ("adyen", "bm90IGhleA==", "holds characters other than 0-9 and A-F"),
        ("banked", " padded", "is surrounded by whitespace"),
    ] {
        let (_, mistake) = suspects(provider(name), "key-1", text);
        assert_eq!(mistake.expect("no key").problem, problem);
    }
}

#[test]
fn a_body_that_nobody_can_have_signed_is_called_what_it_is() {
    let bodies: [(&[u8], &str); 3] =
        [(b"", "empty"), (b"\x1f\x8b\x08\x00", "compressed"), (b"\xff\xfe{\0}\0", "UTF-16")];
    for (body, words) in bodies {
        Patient::new("adyen", HeaderMap::new(), body).suffers_from(Cause::BodyChanged, words);
    }
}
