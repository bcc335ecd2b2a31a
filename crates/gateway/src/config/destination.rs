//! `[[destination]]`: one receiver of events.

pub(super) mod lane;
pub(super) mod pace;

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use ipnet::IpNet;
use payhook_domain::retry::Schedule;
use payhook_net::Refused;
use url::Url;

use self::lane::{OnDead, Order};
use self::pace::{Breaker, Rate};
use super::typed::section::Section;
use super::words::addresses;
use super::words::mistakes::{Findings, Place};
use super::words::names;
use super::words::nearest::suggestion;
use super::words::secret::Secret;

/// One receiver of events, of type `http`. Compared as a whole: whatever differs makes it another.
#[derive(Clone, Debug, PartialEq)]
pub struct Destination {
    /// Its name; unique.
    pub name: String,
    /// Where events are posted: `http` or `https`, with a host, without credentials.
    pub url: Url,
    /// What deliveries are signed with: `whsec_` and base64. Always there for [`Format::Payhook`].
    pub secret: Option<Secret>,
    /// What is posted.
    pub format: Format,
    /// Private address ranges it may be in.
    pub allow: Vec<IpNet>,
    /// For one try as a whole.
    pub timeout: Duration,
    /// Most tries at once; at least one.
    pub concurrency: usize,
    /// When failed tries are made again.
    pub retry: Schedule,
    /// Whether events of one payment wait for each other.
    pub order: Order,
    /// What follows a dead letter of the same payment.
    pub on_dead: OnDead,
    /// Most deliveries begun per time; absent when that is not limited.
    pub rate: Option<Rate>,
    /// When it is left to rest after failures; absent when never.
    pub breaker: Option<Breaker>,
}

impl Destination {
    /// Where events are posted, for people and their records: what stands in a query may be a token.
    #[must_use]
    pub fn shown_url(&self) -> String {
        let mut shown = self.url.clone();
        if shown.query().is_some() {
            shown.set_query(None);
            return format!("{shown}?…");
        }
        shown.into()
    }

    /// One that a program brings itself: nothing is known of it but its name.
    pub(crate) fn brought(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            url: Url::parse("embedded:program").expect("a constant address"),
            secret: None,
            format: Format::Payhook,
            allow: Vec::new(),
            timeout: TIMEOUT,
            concurrency: CONCURRENCY,
            retry: Schedule::default(),
            order: Order::Payment,
            on_dead: OnDead::Continue,
            rate: None,
            breaker: Some(Breaker::default()),
        }
    }
}

/// What a destination is posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// payhook's own payload, once per event.
    Payhook,
    /// The provider's bytes and headers, once per notification.
    Original,
}

impl Format {
    /// The word in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payhook => "payhook",
            Self::Original => "original",
        }
    }
}

const TIMEOUT: Duration = Duration::from_secs(10);
const TIMEOUT_RANGE: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(300);
const CONCURRENCY: usize = 32;
const CONCURRENCY_MAX: usize = 1_024;
/// Planned types; naming one is not a spelling mistake.
const TYPES_LATER: [&str; 8] = ["exec", "sql", "email", "script", "nats", "kafka", "rabbitmq", "redis"];

