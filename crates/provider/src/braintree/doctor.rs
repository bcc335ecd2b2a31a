//! Why a notification of Braintree does not verify.

use super::verify::{self, Form, LENGTH};
use crate::doctor::{
    Case, Cause, Diagnosis, Finding, Reading, Writing, length_differs, looks_like, other_schemes, search, signatures,
};
use crate::{Item, Papers};

/// The one diagnosis of a request.
pub(super) fn diagnose(case: &Case<'_>) -> Vec<Diagnosis> {
    match verify::papers(&case.request, &case.keys()) {
        Papers::Unreadable(refused) => vec![Diagnosis::unreadable(&refused)],
        Papers::Items(verdicts) => verdicts.iter().map(|verdict| of_form(verdict, case)).collect(),
    }
}

fn of_form(verdict: &Item<'_>, case: &Case<'_>) -> Diagnosis {
    let form = Form::read(case.request.body);
    let signed = form.as_ref().map(|form| form.payload.as_bytes().to_vec());
    let mut diagnosis = Diagnosis::of("the form".to_owned(), verdict, &case.keys(), signed);
    if diagnosis.is_authentic() {
        return diagnosis;
    }
    match form {
        Some(form) => diagnosis.findings.extend(explained(&form, case)),
        None => {
            diagnosis.findings.extend(other_schemes(case.request.headers, ""));
            diagnosis.findings.extend([length_differs(&case.request), looks_like(&case.request)].into_iter().flatten());
            diagnosis.findings.push(Finding::new(
                Cause::SignatureMissing,
                "the body is no form with one bt_signature and one bt_payload",
                "pass the form on as it was received, with its content type",
            ));
        }
    }
    if diagnosis.findings.is_empty() {
        diagnosis.findings.push(Finding::new(
            Cause::Unexplained,
            "no key given makes this signature, and none of the usual mistakes explains it",
            "compare public and private key: Settings, API, in the control panel of this very environment",
        ));
    }
    diagnosis
}

fn explained(form: &Form<'_>, case: &Case<'_>) -> Vec<Finding> {
    let (names, pairs): (Vec<&str>, Vec<&str>) = form.pairs().unzip();
    let tags: Vec<_> = pairs.iter().flat_map(|tag| signatures(tag, Writing::HexLower, LENGTH)).collect();
    if tags.is_empty() {
        let hint = "it was cut or replaced on its way";
        let what = "bt_signature holds no pair of a public key and 40 lower-case hex digits";
        return vec![Finding::new(Cause::SignatureEncoding, what, hint)];
    }
    let mut found = search(case, messages(form), &tags).unwrap_or_default();
    let is_known = case.suspects.iter().any(|suspect| names.contains(&suspect.key.name.as_str()));
    if !is_known {
        let name: String = names.first().map_or(String::new(), |name| name.chars().take(64).collect());
        let what = format!("it is signed for the public key {name:?}, and no key of the source has that name");
        let hint = "write keys = [{ name = \"the public key\", key = \"the private key\" }]";
        found.push(Finding::new(Cause::KeyOfOtherSource, what, hint));
    }
    found
}

/// The payload; then as something on the way may have changed it.
fn messages<'f>(form: &'f Form<'_>) -> impl Iterator<Item = Reading<Vec<u8>>> + 'f {
    let changed = |what: &str| {
        let what = format!("bt_payload was changed on the way: {what}");
        Finding::new(Cause::BodyChanged, what, "decode the form once, as forms are, and change nothing in it")
    };
    let payload = form.payload.as_bytes().to_vec();
    let feed = [form.payload.as_bytes(), b"\n"].concat();
    let plus = form.payload.replace(' ', "+").into_bytes();
    let unbroken = form.payload.replace(['\n', '\r'], "").into_bytes();
    let crlf = form.payload.replace("\r\n", "\n").into_bytes();
    let mut readings = vec![Reading::right(payload.clone()), Reading::right(feed)];
    for (message, what) in [
        (plus, "its plus signs became spaces"),
        (crlf, "its line feeds became carriage returns and line feeds"),
        (unbroken, "it was broken into lines"),
    ] {
        if message != payload {
            let with_line_feed = [&message[..], b"\n"].concat();
            readings.extend([message, with_line_feed].map(|message| Reading::wrong(message, changed(what))));
        }
    }
    readings.into_iter()
}
