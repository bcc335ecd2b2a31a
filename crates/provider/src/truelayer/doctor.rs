//! Why a notification of TrueLayer does not verify.

use payhook_domain::verdict::Unverified;

use super::jws::{FOREIGN_SET, HEADER, Jws};
use super::verify;
use crate::doctor::{
    Belongs, Case, Cause, Diagnosis, Finding, Suspect, length_differs, looks_like, other_schemes, signature_header,
    variants,
};
use crate::{Item, Key, Papers, RawRequest};

/// The one diagnosis of a request.
pub(super) fn diagnose(case: &Case<'_>) -> Vec<Diagnosis> {
    let mut keys = case.keys();
    let mut papers = verify::papers(&case.request, &keys, case.policy, case.now);
    if let Some(published) = published(&papers, case) {
        keys.push(published);
        papers = verify::papers(&case.request, &keys, case.policy, case.now);
    }
    match papers {
        Papers::Unreadable(refused) => vec![Diagnosis::unreadable(&refused)],
        Papers::Items(verdicts) => verdicts.iter().map(|verdict| of_body(verdict, &keys, case)).collect(),
    }
}

/// The key that is asked for, where the source's key set has it.
fn published(papers: &Papers<'_>, case: &Case<'_>) -> Option<Key> {
    let Papers::Items(items) = papers else { return None };
    let Item::NeedsKey(needed) = items.first()? else { return None };
    let is_it = |suspect: &&Suspect| suspect.of == Belongs::KeySet && suspect.key.name == needed.kid;
    case.suspects.iter().find(is_it).map(|suspect| suspect.key.clone())
}

fn of_body(verdict: &Item<'_>, keys: &[Key], case: &Case<'_>) -> Diagnosis {
    let request = &case.request;
    let (value, misplaced) = signature_header(request, HEADER);
    let jws = value.and_then(|value| Jws::read(value, case.policy.key_set.as_deref()).ok());
    let mut diagnosis = Diagnosis::of("the body".to_owned(), verdict, keys, signed(jws.as_ref(), request));
    if diagnosis.is_authentic() {
        return diagnosis;
    }
    diagnosis.findings.extend(misplaced);
    let (reason, detail) = diagnosis.refused.clone().unwrap_or((Unverified::SignatureMismatch, String::new()));
    let explained = match reason {
        Unverified::SignatureMissing if diagnosis.findings.is_empty() => {
            let schemes = other_schemes(request.headers, HEADER);
            diagnosis.findings.extend(schemes);
            Some((Cause::SignatureMissing, "let the proxy pass Tl-Signature on; TrueLayer signs every webhook"))
        }
        Unverified::SignatureMalformed => Some(malformed(&detail)),
        Unverified::KeyRetired => Some((Cause::KeyRetired, "take `retired` away until nothing comes with it")),
        Unverified::Stale => Some((Cause::Stale, "set the clock right (NTP), or leave `tolerance` out")),
        _ => jws.as_ref().and_then(|jws| unknown_key(jws, keys, case)),
    };
    diagnosis.findings.extend(explained.map(|(cause, hint)| Finding::new(cause, detail, hint)));
    if diagnosis.findings.is_empty() {
        diagnosis.findings.extend(jws.and_then(|jws| changed(&jws, keys, case)));
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

fn malformed(detail: &str) -> (Cause, &'static str) {
    if detail.ends_with("is not there") {
        return (Cause::FieldChanged, "let the proxy pass on every header that is signed, as it came");
    }
    if detail.ends_with(FOREIGN_SET) {
        let hint = "it is not TrueLayer's; where it comes from a stand-in of your own, name its key set as `jwks_url`";
        return (Cause::ForeignKeySet, hint);
    }
    (Cause::SignatureEncoding, "it was cut or replaced on its way, or is not TrueLayer's")
}

/// Why the key that is named is not at hand.
fn unknown_key(jws: &Jws<'_>, keys: &[Key], case: &Case<'_>) -> Option<(Cause, &'static str)> {
    if keys.iter().any(|key| key.name == jws.kid) {
        return None;
    }
    let was_read = case.suspects.iter().any(|suspect| suspect.of == Belongs::KeySet);
    Some(match case.policy.key_set.as_deref() {
        None => (
            Cause::KeyOfOtherSource,
            "add the key of this id from TrueLayer's key set of this environment, or leave `keys` out to have it fetched; \
             sandbox and live have keys of their own",
        ),
        Some(url) if !jws.names_set(url) && jws.jku.is_some() => (
            Cause::OtherEnvironment,
            "sandbox and live have key sets of their own: set `environment` of the source, or the webhook URI in Console",
        ),
        Some(url) if !jws.names_set(url) => (
            Cause::ForeignKeySet,
            "TrueLayer's webhooks name their key set; what a program of yours signs needs its key among `keys`",
        ),
        Some(_) if was_read => (
            Cause::KeyUnknown,
            "the set was read and has no key of that name: somebody else signed it, or the key was withdrawn since",
        ),
        Some(_) => (
            Cause::KeyUnknown,
            "the set could not be read: `payhook doctor` says why; once it can be, the same request is judged by it",
        ),
    })
}

/// What has to be signed, in clear.
fn signed(jws: Option<&Jws<'_>>, request: &RawRequest<'_>) -> Option<Vec<u8>> {
    let headers = jws?.headers.iter().map(|name| Some(format!("{name}: {}\n", request.header(name.as_str())?)));
    let path = request.target.split_once('?').map_or(request.target, |(path, _)| path);
    Some(verify::payload(path, &headers.collect::<Option<String>>()?, request.body))
}

/// The body as it may have been, under the key that is named.
fn changed(jws: &Jws<'_>, keys: &[Key], case: &Case<'_>) -> Option<Finding> {
    let keys: Vec<&Key> = keys.iter().filter(|key| key.name == jws.kid).collect();
    variants(case.request.body).skip(1).find_map(|variant| {
        let request = RawRequest { body: &variant.read, ..case.request };
        let messages = verify::messages(jws, &request).ok()?;
        let fits = keys.iter().any(|key| messages.iter().any(|message| key.makes(message, &jws.signature)));
        if fits { variant.mistakes.into_iter().next() } else { None }
    })
}
