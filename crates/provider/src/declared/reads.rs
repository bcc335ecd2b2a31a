//! What a scheme finds in an authentic request, word by word: for people, so that a place at which nothing stands is seen.

use super::event::{amount, each, first_of, live, occurred_at, together};
use super::place::{Place, Seen};
use super::scheme::{Means, Scheme, Unit};
use super::time;
use crate::doctor::Read;
use crate::{Policy, RawRequest};

/// The words the scheme has, with what stands there; of a batch, in its first event. Without an id of its own an event is
/// told by its content, so that the id is always among them.
pub(super) fn reads(scheme: &Scheme, request: &RawRequest<'_>, policy: &Policy) -> Vec<Read> {
    let told = &scheme.told;
    let event = Seen { request: first_event(scheme, request), policy };
    let one = |places: &[Place]| first_of(places, &event);
    let has = |places: &[Place]| !places.is_empty();
    let words = [
        ("id", true, together(told.id.iter().map(Vec::as_slice), &event).map(|parts| parts.join(" "))),
        ("type", has(&told.code), together(each(&told.code), &event).map(|parts| parts.join("."))),
        ("reference", has(&told.reference), one(&told.reference)),
        ("provider_reference", has(&told.provider_reference), one(&told.provider_reference)),
        ("payment", has(&told.payment), one(&told.payment)),
        ("amount", has(&told.amount), amount(told, &event).map(|amount| amount.to_string())),
        ("occurred_at", has(&told.occurred_at), one(&told.occurred_at).map(|text| occurred_at(text).text)),
        ("live", has(&told.live), one(&told.live).and_then(|word| live(&word)).map(|live| live.to_string())),
    ];
    let words = words.into_iter().filter(|(_, has, _)| *has).map(|(word, _, said)| Read { word, said });
    signing_time(scheme, &Seen { request: *request, policy }).into_iter().chain(words).collect()
}

/// The time of signing, where its unit says how to read it: a wrong unit shows as a time long ago, or far ahead.
fn signing_time(scheme: &Scheme, seen: &Seen<'_>) -> Option<Read> {
    let Means::Signed(signed) = &scheme.means else { return None };
    let time = signed.timestamp.as_ref().filter(|time| time.unit != Unit::Text)?;
    let at = time.part.one(seen).and_then(|text| time::read(&text, time.unit));
    Some(Read { word: "timestamp", said: at.map(|at| at.to_string()) })
}

fn first_event<'r>(scheme: &Scheme, request: &RawRequest<'r>) -> RawRequest<'r> {
    let items = scheme.batch.as_ref().and_then(|batch| batch.items.elements(request.body, batch.max));
    let first = items.and_then(|items| items.first().copied());
    RawRequest { body: first.map_or(request.body, str::as_bytes), ..*request }
}
