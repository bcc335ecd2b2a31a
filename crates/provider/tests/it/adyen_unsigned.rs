//! Events of Adyen that a source takes without a signature.

use http::HeaderMap;
use payhook_domain::event::Event;
use payhook_domain::identity::Environment;
use payhook_domain::proof::Proof;
use payhook_domain::verdict::Unverified::{self, *};
use payhook_provider::{Papers, Parsed, Policy, Unsigned, sample};

use crate::requests::{self, NOW, Posted, envelope, event, key, provider};

const KEY: &str = "00727DB817A85C8503AD29EAD1523DB869AF0E536893BB3046C92DE7CB045CB1";
const REPORT: &str = r#"{"pspReference":"report.csv","merchantAccountCode":"Shop","merchantReference":"","eventCode":"REPORT_AVAILABLE","success":"true","eventDate":"2026-11-21T10:00:00+01:00"}"#;
const AUTHORISED: &str = r#"{"pspReference":"P1","merchantAccountCode":"Shop","merchantReference":"r","amount":{"value":1000,"currency":"EUR"},"eventCode":"AUTHORISATION","success":"true"}"#;
const TOKEN: &str =
    r#"{"type":"recurring.token.created","eventId":"E1","environment":"test","data":{"merchantAccount":"Shop"}}"#;

/// The verdicts of a source that takes these codes without a signature.
fn judged(request: &Posted, codes: &[&str]) -> Vec<Result<Event, Unverified>> {
    let policy = Policy { unsigned_events: codes.iter().map(|code| (*code).to_owned()).collect(), ..Policy::default() };
    match provider("adyen").verify(&request.raw(), &[key("adyen", KEY)], &policy, NOW) {
        Papers::Unreadable(refused) => vec![Err(refused.reason)],
        Papers::Items(items) => items
            .into_iter()
            .map(|item| match item.as_it_stands() {
                Err(refused) => Err(refused.reason),
                Ok(verified) => match provider("adyen").parse(&verified, Environment::Test) {
                    Parsed::Events(mut events) => {
                        let event = events.remove(0);
                        assert_eq!(event.proof, verified.proof());
                        assert_eq!(verified.key().is_some(), event.proof == Proof::Signed);
                        Ok(event)
                    }
                    Parsed::NotUnderstood { detail, .. } => panic!("not understood: {detail}"),
                },
            })
            .collect(),
    }
}

fn one(request: &Posted, codes: &[&str]) -> Result<Proof, Unverified> {
    let mut verdicts = judged(request, codes);
    assert_eq!(verdicts.len(), 1);
    verdicts.remove(0).map(|event| event.proof)
}

