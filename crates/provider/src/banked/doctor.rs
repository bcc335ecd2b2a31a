//! Why a notification of Banked does not verify.

use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified;

use super::verify::{self, HEADER};
use crate::doctor::{
    Case, Cause, Diagnosis, Finding, Reading, Writing, length_differs, looks_like, other_schemes, search,
    signature_header, signatures, variants,
};
use crate::{Item, Papers, Tolerance};

/// The one diagnosis of a request.
pub(super) fn diagnose(case: &Case<'_>) -> Vec<Diagnosis> {
    let keys = case.keys();
    match verify::papers(&case.request, &keys, case.policy, case.now) {
        Papers::Unreadable(refused) => vec![Diagnosis::unreadable(&refused)],
        Papers::Items(verdicts) => verdicts.iter().map(|verdict| of_body(verdict, case)).collect(),
    }
}

fn of_body(verdict: &Item<'_>, case: &Case<'_>) -> Diagnosis {
    let request = &case.request;
    let (value, misplaced) = signature_header(request, HEADER);
    let read = value.map(Header::read);
    let signed = read.as_ref().map(|header| verify::message(header.seconds.unwrap_or_default(), request.body));
    let mut diagnosis = Diagnosis::of("the body".to_owned(), verdict, &case.keys(), signed);
    if diagnosis.is_authentic() {
        return diagnosis;
    }
    diagnosis.findings.extend(misplaced);
    match read {
        Some(header) => explain(&mut diagnosis, &header, case),
        None if diagnosis.findings.is_empty() => diagnosis.findings.push(Finding::new(
            Cause::SignatureMissing,
            "there is no Banked-Signature header",
            "make the webhook with a signature_key, and let the proxy pass the header on",
        )),
        None => {}
    }
    let known = diagnosis.findings.iter().any(|finding| finding.cause != Cause::SignatureMissing);
    if !known {
        let schemes = other_schemes(request.headers, HEADER);
        let seen = [length_differs(request), looks_like(request)].into_iter().flatten();
        diagnosis.findings.extend(schemes.into_iter().chain(seen));
    }
    if diagnosis.findings.is_empty() {
        diagnosis.findings.push(Finding::new(
            Cause::Unexplained,
            "no key given makes this signature, and none of the usual mistakes explains it",
            "compare the signature_key this webhook was made with: Banked shows it nowhere, so make the webhook anew when in doubt",
        ));
    }
    diagnosis
}

fn explain(diagnosis: &mut Diagnosis, header: &Header<'_>, case: &Case<'_>) {
    if let Some((Unverified::Stale, detail)) = &diagnosis.refused {
        let tolerance = match case.policy.tolerance {
            Tolerance::Within(tolerance) => format!("; the source's tolerance is {} s", tolerance.as_secs()),
            Tolerance::Usual | Tolerance::Off => String::new(),
        };
        diagnosis.findings.push(Finding::new(
            Cause::Stale,
            format!("the signature fits, but {detail}{tolerance}"),
            "set the clock right (NTP), or leave `tolerance` out: Banked repeats a notification for three weeks, and may not sign it anew",
        ));
        return;
    }
    let tags = signatures(header.signature, Writing::HexLower, 32);
    if tags.is_empty() {
        diagnosis.findings.push(Finding::new(
            Cause::SignatureEncoding,
            "the Banked-Signature header is not <unix seconds>.<64 lower-case hex digits>",
            "it was cut or replaced on its way",
        ));
    }
    diagnosis.findings.extend(search(case, messages(header, case.request.body), &tags).unwrap_or_default());
}

/// The header as far as it can be read.
struct Header<'r> {
    seconds: Option<&'r str>,
    signature: &'r str,
}

impl<'r> Header<'r> {
    fn read(value: &'r str) -> Self {
        match value.trim().split_once('.') {
            Some((seconds, signature)) => Self { seconds: Some(seconds), signature },
            None => Self { seconds: None, signature: value },
        }
    }
}

/// Time, dot and body; then the body as it may have been, and what else may have been signed.
fn messages<'c>(header: &Header<'c>, body: &'c [u8]) -> impl Iterator<Item = Reading<Vec<u8>>> + 'c {
    let seconds = header.seconds.unwrap_or_default();
    let bodies =
        variants(body).map(move |variant| Reading { read: verify::message(seconds, &variant.read), ..variant });
    let wrong = |message: Vec<u8>, what: &str| {
        let hint = "Banked signs the seconds as they stand in the header, a dot, and the body";
        Reading::wrong(message, Finding::new(Cause::FieldChanged, what, hint))
    };
    let mut others = vec![
        wrong(body.to_vec(), "the body alone was signed, without the time"),
        wrong([seconds.as_bytes(), body].concat(), "what was signed has no dot between time and body"),
    ];
    if let Some(at) = seconds.parse().ok().and_then(milliseconds) {
        others.push(wrong(
            verify::message(&at, body),
            "the time was signed in seconds, but stands in the header in milliseconds",
        ));
    }
    let mut bodies = bodies.peekable();
    let right = bodies.next_if(|first| first.mistakes.is_empty());
    right.into_iter().chain(others).chain(bodies)
}

/// Seconds, of what are milliseconds by their size.
fn milliseconds(number: i64) -> Option<String> {
    let is_far_ahead = Timestamp::from_seconds(number) > Timestamp::from_seconds(100_000_000_000);
    is_far_ahead.then(|| (number / 1_000).to_string())
}