/// Reads every destination. One with a mistake is left out, since the mistake is noted.
pub(super) fn read_all(sections: &[Section<'_>], findings: &mut Findings) -> Vec<Destination> {
    sections.iter().filter_map(|section| read(section, findings)).collect()
}

fn read(section: &Section<'_>, findings: &mut Findings) -> Option<Destination> {
    let name = names::read(section, findings);
    check_type(section, findings)?;
    let allow = addresses::ranges(section, "allow", findings);
    let url = url(section, &allow, findings);
    let format = format(section, findings);
    let secret = secret(section, format, findings);
    let timeout = timeout(section, findings);
    let concurrency = concurrency(section, findings);
    let retry = retry(section, findings);
    let (order, on_dead) = lane::read(section, findings);
    let rate = pace::rate(section, findings);
    let breaker = pace::breaker(section, findings);
    Some(Destination {
        name: name?,
        url: url?,
        secret,
        format: format?,
        allow,
        timeout,
        concurrency,
        retry,
        order,
        on_dead,
        rate,
        breaker,
    })
}

fn check_type(section: &Section<'_>, findings: &mut Findings) -> Option<()> {
    let (word, place) = section.required("type", "write type = \"http\"", findings)?;
    if word == "http" {
        return Some(());
    }
    let title = &section.title;
    if TYPES_LATER.contains(&word) {
        findings.mistake(&place, format!("type `{word}` of {title} is not built yet"), "use type = \"http\"");
    } else {
        findings.mistake(&place, format!("{title} has an unknown type `{word}`"), suggestion(word, ["http"]));
    }
    None
}

/// Shows nothing of an address that cannot be used: it may carry a password or a token.
fn url(section: &Section<'_>, allow: &[IpNet], findings: &mut Findings) -> Option<Url> {
    const HINT: &str = "write url = \"https://shop.example.com/webhooks/payhook\"";
    let (text, place) = section.required("url", HINT, findings)?;
    let title = &section.title;
    let wrong =
        |what: &str, findings: &mut Findings| findings.mistake(&place, format!("`url` of {title} {what}"), HINT);
    let Ok(url) = Url::parse(text) else {
        wrong("is not an address", findings);
        return None;
    };
    if url.fragment().is_some() {
        wrong("has a part behind #, which is never sent", findings);
    }
    match payhook_net::Guard::new(allow.to_vec()).check_url(&url) {
        Ok(()) => warn_plain(section, &url, &place, findings),
        Err(Refused::NotAllowed { address, .. }) => private(section, allow, address, &place, findings),
        Err(Refused::Scheme(_)) => wrong("is neither http nor https", findings),
        Err(Refused::NoHost) => wrong("names no host", findings),
        Err(Refused::Credentials) => wrong("carries a user or a password, which logs would show", findings),
    }
    Some(url)
}

/// A private address that is not allowed would fail at the first delivery; here it fails loudly.
fn private(section: &Section<'_>, allow: &[IpNet], address: IpAddr, place: &Place, findings: &mut Findings) {
    let ranges = allow.iter().copied().chain([addresses::block_of(address)]);
    let ranges: Vec<_> = ranges.map(|range| format!("\"{range}\"")).collect();
    let what = format!("`url` of {} points to a private address", section.title);
    findings.mistake(place, what, format!("add allow = [{}]", ranges.join(", ")));
}

/// Names without a dot are of the own network; addresses are the operator's own affair.
fn warn_plain(section: &Section<'_>, url: &Url, place: &Place, findings: &mut Findings) {
    if url.scheme() == "http" && url.domain().is_some_and(|name| name.contains('.')) {
        let what = format!("`url` of {} is plain http: others on the way can read and change it", section.title);
        findings.warning(place, what, "use https");
    }
}

fn format(section: &Section<'_>, findings: &mut Findings) -> Option<Format> {
    let Some((word, place)) = section.text("format") else { return Some(Format::Payhook) };
    let title = &section.title;
    match word {
        "payhook" => Some(Format::Payhook),
        "original" => Some(Format::Original),
        "cloudevents" => {
            findings.mistake(
                &place,
                format!("format `cloudevents` of {title} is not built yet"),
                "use \"payhook\" or \"original\"",
            );
            None
        }
        _ => {
            let what = format!("{title} has an unknown format `{word}`");
            findings.mistake(&place, what, suggestion(word, ["payhook", "original"]));
            None
        }
    }
}

fn secret(section: &Section<'_>, format: Option<Format>, findings: &mut Findings) -> Option<Secret> {
    const HINT: &str = "`payhook keys generate payhook` makes one: whsec_ and base64";
    if !section.has("secret") && format == Some(Format::Original) {
        return None;
    }
    let (text, place) = section.required("secret", HINT, findings)?;
    if let Err(error) = payhook_destination::standard_webhooks::Secret::parse(text) {
        findings.mistake(&place, format!("`secret` of {}: {error}", section.title), HINT);
    }
    Some(Secret::new(text))
}

fn timeout(section: &Section<'_>, findings: &mut Findings) -> Duration {
    let Some((timeout, place)) = section.duration("timeout", findings) else { return TIMEOUT };
    if !TIMEOUT_RANGE.contains(&timeout) {
        let what = format!("`timeout` of {} is not between 100ms and 5m", section.title);
        findings.mistake(&place, what, "write \"10s\"");
    }
    timeout
}

fn concurrency(section: &Section<'_>, findings: &mut Findings) -> usize {
    let Some((number, place)) = section.integer("concurrency") else { return CONCURRENCY };
    let within = usize::try_from(number).ok().filter(|number| (1..=CONCURRENCY_MAX).contains(number));
    within.unwrap_or_else(|| {
        let what = format!("`concurrency` of {} is not between 1 and {CONCURRENCY_MAX}", section.title);
        findings.mistake(&place, what, "write 32");
        CONCURRENCY
    })
}

fn retry(section: &Section<'_>, findings: &mut Findings) -> Schedule {
    let Some(retry) = section.table_if("retry") else { return Schedule::default() };
    let jitter = retry.number("jitter").map_or(Schedule::default().jitter(), |(jitter, _)| jitter);
    if !(0.0..=1.0).contains(&jitter) {
        findings.mistake(
            &retry.place_of("jitter"),
            format!("`jitter` of {} is not between 0 and 1", retry.title),
            "write 0.1 for a tenth up or down",
        );
    }
    let delays = retry.durations("schedule", findings).unwrap_or_else(|| Schedule::default().delays().to_vec());
    Schedule::new(delays, jitter.clamp(0.0, 1.0)).unwrap_or_else(|| {
        let what =
            format!("`schedule` of {} has more than {} waits, or one over 24h", retry.title, Schedule::DELAYS_MAX);
        findings.mistake(&retry.place_of("schedule"), what, "write [\"5s\", \"5m\", \"30m\", \"2h\"]");
        Schedule::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_query_is_not_shown() {
        let shown = |url: &str| {
            Destination { url: Url::parse(url).expect("an address"), ..Destination::brought("shop") }.shown_url()
        };
        assert_eq!(shown("https://shop.example/hook?token=sekret9&a=1"), "https://shop.example/hook?…");
        assert_eq!(shown("https://shop.example/hook"), "https://shop.example/hook");
    }
}
