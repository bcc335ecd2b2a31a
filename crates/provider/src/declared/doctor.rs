//! Why a request does not verify by a declared scheme.

use http::HeaderMap;
use payhook_domain::verdict::Unverified;

use super::Declared;
use super::place::Seen;
use super::reads::reads;
use super::scheme::{Algorithm, Encoding, Means, Signed};
use super::verify::{self, Shown};
use crate::doctor::{
    Case, Cause, Diagnosis, Finding, Reading, Writing, length_differs, looks_like, other_schemes, search,
    signature_header, signatures, variants,
};
use crate::{Item, Papers, RawRequest, Tolerance};

/// What stands for the secret where it is part of what is signed.
const MASK: &[u8] = b"********";

/// The one diagnosis of a request.
pub(super) fn diagnose(declared: &Declared, case: &Case<'_>) -> Vec<Diagnosis> {
    let keys = case.keys();
    match verify::papers(&declared.scheme, &case.request, &keys, case.policy, case.now) {
        Papers::Unreadable(refused) => vec![Diagnosis::unreadable(&refused)],
        Papers::Items(verdicts) => verdicts.iter().map(|verdict| of_body(declared, verdict, case)).collect(),
    }
}

fn of_body(declared: &Declared, verdict: &Item<'_>, case: &Case<'_>) -> Diagnosis {
    let keys = case.keys();
    let (headers, misplaced) = restored(declared, &case.request);
    let request = RawRequest { headers: &headers, ..case.request };
    let seen = Seen { request, policy: case.policy };
    let message = match &declared.scheme.means {
        Means::Signed(signed) => signed.template.whole(&Shown::by(signed, &seen).filling(&seen, MASK)).ok(),
        Means::Token(_) | Means::Basic => None,
    };
    let signed = message.map(std::borrow::Cow::into_owned);
    let mut diagnosis = Diagnosis::of("the body".to_owned(), verdict, &keys, signed);
    if diagnosis.is_authentic() {
        diagnosis.reads = reads(&declared.scheme, &case.request, case.policy);
        return diagnosis;
    }
    diagnosis.findings.extend(misplaced);
    if let Means::Signed(signed) = &declared.scheme.means {
        explain(&mut diagnosis, signed, &seen, case);
    }
    explain_further(&mut diagnosis, declared, case);
    diagnosis
}

/// The headers as they should have come: one that something renamed stands under its own name again.
fn restored(declared: &Declared, request: &RawRequest<'_>) -> (HeaderMap, Vec<Finding>) {
    let (mut headers, mut findings) = (request.headers.clone(), Vec::new());
    for name in declared.scheme.headers() {
        let (value, finding) = signature_header(request, name.as_str());
        findings.extend(finding);
        let value = value.and_then(|value| value.parse().ok());
        if let Some(value) = value.filter(|_| !request.headers.contains_key(name)) {
            headers.insert(name.clone(), value);
        }
    }
    (headers, findings)
}

fn explain(diagnosis: &mut Diagnosis, signed: &Signed, seen: &Seen<'_>, case: &Case<'_>) {
    match &diagnosis.refused {
        Some((Unverified::Stale, detail)) => {
            diagnosis.findings.push(stale(detail, signed, case));
            return;
        }
        // What is signed is not there, and no other mistake can be told without it.
        Some((Unverified::SignatureMalformed, detail)) if detail.ends_with("is not there") => {
            let hint = "pass on every header that the provider signs, and set what the source has to know (`url`, `parameters`)";
            diagnosis.findings.push(Finding::new(Cause::FieldChanged, detail.clone(), hint));
            return;
        }
        Some((Unverified::SignatureMalformed, detail)) if detail.starts_with(verify::FITS_BUT) => {
            let hint = "what the header says is part of the body, or was changed on its way; in a scheme of your own, look at `id`, and at `unit` of `timestamp`";
            diagnosis.findings.push(Finding::new(Cause::FieldShape, detail.clone(), hint));
            return;
        }
        _ => {}
    }
    let Some(length) = signed.algorithm.length() else { return };
    let (mut tags, mut of_others, mut found) = (Vec::new(), Vec::new(), 0);
    signed.signature.each(seen, |text| {
        found += 1;
        // In either case the bytes are the same, and the door reads them.
        let is_hex = signed.encoding == Encoding::Hex && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let text = if is_hex { text.to_ascii_lowercase() } else { text.to_owned() };
        tags.extend(signatures(&text, writing(signed.encoding), length));
        of_others.extend(of_other_length(&text, signed.encoding, length));
    });
    if found > 0 && tags.is_empty() {
        let unread = || {
            let what = format!("no signature in {} is written as the provider writes it", signed.signature.said());
            Finding::new(Cause::SignatureEncoding, what, "it was cut or replaced on its way")
        };
        diagnosis.findings.push(of_others.into_iter().next().unwrap_or_else(unread));
    }
    if matches!(signed.algorithm, Algorithm::Sha256) {
        return;
    }
    let best = search(case, messages(signed, seen), &tags);
    diagnosis.findings.extend(best.unwrap_or_default());
}

