//! From an authentic body to events, by what a scheme points at.

use payhook_domain::event::{Event, OccurredAt, Original};
use payhook_domain::id::EventId;
use payhook_domain::identity::{Digest, Environment, Scope};
use payhook_domain::kind::Kind;
use payhook_domain::money::{Amount, Currency};
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Aside;

use super::place::{Place, Seen, first};
use super::scheme::{AmountUnit, Scheme, Told};
use super::sense::Sense;
use crate::currency::decimals;
use crate::view::TEXT_MAX;
use crate::{Parsed, Policy, RawRequest, meaning, original};

/// The code of an event whose provider names none.
const NO_CODE: &str = "event";

/// What reads a body.
#[derive(Clone, Copy)]
pub(super) struct Reading<'s> {
    pub(super) provider: &'static str,
    pub(super) scheme: &'s Scheme,
    pub(super) sense: Option<&'s Sense>,
    pub(super) environment: Environment,
    pub(super) proof: Proof,
}

impl Reading<'_> {
    /// What an authentic request says: one event, or each of a batch.
    pub(super) fn events(&self, request: &RawRequest<'_>) -> Parsed {
        let Some(batch) = &self.scheme.batch else {
            return Parsed::Events(vec![self.event(request, original::of_body(request.body))]);
        };
        match batch.items.elements(request.body, batch.max) {
            Some(items) if !items.is_empty() => {
                Parsed::Events(items.into_iter().map(|item| self.item(request, item)).collect())
            }
            Some(_) => self.not_understood(request, format!("the list {} of events is empty", batch.items)),
            None => {
                let what = format!("there is no list {} of at most {} events", batch.items, batch.max);
                self.not_understood(request, what)
            }
        }
    }

    /// One of a batch: its places are inside of it.
    fn item(&self, request: &RawRequest<'_>, item: &str) -> Event {
        let start = item.as_ptr().addr() - request.body.as_ptr().addr();
        let own = RawRequest { body: item.as_bytes(), ..*request };
        self.event(&own, Original::Slice(start..start + item.len()))
    }

    fn event(&self, request: &RawRequest<'_>, original: Original) -> Event {
        let policy = Policy::default();
        let seen = Seen { request: *request, policy: &policy };
        let told = &self.scheme.told;
        let content = meaning::digest(request.body);
        let text = |places: &[Place]| first_of(places, &seen);
        let code = together(each(&told.code), &seen).map_or_else(|| NO_CODE.to_owned(), |parts| parts.join("."));
        let mut event = Event::bare(self.identity(&seen, content), content, Kind::Other, code, original);
        event.proof = self.proof;
        event.reference = text(&told.reference);
        event.provider_reference = text(&told.provider_reference);
        event.payment = text(&told.payment);
        event.amount = amount(told, &seen);
        event.occurred_at = text(&told.occurred_at).map(occurred_at);
        event.live = text(&told.live).and_then(|word| live(&word));
        if let Some(sense) = self.sense {
            (sense.fill)(request.body, &mut event);
        }
        event.signed = signed(&event);
        if !event.proof.covers_content() {
            event.id = apart(&event);
        }
        event
    }

    fn identity(&self, seen: &Seen<'_>, content: Digest) -> EventId {
        let scope = Scope { provider: self.provider, account: "", environment: self.environment };
        let content = format!("{content:?}");
        EventId(match together(self.scheme.told.id.iter().map(Vec::as_slice), seen) {
            Some(parts) => {
                let parts: Vec<&str> = std::iter::once("event").chain(parts.iter().map(String::as_str)).collect();
                scope.identity(&parts)
            }
            None => scope.identity(&["body", &content]),
        })
    }

    fn not_understood(&self, request: &RawRequest<'_>, detail: String) -> Parsed {
        let content = meaning::digest(request.body);
        let scope = Scope { provider: self.provider, account: "", environment: self.environment };
        let id = EventId(scope.identity(&["body", &format!("{content:?}")]));
        let code = Aside::NotUnderstood.as_str().to_owned();
        let mut event = Event::bare(id, content, Kind::Other, code, original::of_body(request.body));
        event.proof = self.proof;
        Parsed::NotUnderstood { event: Box::new(event), detail }
    }
}

/// Every part, each at the first of its places where something stands; nothing when one is missing, or there is none.
pub(super) fn together<'p>(parts: impl Iterator<Item = &'p [Place]>, seen: &Seen<'_>) -> Option<Vec<String>> {
    let parts: Option<Vec<String>> = parts.map(|places| first_of(places, seen)).collect();
    parts.filter(|parts| !parts.is_empty())
}

