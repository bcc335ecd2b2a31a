//! Keys that TrueLayer publishes: which signature has one looked up, and what is said where that leads nowhere.

use payhook_provider::KeySet;
use payhook_provider::doctor::Finding;

use super::*;

const LIVE: &str = "https://webhooks.truelayer.com/.well-known/jwks";
const SANDBOX: &str = "https://webhooks.truelayer-sandbox.com/.well-known/jwks";
const COPY: &str = "https://keys.example.com/truelayer";

fn looking_into(url: &str) -> Policy {
    Policy { key_set: Some(url.to_owned()), ..Policy::default() }
}

fn naming(jku: &str) -> SignedRequest {
    let unsigned =
        Unsigned { target: "/in/truelayer".to_owned(), headers: HeaderMap::new(), body: BODY.to_owned().into() };
    provider("truelayer").sign(unsigned, &key(PRIVATE), &looking_into(jku), NOW).expect("signed")
}

/// What the verdict is without any key: one is asked for, or the refusal.
fn asked(request: &SignedRequest, policy: &Policy) -> Result<NeedsKey, String> {
    let raw = request.as_raw();
    let Papers::Items(mut items) = provider("truelayer").verify(&raw, &[], policy, NOW) else { panic!("unreadable") };
    match items.remove(0) {
        Item::NeedsKey(needed) => Ok(needed),
        Item::Refused(refused) => Err(refused.detail),
        Item::Verified(_) => panic!("believed without a key"),
    }
}

#[test]
fn a_key_is_asked_for_where_the_signature_names_the_sources_own_set() {
    for (names, source) in [(LIVE, LIVE), (SANDBOX, SANDBOX), (COPY, COPY), (LIVE, COPY), (SANDBOX, COPY)] {
        let needed = asked(&naming(names), &looking_into(source)).expect("one is asked for");
        assert_eq!(needed.kid, KID);
        assert_eq!(needed.otherwise.reason, Unverified::SignatureMismatch);
        assert!(needed.otherwise.detail.contains(source), "{}", needed.otherwise.detail);
    }
}

#[test]
fn no_key_is_asked_for_by_whoever_names_another_set_or_none() {
    for (names, source) in [(LIVE, SANDBOX), (SANDBOX, LIVE)] {
        let said = asked(&naming(names), &looking_into(source)).expect_err("refused");
        assert!(said.contains("names the key set") && said.contains(names) && said.contains(source), "{said}");
    }
    for foreign in [COPY, "http://169.254.169.254/latest", "https://webhooks.truelayer.com/.well-known/jwks?x"] {
        let said = asked(&naming(foreign), &looking_into(LIVE)).expect_err("refused");
        assert!(said.ends_with("that is not TrueLayer's") && !said.contains(foreign), "{said}");
    }
    let unnamed = with_head(|head| head["jku"] = Value::Null);
    assert!(asked(&unnamed, &looking_into(LIVE)).expect_err("refused").contains("names no key set"));
    let said = asked(&naming(LIVE), &Policy::default()).expect_err("refused");
    assert!(said.ends_with("no key of the source has that name"), "the source looks into no set: {said}");
}

#[test]
fn a_key_of_the_sources_own_is_asked_first_and_settles_it() {
    let request = naming(LIVE);
    let verdict = |keys: &[Key]| judged(&request.as_raw(), keys, &looking_into(LIVE), NOW);
    assert_eq!(verdict(&[key(PRIVATE)]), Ok(()));
    let mut retired = key(PRIVATE);
    retired.retired = true;
    assert_eq!(verdict(&[retired]), Err(Unverified::KeyRetired), "so one that is published can be refused");
    let elsewhere = naming(SANDBOX);
    assert_eq!(judged(&elsewhere.as_raw(), &[key(PRIVATE)], &looking_into(LIVE), NOW), Ok(()), "it needs no set");
}

#[test]
fn a_key_out_of_the_set_judges_like_one_that_was_configured() {
    let set = KeySet::read(format!(r#"{{"keys":[{JWK}]}}"#).as_bytes()).expect("a set");
    let good = naming(LIVE);
    assert_eq!(judged(&good.as_raw(), &set.keys, &looking_into(LIVE), NOW), Ok(()));
    let changed = SignedRequest { body: BODY.replace("p1", "p2").into(), ..good };
    let verdict = judged(&changed.as_raw(), &set.keys, &looking_into(LIVE), NOW);
    assert_eq!(verdict, Err(Unverified::SignatureMismatch));
}

/// What the doctor says, with the keys that the source's set was found to hold.
fn said(request: &SignedRequest, policy: &Policy, published: &[Key]) -> Vec<Finding> {
    let suspects: Vec<Suspect> =
        published.iter().map(|key| Suspect { key: key.clone(), of: Belongs::KeySet }).collect();
    let case = Case { request: request.as_raw(), suspects: &suspects, policy, now: NOW, environment: None };
    provider("truelayer").diagnose(&case).remove(0).findings
}

#[test]
fn the_doctor_tells_an_unknown_key_from_a_foreign_set() {
    let another = provider("truelayer").key("another", PRIVATE).expect("a key");
    let unnamed = with_head(|head| head["jku"] = Value::Null);
    for (request, policy, published, cause, hint) in [
        (naming(LIVE), looking_into(LIVE), vec![], Cause::KeyUnknown, "could not be read"),
        (naming(LIVE), looking_into(LIVE), vec![another], Cause::KeyUnknown, "has no key of that name"),
        (naming(SANDBOX), looking_into(LIVE), vec![], Cause::OtherEnvironment, "`environment` of the source"),
        (naming(COPY), looking_into(LIVE), vec![], Cause::ForeignKeySet, "`jwks_url`"),
        (unnamed, looking_into(LIVE), vec![], Cause::ForeignKeySet, "among `keys`"),
        (naming(LIVE), Policy::default(), vec![], Cause::KeyOfOtherSource, "leave `keys` out"),
    ] {
        let findings = said(&request, &policy, &published);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].cause, cause, "{findings:?}");
        assert!(findings[0].hint.contains(hint), "{findings:?}");
    }
}

#[test]
fn the_doctor_judges_by_the_key_that_the_set_holds() {
    assert!(said(&naming(LIVE), &looking_into(LIVE), &[key(PRIVATE)]).is_empty(), "authentic");
    let spaced = SignedRequest { body: format!("{BODY}\n").into(), ..naming(LIVE) };
    let findings = said(&spaced, &looking_into(LIVE), &[key(PRIVATE)]);
    assert_eq!(findings[0].cause, Cause::BodyChanged, "{findings:?}");
}