/// A signature that is whole, but as long as another algorithm makes it.
fn of_other_length(text: &str, encoding: Encoding, length: usize) -> Option<Finding> {
    let known = [(20, "hmac-sha1"), (32, "hmac-sha256"), (64, "hmac-sha512")];
    let fits =
        |(other, _): &&(usize, &str)| *other != length && !signatures(text, writing(encoding), *other).is_empty();
    let (other, algorithm) = known.iter().find(fits)?;
    let what = format!("the signature has {other} bytes, as {algorithm} makes it, and not {length}");
    let hint = "look at what the provider says of its algorithm; in a scheme of your own, at `algorithm`";
    Some(Finding::new(Cause::SignatureEncoding, what, hint))
}

fn writing(encoding: Encoding) -> Writing {
    match encoding {
        Encoding::Hex => Writing::HexLower,
        Encoding::Base64 => Writing::Base64,
    }
}

fn stale(detail: &str, signed: &Signed, case: &Case<'_>) -> Finding {
    let window = verify::window(signed, case.policy.tolerance);
    let allowed = [window.past, window.future].into_iter().flatten().max().unwrap_or_default().as_secs();
    let whose = if case.policy.tolerance == Tolerance::Usual { "the provider's" } else { "the source's" };
    Finding::new(
        Cause::Stale,
        format!("the signature fits, but {detail}; {whose} tolerance is {allowed} s"),
        "set the clock right (NTP), or a longer `tolerance` where the provider does not sign anew what it sends again",
    )
}

/// What is signed; then with the body as it may have been, and what else may have been signed.
fn messages<'c>(signed: &'c Signed, seen: &'c Seen<'c>) -> impl Iterator<Item = Reading<Vec<u8>>> + 'c {
    let with = move |body: &[u8]| {
        let seen = Seen { request: RawRequest { body, ..seen.request }, policy: seen.policy };
        let shown = Shown::by(signed, &seen);
        signed.template.whole(&shown.filling(&seen, MASK)).map(std::borrow::Cow::into_owned).unwrap_or_default()
    };
    let body = seen.request.body;
    let right = Reading::right(with(body));
    let hint = "sign what the provider signs, with nothing left out and nothing between";
    let wrong = |message: Vec<u8>, what: &str| Reading::wrong(message, Finding::new(Cause::FieldChanged, what, hint));
    let shown = Shown::by(signed, seen);
    let mut others = Vec::new();
    if right.read != body {
        others.push(wrong(body.to_vec(), "the body alone was signed"));
    }
    if let Some(time) = &shown.timestamp {
        for between in [".", ":", ",", ""] {
            let message = [time.as_bytes(), between.as_bytes(), body].concat();
            let what = format!("what was signed is the time, `{between}` and the body");
            if message != right.read {
                others.push(wrong(message, &what));
            }
        }
    }
    let bodies = variants(body).map(move |variant| Reading { read: with(&variant.read), ..variant });
    std::iter::once(right).chain(others).chain(bodies.filter(|variant| !variant.mistakes.is_empty()))
}

/// What can be said when no reading makes the signature fit.
fn explain_further(diagnosis: &mut Diagnosis, declared: &Declared, case: &Case<'_>) {
    if !diagnosis.findings.is_empty() {
        return;
    }
    let request = &case.request;
    let own = declared.scheme.headers();
    let own = own.first().map_or("", |name| name.as_str());
    let schemes = other_schemes(request.headers, own);
    let seen = [length_differs(request), looks_like(request)].into_iter().flatten();
    diagnosis.findings.extend(schemes.into_iter().chain(seen));
    match &diagnosis.refused {
        Some((Unverified::SignatureMissing, detail)) if detail == verify::NOT_KEPT => {
            let hint = "its own reason says why it was refused: compare the source's token or password with the provider's, then have it sent again";
            diagnosis.findings.push(Finding::new(Cause::SignatureMissing, detail.clone(), hint));
        }
        Some((Unverified::SignatureMissing, detail)) => diagnosis.findings.push(Finding::new(
            Cause::SignatureMissing,
            detail.clone(),
            "switch signing on at the provider, and let the proxy pass the header on",
        )),
        Some((Unverified::KeyRetired, detail)) => diagnosis.findings.push(Finding::new(
            Cause::KeyRetired,
            detail.clone(),
            "the provider still uses it: take `retired` away until nothing comes with it",
        )),
        _ if diagnosis.findings.is_empty() => diagnosis.findings.push(Finding::new(
            Cause::Unexplained,
            "no key given makes this signature, and none of the usual mistakes explains it",
            "compare the key with the one the provider shows for this very endpoint",
        )),
        _ => {}
    }
}
