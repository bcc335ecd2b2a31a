//! Why a notification of TrueLayer does not verify.

use payhook_domain::verdict::Unverified;

use super::jws::{HEADER, Jws};
use super::verify;
use crate::doctor::{
    Case, Cause, Diagnosis, Finding, length_differs, looks_like, other_schemes, signature_header, variants,
};
use crate::{Item, Papers, RawRequest};

/// The one diagnosis of a request.
pub(super) fn diagnose(case: &Case<'_>) -> Vec<Diagnosis> {
    match verify::papers(&case.request, &case.keys(), case.policy, case.now) {
        Papers::Unreadable(refused) => vec![Diagnosis::unreadable(&refused)],
        Papers::Items(verdicts) => verdicts.iter().map(|verdict| of_body(verdict, case)).collect(),
    }
}

fn of_body(verdict: &Item<'_>, case: &Case<'_>) -> Diagnosis {
    let request = &case.request;
    let (value, misplaced) = signature_header(request, HEADER);
    let jws = value.and_then(|value| Jws::read(value).ok());
    let mut diagnosis = Diagnosis::of("the body".to_owned(), verdict, &case.keys(), signed(jws.as_ref(), request));
    if diagnosis.is_authentic() {
        return diagnosis;
    }
    diagnosis.findings.extend(misplaced);
    let (reason, detail) = diagnosis.refused.clone().unwrap_or((Unverified::SignatureMismatch, String::new()));
    let finding = match reason {
        Unverified::SignatureMissing if diagnosis.findings.is_empty() => {
            let schemes = other_schemes(request.headers, HEADER);
            diagnosis.findings.extend(schemes);
            Some((Cause::SignatureMissing, "let the proxy pass Tl-Signature on; TrueLayer signs every webhook"))
        }
        Unverified::SignatureMalformed if detail.ends_with("is not there") => {
            Some((Cause::FieldChanged, "let the proxy pass on every header that is signed, as it came"))
        }
        Unverified::SignatureMalformed => {
            Some((Cause::SignatureEncoding, "it was cut or replaced on its way, or is not TrueLayer's"))
        }
        Unverified::KeyRetired => Some((Cause::KeyRetired, "take `retired` away until nothing comes with it")),
        Unverified::Stale => Some((Cause::Stale, "set the clock right (NTP), or leave `tolerance` out")),
        _ if detail.contains("no key of the source has that name") => Some((
            Cause::KeyOfOtherSource,
            "add the key of this id from TrueLayer's key set of this environment; sandbox and live have keys of their own",
        )),
        _ => None,
    };
    diagnosis.findings.extend(finding.map(|(cause, hint)| Finding::new(cause, detail, hint)));
    if diagnosis.findings.is_empty() {
        diagnosis.findings.extend(jws.and_then(|jws| changed(&jws, case)));
    }
    if diagnosis.findings.is_empty() {
        diagnosis.findings.extend([length_differs(request), looks_like(request)].into_iter().flatten());
    }
    if diagnosis.findings.is_empty() {
        diagnosis.findings.push(Finding::new(
            Cause::Unexplained,
            "no key given makes this signature, and none of the usual mistakes explains it",
            "TrueLayer signs the path it posts to: compare it with the webhook URI in Console, and with what a proxy makes of it",
        ));
    }
    diagnosis
}

/// What has to be signed, in clear.
fn signed(jws: Option<&Jws<'_>>, request: &RawRequest<'_>) -> Option<Vec<u8>> {
    let headers = jws?.headers.iter().map(|name| Some(format!("{name}: {}\n", request.header(name.as_str())?)));
    let path = request.target.split_once('?').map_or(request.target, |(path, _)| path);
    Some(verify::payload(path, &headers.collect::<Option<String>>()?, request.body))
}

/// The body as it may have been, under the key that is named.
fn changed(jws: &Jws<'_>, case: &Case<'_>) -> Option<Finding> {
    let keys: Vec<_> = case.keys().into_iter().filter(|key| key.name == jws.kid).collect();
    variants(case.request.body).skip(1).find_map(|variant| {
        let request = RawRequest { body: &variant.read, ..case.request };
        let messages = verify::messages(jws, &request).ok()?;
        let fits = keys.iter().any(|key| messages.iter().any(|message| key.makes(message, &jws.signature)));
        if fits { variant.mistakes.into_iter().next() } else { None }
    })
}