fn with_signature(signature: &str) -> Posted {
    let data = format!(r#","additionalData":{{"hmacSignature":{signature}}}}}"#);
    Posted::json(envelope(&[&REPORT.replace("}", &data)]))
}

fn signed(body: String) -> Posted {
    let unsigned = Unsigned { target: "/".into(), headers: Posted::json("").headers, body: body.into() };
    let signed = requests::signed("adyen", unsigned, &key("adyen", KEY));
    Posted::new(signed.headers, signed.body)
}

#[test]
fn nothing_is_taken_without_a_signature_unless_it_is_named() {
    let report = Posted::json(envelope(&[REPORT]));
    assert_eq!(one(&report, &[]), Err(SignatureMissing));
    for codes in [["AUTHORISATION"], ["REPORT"], ["report_available"], ["*"], [""]] {
        assert_eq!(one(&report, &codes), Err(SignatureMissing), "{codes:?}");
    }
    assert_eq!(one(&report, &["REPORT_AVAILABLE"]), Ok(Proof::Unsigned));
    assert_eq!(one(&signed(envelope(&[REPORT])), &["REPORT_AVAILABLE"]), Ok(Proof::Signed));
}

#[test]
fn it_is_taken_in_every_envelope_and_by_the_type_of_the_others() {
    let value = sample::compose("adyen", "report-available", 1, NOW).expect("a sample");
    for unsigned in [
        sample::unsigned("adyen", &value),
        sample::unsigned_form(&value).expect("a form"),
        sample::unsigned_soap(&value).expect("an envelope"),
    ] {
        let request = Posted::new(unsigned.headers, unsigned.body);
        assert_eq!(one(&request, &[]), Err(SignatureMissing));
        assert_eq!(one(&request, &["REPORT_AVAILABLE"]), Ok(Proof::Unsigned));
    }
    let token = Posted::json(TOKEN);
    assert_eq!(one(&token, &["recurring.token.updated"]), Err(SignatureMissing));
    assert_eq!(one(&token, &["recurring.token.created"]), Ok(Proof::Unsigned));
}

#[test]
fn a_wrong_signature_is_refused_whatever_is_named() {
    let codes = ["REPORT_AVAILABLE", "recurring.token.created"];
    let mismatch = r#""AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=""#;
    for (signature, reason) in [
        (mismatch, SignatureMismatch),
        (r#""x""#, SignatureMalformed),
        ("{}", SignatureMissing),
        ("[1]", SignatureMissing),
        ("1.5", SignatureMissing),
    ] {
        assert_eq!(one(&with_signature(signature), &codes), Err(reason), "{signature}");
    }
    for empty in ["null", r#""""#] {
        assert_eq!(one(&with_signature(empty), &codes), Ok(Proof::Unsigned), "{empty} is no signature");
    }
    for header in ["", "x", mismatch.trim_matches('"')] {
        for body in [envelope(&[REPORT]), TOKEN.to_owned()] {
            let request = Posted::json(body).with("hmacsignature", header);
            assert!(one(&request, &codes).is_err(), "{header:?} stands in the header");
        }
    }
    let twice = Posted::json(TOKEN).with("hmacsignature", "x").with("hmacsignature", "y");
    assert_eq!(one(&twice, &codes), Err(SignatureMissing));
}

#[test]
fn fields_keep_their_shapes_without_a_signature_too() {
    let odd = REPORT.replace(r#""success":"true""#, r#""success":"yes""#);
    assert_eq!(one(&Posted::json(envelope(&[&odd])), &["REPORT_AVAILABLE"]), Err(FieldShape));
}

#[test]
fn in_a_batch_each_item_is_judged_by_itself() {
    let verdicts = judged(&Posted::json(envelope(&[REPORT, AUTHORISED])), &["REPORT_AVAILABLE"]);
    let proofs: Vec<_> = verdicts.into_iter().map(|verdict| verdict.map(|event| event.proof)).collect();
    assert_eq!(proofs, [Ok(Proof::Unsigned), Err(SignatureMissing)]);
}

/// Whoever guesses a reference writes an event of his own, and never a repeat of the provider's.
#[test]
fn what_nobody_signed_is_never_the_event_that_comes_signed() {
    for (body, code) in [(envelope(&[AUTHORISED]), "AUTHORISATION"), (TOKEN.to_owned(), "recurring.token.created")] {
        let forged = judged(&Posted::json(body.clone()), &[code]).remove(0).expect("taken");
        let again = judged(&Posted::json(body.clone()), &[code]).remove(0).expect("taken");
        let genuine = event("adyen", &signed(body), &[key("adyen", KEY)]);
        assert_eq!(forged.id, again.id, "{code}");
        assert_ne!(forged.id, genuine.id, "{code}");
        assert_eq!((forged.kind, forged.code), (genuine.kind, genuine.code));
    }
}

#[test]
fn what_is_not_proved_says_nothing_of_its_payment() {
    let refund = r#"{"pspReference":"P2","originalReference":"P1","merchantAccountCode":"Shop","amount":{"value":1000,"currency":"EUR"},"eventCode":"REFUND","success":"true"}"#;
    let mut event = judged(&Posted::json(envelope(&[refund])), &["REFUND"]).remove(0).expect("taken");
    event.keep_to_what_is_proved();
    assert_eq!((event.fact, event.aliases, event.payment.as_deref()), (None, Vec::new(), Some("P1")));
    let mut signed = judged(&signed(envelope(&[refund])), &["REFUND"]).remove(0).expect("authentic");
    signed.keep_to_what_is_proved();
    assert!(signed.fact.is_some() && !signed.aliases.is_empty());
}

#[test]
fn a_request_without_a_type_of_its_own_is_refused_as_ever() {
    for body in ["{}", r#"{"type":7}"#, r#"{"type":""}"#, r#"{"type":"a","type":"a"}"#, "<a/>"] {
        let request = Posted::new(HeaderMap::new(), body.as_bytes());
        assert_eq!(one(&request, &["a", ""]), Err(SignatureMissing), "{body}");
    }
}
