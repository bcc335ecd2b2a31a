//! Why a webhook of Adyen does not verify: its items by the mistakes integrators make with them, or its body.

use payhook_domain::identity::Environment;

use super::envelope::{self, Envelope};
use super::form::{self, Form};
use super::item::StandardItem;
use super::{header_signed, mistakes, verify};
use crate::doctor::{
    Case, Cause, Diagnosis, Finding, Writing, length_differs, looks_like, other_schemes, search, signature_header,
    signatures, variants,
};
use crate::verified::Evidence;
use crate::{Item, Papers, RawRequest, Verified};

/// Most items of one request that are explained; of the others only the verdict is told.
const EXPLAINED_MAX: usize = 16;

/// A diagnosis per item; of the body as a whole where that is what was signed, or nothing else can be read.
pub(super) fn diagnose(case: &Case<'_>) -> Vec<Diagnosis> {
    let keys = case.keys();
    match verify::papers(&case.request, &keys, &case.policy.unsigned_events) {
        Papers::Unreadable(refused) => vec![finished(Diagnosis::unreadable(&refused), None, case)],
        Papers::Items(verdicts) => match items(&case.request).filter(|_| stands_on_items(&case.request, &verdicts)) {
            Some(items) => of_items(&verdicts, &items, case),
            None => verdicts.iter().map(|verdict| of_body(verdict, case)).collect(),
        },
    }
}

fn of_items(verdicts: &[Item<'_>], items: &Items<'_>, case: &Case<'_>) -> Vec<Diagnosis> {
    let (keys, mut explained) = (case.keys(), 0);
    let each = verdicts.iter().zip(items).enumerate();
    each.map(|(at, (verdict, item))| {
        let about = format!("item {} of {}{}", at + 1, items.len(), title(item.as_deref()));
        let signed = item.as_ref().map(|item| item.signed.message());
        let mut diagnosis = Diagnosis::of(about, verdict, &keys, signed);
        explained += usize::from(!diagnosis.is_authentic());
        if explained <= EXPLAINED_MAX {
            return of_item(diagnosis, item.as_deref(), case);
        }
        if !diagnosis.is_authentic() {
            let what = format!("not looked into: {EXPLAINED_MAX} items before it are explained");
            diagnosis.findings.push(Finding::new(Cause::Unexplained, what, "ask again with this item alone"));
        }
        diagnosis
    })
    .collect()
}

/// Whether the door's verdicts are about items: nothing was signed by a header, or what was does not fit and they do.
fn stands_on_items(request: &RawRequest<'_>, verdicts: &[Item<'_>]) -> bool {
    let is_item =
        |verdict: &Item<'_>| matches!(verdict, Item::Verified(Verified { evidence: Evidence::AdyenItem(_), .. }));
    !request.headers.contains_key(&header_signed::HEADER) || verdicts.iter().any(is_item)
}

type Items<'r> = Vec<Option<Box<StandardItem<'r>>>>;

fn items<'r>(request: &RawRequest<'r>) -> Option<Items<'r>> {
    if form::is_form(request) {
        return match form::item(request.body) {
            Form::Item(item) => Some(vec![Some(item)]),
            Form::Twice | Form::Unreadable => None,
        };
    }
    match envelope::read(request.body) {
        Envelope::Items(items) => Some(items),
        Envelope::Other | Envelope::Unreadable => None,
    }
}

fn title(item: Option<&StandardItem<'_>>) -> String {
    item.map(|item| format!(": {} {}", item.signed.event_code, item.signed.psp_reference)).unwrap_or_default()
}

fn of_item(mut diagnosis: Diagnosis, item: Option<&StandardItem<'_>>, case: &Case<'_>) -> Diagnosis {
    if diagnosis.is_authentic() {
        return diagnosis;
    }
    let Some(item) = item else { return finished(diagnosis, None, case) };
    let Some(signature) = item.additional.hmac_signature.filled() else {
        diagnosis.findings.push(Finding::new(
            Cause::SignatureMissing,
            "the item has no additionalData.hmacSignature",
            "generate an HMAC key for this webhook in the Customer Area and save the webhook: until then Adyen signs nothing",
        ));
        return finished(diagnosis, Some(item), case);
    };
    let tags = signatures(signature, Writing::Base64, 32);
    if tags.is_empty() {
        diagnosis.findings.push(no_signature("additionalData.hmacSignature"));
    }
    let found = search(case, mistakes::messages(&item.signed), &tags);
    diagnosis.findings.extend(found.unwrap_or_default());
    if diagnosis.refused.as_ref().is_some_and(|(reason, _)| *reason == payhook_domain::verdict::Unverified::FieldShape)
    {
        let what = diagnosis.refused.iter().map(|(_, detail)| detail.as_str()).collect::<String>();
        diagnosis.findings.push(Finding::new(
            Cause::FieldShape,
            format!("the signature fits, but {what}"),
            "nothing is escaped in what Adyen signs, so such values could have been cut anew out of others; tell Adyen's support",
        ));
    }
    finished(diagnosis, Some(item), case)
}

