//! From an authentic standard item to an event.

use std::borrow::Cow;

use payhook_domain::event::{Event, OccurredAt, Original};
use payhook_domain::id::EventId;
use payhook_domain::identity::{Digest, Environment, Scope};
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;

use super::item::{StandardItem, Written};
use super::{NAME, checks, codes, content, currency, fact, form, soap};

/// The event an item reports.
pub(super) fn event(item: &StandardItem<'_>, proof: Proof, environment: Environment) -> Event {
    let signed = &item.signed;
    let content = content::digest(item);
    let occurred_at = item.event_date.filled().map(occurred_at);
    let amount = currency::amount(&signed.value, &signed.currency);
    let checks = checks::read(&item.additional);
    let payment = fact::payment(item);
    Event {
        id: EventId(identity(item, proof, environment, content)),
        signed: Digest::of([signed.value.as_bytes(), signed.currency.as_bytes(), signed.merchant_reference.as_bytes()]),
        content,
        proof,
        kind: codes::kind(item),
        code: signed.event_code.to_string(),
        success: Some(signed.success == "true"),
        live: item.live,
        account: filled(&signed.merchant_account),
        reference: filled(&signed.merchant_reference),
        provider_reference: filled(&signed.psp_reference),
        payment: payment.map(str::to_owned),
        aliases: fact::aliases(item, payment),
        fact: fact::of(item, amount, occurred_at.as_ref().and_then(|at| at.instant), &checks),
        occurred_at,
        amount,
        checks,
        original: match item.written {
            Written::Json { at } => Original::Slice(at..at + item.raw.len()),
            Written::Form => Original::Rendered(form::rendered(item.raw)),
            Written::Soap => Original::Rendered(soap::rendered(item.raw)),
        },
    }
}

/// A date as Adyen wrote it, with the instant when it is RFC 3339. Some tests of Adyen's send
/// `14-08-2020-09:53:00`: kept as it stands.
pub(super) fn occurred_at(text: &str) -> OccurredAt {
    OccurredAt { text: text.to_owned(), instant: Timestamp::parse_rfc3339(text) }
}

/// The text when it says something.
pub(super) fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Who it is, by signed values: `success` belongs to it, since *refused* and seconds later *authorised* share one
/// `pspReference`. Where a code recurs by nature, what tells its occurrences apart is added, unsigned as it is; and an
/// item without `pspReference` is told apart by its content, so that two of them never count as one. What nobody signed
/// has an identity of its own: else whoever guesses a reference would make a repeat of the event that comes with it signed.
fn identity(item: &StandardItem<'_>, proof: Proof, environment: Environment, content: Digest) -> Digest {
    let signed = &item.signed;
    let apart: Cow<'_, str> = match signed.event_code.as_ref() {
        codes::ISSUER_COMMENTS => format!("{content:?}").into(),
        codes::REPORT_AVAILABLE => item.event_date.text().unwrap_or_default().into(),
        _ if signed.psp_reference.is_empty() => format!("{content:?}").into(),
        _ => "".into(),
    };
    let scope = Scope { provider: NAME, account: &signed.merchant_account, environment };
    let parts = [&signed.psp_reference, &signed.event_code, &signed.success, &signed.original_reference];
    let [psp_reference, event_code, success, original_reference] = parts.map(AsRef::as_ref);
    let parts = [psp_reference, event_code, success, original_reference, &apart, proof.as_str()];
    scope.identity(if proof == Proof::Signed { &parts[..5] } else { &parts })
}
