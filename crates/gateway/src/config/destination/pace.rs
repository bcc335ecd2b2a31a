//! How fast a destination is tried, and when it is left to rest: `rate` and `breaker`.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::config::typed::section::Section;
use crate::config::words::mistakes::Findings;
use crate::config::words::units;

/// Most deliveries begun per time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many; at least one.
    pub count: u32,
    /// In how long: a second, a minute or an hour.
    pub per: Duration,
}

impl Rate {
    /// Most that may be asked for in one unit of time; who wants more wants no limit.
    pub const COUNT_MAX: u32 = 100_000;
}

/// When a destination that keeps failing is left to rest, so that an outage spends no tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// Failed tries in a row after which it opens; at least one.
    pub failures: u32,
    /// The first rest. Each further one is twice as long.
    pub rest: Duration,
    /// The longest rest; not shorter than `rest`.
    pub rest_max: Duration,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { failures: 10, rest: Duration::from_secs(30), rest_max: Duration::from_secs(600) }
    }
}

const FAILURES_RANGE: RangeInclusive<u32> = 1..=10_000;
/// A rest longer than an hour would outlive most repairs, and whoever wants one pauses the destination.
const REST_RANGE: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3_600);

/// The rate; absent when it is not limited.
pub(in crate::config) fn rate(section: &Section<'_>, findings: &mut Findings) -> Option<Rate> {
    let (text, place) = section.text("rate")?;
    let mut wrong = |what: &str| {
        findings.mistake(
            &place,
            format!("`rate` of {} {what}", section.title),
            "write \"100/s\", \"600/min\" or \"5000/h\"",
        );
    };
    match units::rate(text) {
        Ok((count, per)) => match u32::try_from(count).ok().filter(|count| (1..=Rate::COUNT_MAX).contains(count)) {
            Some(count) => return Some(Rate { count, per }),
            None => wrong("is not between 1 and 100000 for its unit"),
        },
        Err(error) => wrong(error.what()),
    }
    None
}

/// The breaker; absent when it is switched off.
pub(in crate::config) fn breaker(section: &Section<'_>, findings: &mut Findings) -> Option<Breaker> {
    if section.is_flag("breaker") {
        return section.flag("breaker").then(Breaker::default);
    }
    let Some(table) = section.table_if("breaker") else { return Some(Breaker::default()) };
    let usual = Breaker::default();
    let failures = failures(&table, findings).unwrap_or(usual.failures);
    let rest = rest(&table, "rest", findings);
    let rest_max = self::rest(&table, "rest_max", findings);
    let breaker = Breaker {
        failures,
        rest: rest.unwrap_or_else(|| usual.rest.min(rest_max.unwrap_or(usual.rest))),
        rest_max: rest_max.unwrap_or_else(|| usual.rest_max.max(rest.unwrap_or(usual.rest_max))),
    };
    if breaker.rest > breaker.rest_max {
        let what = format!("`rest` of {} is longer than its `rest_max`", table.title);
        findings.mistake(&table.place_of("rest"), what, "write rest = \"30s\" and rest_max = \"10m\"");
    }
    Some(breaker)
}

fn failures(table: &Section<'_>, findings: &mut Findings) -> Option<u32> {
    let (number, place) = table.integer("failures")?;
    let within = u32::try_from(number).ok().filter(|number| FAILURES_RANGE.contains(number));
    if within.is_none() {
        let what = format!("`failures` of {} is not between 1 and 10000", table.title);
        findings.mistake(&place, what, "write 10, or breaker = false to switch it off");
    }
    within
}

fn rest(table: &Section<'_>, key: &str, findings: &mut Findings) -> Option<Duration> {
    let (rest, place) = table.duration(key, findings)?;
    if REST_RANGE.contains(&rest) {
        return Some(rest);
    }
    let what = format!("`{key}` of {} is not between 1s and 1h", table.title);
    findings.mistake(&place, what, "write \"30s\", or breaker = false to switch it off");
    None
}
