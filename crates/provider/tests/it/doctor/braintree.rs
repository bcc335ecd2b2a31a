//! Braintree's form.

use http::HeaderMap;
use payhook_provider::doctor::{Belongs, Cause, Suspect};
use payhook_provider::{Policy, Unsigned};

use super::{KEY, OTHER, Patient};
use crate::requests::{NOW, provider};

fn suspect(name: &str, text: &str) -> Suspect {
    Suspect { key: provider("braintree").key(name, text).expect("a key"), of: Belongs::Source }
}

fn form() -> String {
    let document = "<notification><kind>>>>></kind></notification>";
    let unsigned = Unsigned { target: "/in/x".to_owned(), headers: HeaderMap::new(), body: document.into() };
    let key = suspect("public", KEY).key;
    let signed = provider("braintree").sign(unsigned, &key, &Policy::default(), NOW).expect("signed");
    String::from_utf8(signed.body.to_vec()).expect("text")
}

fn patient(body: &str) -> Patient {
    Patient::new("braintree", HeaderMap::new(), body).with_suspects(vec![suspect("public", KEY)])
}

#[test]
fn a_form_as_braintree_sends_it_is_well() {
    patient(&form()).is_well();
}

#[test]
fn a_payload_that_was_changed_on_the_way_is_told() {
    assert!(form().contains("%2B"), "there is a plus sign to be lost");
    patient(&form().replace("%2B", "%20")).suffers_from(Cause::BodyChanged, "plus signs");
    patient(&form().replacen("%2B", "%2B%0A", 1)).suffers_from(Cause::BodyChanged, "broken into lines");
    patient(&form().replace("%0A", "%0D%0A")).suffers_from(Cause::BodyChanged, "carriage returns");
}

#[test]
fn keys_under_other_names_and_other_keys_are_told() {
    patient(&form())
        .with_suspects(vec![suspect("key-1", KEY)])
        .diagnosis()
        .findings
        .iter()
        .find(|finding| finding.cause == Cause::KeyOfOtherSource && finding.what.contains("public"))
        .expect("the name is told");
    patient(&form())
        .with_suspects(vec![suspect("public", OTHER)])
        .suffers_from(Cause::Unexplained, "no key given makes this signature");
}

#[test]
fn what_is_no_such_form_is_told() {
    let causes =
        |body: &str| patient(body).diagnosis().findings.into_iter().map(|finding| finding.cause).collect::<Vec<_>>();
    assert!(causes("a=b").contains(&Cause::SignatureMissing));
    assert!(causes("{}").contains(&Cause::SignatureMissing));
    patient("bt_signature=public%7Cxyz&bt_payload=AAAA").suffers_from(Cause::SignatureEncoding, "40 lower-case hex");
}