/// The body as a whole, by the header `HmacSignature` or one that should have been called so.
fn of_body(verdict: &Item<'_>, case: &Case<'_>) -> Diagnosis {
    let request = &case.request;
    let mut diagnosis = Diagnosis::of("the body".to_owned(), verdict, &case.keys(), Some(request.body.to_vec()));
    if diagnosis.is_authentic() {
        return diagnosis;
    }
    if let Some(decoded) = decoded_form(case) {
        diagnosis.findings.extend(decoded);
        return finished(diagnosis, None, case);
    }
    let (value, misplaced) = signature_header(request, header_signed::HEADER.as_str());
    diagnosis.findings.extend(misplaced);
    match value {
        Some(value) => {
            let tags = signatures(value, Writing::Base64, 32);
            if tags.is_empty() {
                diagnosis.findings.push(no_signature("the HmacSignature header"));
            }
            let found = search(case, variants(request.body).chain(mistakes::item_instead(items(request))), &tags);
            diagnosis.findings.extend(found.unwrap_or_default());
        }
        None if diagnosis.findings.is_empty() => diagnosis.findings.push(Finding::new(
            Cause::SignatureMissing,
            "the body has no notificationItems, and there is no HmacSignature header",
            "webhooks of this family are signed by a header: generate an HMAC key for this webhook, and let the proxy pass it on",
        )),
        None => {}
    }
    finished(diagnosis, None, case)
}

/// A form that something on the way turned into a flat JSON object: what its item's signature says then.
fn decoded_form(case: &Case<'_>) -> Option<Vec<Finding>> {
    let form = form::out_of_json(case.request.body)?;
    let Form::Item(item) = form::item(form.as_bytes()) else { return None };
    let tags = signatures(item.additional.hmac_signature.filled()?, Writing::Base64, 32);
    let mut findings = vec![Finding::new(
        Cause::BodyChanged,
        "the body was a form and was turned into JSON on its way",
        "pass on the exact bytes received, before anything decodes the form",
    )];
    findings.extend(search(case, mistakes::messages(&item.signed), &tags)?);
    Some(findings)
}

fn no_signature(place: &str) -> Finding {
    let what = format!("{place} is not the base64 of 32 bytes");
    Finding::new(
        Cause::SignatureEncoding,
        what,
        "it was cut or replaced on its way; compare it with the provider's own log",
    )
}

/// With what can be seen without any key; and when that is nothing, with what to compare.
fn finished(mut diagnosis: Diagnosis, item: Option<&StandardItem<'_>>, case: &Case<'_>) -> Diagnosis {
    let request = &case.request;
    let known = diagnosis.findings.iter().any(|finding| finding.cause != Cause::SignatureMissing);
    if !known {
        diagnosis.findings.extend(other_schemes(request.headers, header_signed::HEADER.as_str()));
        diagnosis.findings.extend(other_environment(item, case.environment));
    }
    if !known && diagnosis.findings.iter().all(|finding| finding.cause != Cause::OtherScheme) {
        diagnosis.findings.extend(length_differs(request));
        diagnosis.findings.extend(looks_like(request));
    }
    if diagnosis.findings.is_empty() {
        let shown = case
            .keys()
            .iter()
            .map(|key| format!("{} {}", key.name, key.check_value.as_deref().unwrap_or_default()))
            .collect::<Vec<_>>();
        let shown = if shown.is_empty() { "there is none".to_owned() } else { shown.join(", ") };
        diagnosis.findings.push(Finding::new(
            Cause::Unexplained,
            "no key given makes this signature, and none of the usual mistakes explains it",
            format!("compare the key check value at Adyen with that of the keys here ({shown}); a new key needs some minutes to take effect"),
        ));
    }
    diagnosis
}

fn other_environment(item: Option<&StandardItem<'_>>, ours: Option<Environment>) -> Option<Finding> {
    let live = item?.live?;
    (ours? != if live { Environment::Live } else { Environment::Test }).then(|| {
        let (theirs, ours) = if live { ("live", "test") } else { ("test", "live") };
        Finding::new(
            Cause::OtherEnvironment,
            format!("it says {theirs}, but this source is for {ours}: the two have keys of their own"),
            format!("point the {theirs} webhook at a source with environment = \"{theirs}\" and its own key"),
        )
    })
}