/// Places that are a part each.
pub(super) fn each(places: &[Place]) -> impl Iterator<Item = &[Place]> {
    places.iter().map(std::slice::from_ref)
}

pub(super) fn first_of(places: &[Place], seen: &Seen<'_>) -> Option<String> {
    first(places, seen).filter(|text| text.len() <= TEXT_MAX).map(|text| text.into_owned())
}

/// The identity of what nobody signed: everything that it says belongs to it. By an id alone, whoever has one genuine request
/// could spend that of an event to come, and what comes then would be its repeat.
fn apart(event: &Event) -> EventId {
    let told = [Some(&event.code), event.reference.as_ref(), event.provider_reference.as_ref(), event.payment.as_ref()];
    let told = told.map(|text| text.map_or(b"".as_slice(), |text| text.as_bytes()));
    let said = [event.id.0.as_bytes().as_slice(), event.content.as_bytes()];
    EventId(Digest::of(said.into_iter().chain(told)))
}

/// Over amount, currency and reference: the same event with others is a conflict.
fn signed(event: &Event) -> Digest {
    let amount = event.amount.map(|amount| amount.to_string()).unwrap_or_default();
    Digest::of([amount.as_bytes(), event.reference.as_deref().unwrap_or_default().as_bytes()])
}

pub(super) fn amount(told: &Told, seen: &Seen<'_>) -> Option<Amount> {
    let currency = Currency::parse(&first(&told.currency, seen)?.to_ascii_uppercase())?;
    let (text, decimals) = (first(&told.amount, seen)?, decimals(currency));
    Some(match told.amount_unit {
        AmountUnit::Minor => Amount { value: text.parse().ok()?, currency, decimals },
        AmountUnit::Major => Amount { value: minor_units(&text, decimals)?, currency, decimals },
        AmountUnit::Hundredths => Amount { value: text.parse().ok()?, currency, decimals: 2 },
    })
}

/// `10.5` as 1050 cents. What has more digits than the currency is no amount of it.
pub(crate) fn minor_units(text: &str, decimals: u8) -> Option<i64> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = part.trim_end_matches('0');
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > usize::from(decimals) {
        return None;
    }
    let padded = format!("{whole}{part:0<width$}", width = usize::from(decimals));
    padded.parse::<i64>().ok().map(|value| sign * value)
}

/// RFC 3339, or a number of seconds or milliseconds by its size.
pub(crate) fn occurred_at(text: String) -> OccurredAt {
    /// A number of seconds above this would be later than the year 5000.
    const SECONDS_MAX: u64 = 100_000_000_000;
    let instant = match text.parse::<i64>() {
        Ok(number) if number.unsigned_abs() < SECONDS_MAX => Some(Timestamp::from_seconds(number)),
        Ok(number) => Some(Timestamp::from_micros(number.saturating_mul(1_000))),
        Err(_) => Timestamp::parse_rfc3339(&text),
    };
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let text = instant.filter(|_| is_number).map_or(text, |instant| instant.to_string());
    OccurredAt { text, instant }
}

pub(super) fn live(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "live" | "production" => Some(true),
        "false" | "test" | "sandbox" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_in_whole_units_is_read_exactly_or_not_at_all() {
        for (text, decimals, expected) in [
            ("10.50", 2, Some(1_050)),
            ("10.5", 2, Some(1_050)),
            ("10", 2, Some(1_000)),
            ("-0.01", 2, Some(-1)),
            ("10.500", 2, Some(1_050)),
            ("10.505", 2, None),
            ("10.5", 0, None),
            ("1.234", 3, Some(1_234)),
            ("", 2, None),
            (".5", 2, None),
            ("1e3", 2, None),
            ("9".repeat(30).as_str(), 2, None),
        ] {
            assert_eq!(minor_units(text, decimals), expected, "{text}");
        }
    }

    #[test]
    fn a_moment_is_read_in_whichever_unit_it_comes() {
        let instant = Some(Timestamp::from_seconds(1_700_000_000));
        for text in ["1700000000", "1700000000000", "2023-11-14T22:13:20Z"] {
            assert_eq!(occurred_at(text.to_owned()).instant, instant, "{text}");
        }
        assert!(occurred_at(i64::MIN.to_string()).instant.is_some_and(|instant| instant < Timestamp::from_seconds(0)));
        assert_eq!(occurred_at("yesterday".to_owned()), OccurredAt { text: "yesterday".to_owned(), instant: None });
    }
}
