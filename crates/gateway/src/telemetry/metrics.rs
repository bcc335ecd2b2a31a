//! Counters and gauges for Prometheus. Handles are made once; counting looks nothing up but its label.

use std::sync::Mutex;

use payhook_domain::id::NameId;
use payhook_domain::kind::Kind;
use payhook_store::{Extent, Health, Pruned, Tallies};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// The figure of when the newest backup was made.
const LAST_BACKUP: &str = "last_backup_seconds";

/// What stands so or so at the moment of asking. What is not named is told of no more.
#[derive(Debug, Default)]
pub struct Standings<'a> {
    /// The configured destinations, and whether their breakers are open.
    pub breakers: Vec<(&'a str, bool)>,
    /// The key sets that sources look into, by their address: how many keys are known, how often it was fetched, and how
    /// often it could not be.
    pub key_sets: Vec<(&'a str, [u64; 3])>,
    /// The certificate that providers are shown, where there is one: when it ends, in seconds since 1970, and whether it was renewed
    /// in vain.
    pub certificate: Option<(Option<i64>, bool)>,
}

/// Everything counted in the process; what the store counts is asked of it when `/metrics` is read.
pub struct Metrics {
    registry: Mutex<Registry>,
    /// Requests on the public listener, by source and status.
    pub received: Family<Answer, Counter>,
    /// Verdicts on items, by source and verdict or reason.
    pub verdicts: Family<Verdict, Counter>,
    /// Seconds from the last byte of a request to its answer, for accepted ones.
    pub ack_seconds: Histogram,
    /// Requests in hand on the public listener.
    pub in_flight: Gauge,
    /// Tries, by destination and outcome.
    pub attempts: Family<Try, Counter>,
    /// Seconds a try took.
    pub attempt_seconds: Histogram,
    /// Whether a destination's breaker is open: 1 or 0.
    pub breaker_open: Family<Where, Gauge>,
    certificate: Family<CertificateFigure, Gauge>,
    /// Alerts raised, by name.
    pub alerts: Family<Alert, Counter>,
    /// How often a changed configuration was asked for, by what came of it.
    pub reloads: Family<Reload, Counter>,
    config: Family<Config, Gauge>,
    pruned: Family<Kept, Counter>,
    pruned_bytes: Family<Kept, Counter>,
    route_when_failed: Family<RouteLabel, Counter>,
    key_sets: Family<KeySetFigure, Gauge>,
    deliveries: Family<Owed, Gauge>,
    stored: Family<Stored, Gauge>,
    store: Family<StoreGauge, Gauge>,
}

/// Labels of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Answer {
    /// The source's name; empty when no source answers there.
    pub source: String,
    /// The HTTP status.
    pub status: u16,
}

/// Labels of a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Verdict {
    /// The source's name.
    pub source: String,
    /// `new`, `duplicate`, `revision`, `conflict`, `aside`, or the reason of a refusal.
    pub verdict: &'static str,
}

/// Labels of a try.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Try {
    /// The destination's name.
    pub destination: String,
    /// `delivered`, `rejected` or `failed`.
    pub outcome: &'static str,
}

/// Label of what is true of a destination.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Where {
    /// The destination's name.
    pub destination: String,
}

/// Label of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Alert {
    /// The kind of its event without `alert.`: `disk`, `dead_letters`.
    pub alert: &'static str,
}

/// Label of a change of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Reload {
    /// `taken`, `unchanged` or `refused`.
    pub outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Config {
    digest: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kept {
    what: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KeySetFigure {
    url: String,
    figure: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CertificateFigure {
    figure: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Owed {
    destination: String,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Stored {
    what: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StoreGauge {
    figure: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self {
            registry: Mutex::new(Registry::with_prefix("payhook")),
            received: Family::default(),
            verdicts: Family::default(),
            // 50 µs to 26 s, each bucket twice the one before.
            ack_seconds: Histogram::new(exponential_buckets(0.000_05, 2.0, 20)),
            in_flight: Gauge::default(),
            attempts: Family::default(),
            attempt_seconds: Histogram::new(exponential_buckets(0.000_1, 2.0, 20)),
            breaker_open: Family::default(),
            certificate: Family::default(),
            alerts: Family::default(),
            reloads: Family::default(),
            config: Family::default(),
            pruned: Family::default(),
            pruned_bytes: Family::default(),
            route_when_failed: Family::default(),
            key_sets: Family::default(),
            deliveries: Family::default(),
            stored: Family::default(),
            store: Family::default(),
        };
        metrics.register();
        metrics.show_every_alert();
        metrics
    }
}

impl Metrics {
    fn register(&self) {
        let mut registry = self.registry();
        let registry = &mut *registry;
        registry.register("received", "Requests on the public listener", self.received.clone());
        registry.register("verdicts", "Verdicts on received items", self.verdicts.clone());
        registry.register_with_unit(
            "ack",
            "From a request's last byte to its answer, accepted ones",
            Unit::Seconds,
            self.ack_seconds.clone(),
        );
        registry.register("in_flight", "Requests in hand on the public listener", self.in_flight.clone());
        registry.register("attempts", "Delivery attempts", self.attempts.clone());
        registry.register_with_unit(
            "attempt",
            "Duration of delivery attempts",
            Unit::Seconds,
            self.attempt_seconds.clone(),
        );
        let help = "Whether a destination's breaker is open";
        registry.register("breaker_open", help, self.breaker_open.clone());
        let help = "The certificate of the public listener, where it has one";
        registry.register("certificate", help, self.certificate.clone());
        registry.register("alerts", "Alerts raised", self.alerts.clone());
        let help = "Changes of the configuration that were asked for, by outcome";
        registry.register("reloads", help, self.reloads.clone());
        registry.register("config", "Which configuration runs, by its digest: 1", self.config.clone());
        registry.register("pruned", "Rows that retention removed", self.pruned.clone());
        registry.register("pruned_bytes", "Bytes that retention removed, about", self.pruned_bytes.clone());
        let failed = "Conditions of routes that failed on an event, and so counted as true";
        registry.register("route_when_failed", failed, self.route_when_failed.clone());
        let help = "Keys that providers publish, where sources look them up";
        registry.register("key_set", help, self.key_sets.clone());
        registry.register("deliveries", "Deliveries by destination and state", self.deliveries.clone());
        registry.register("stored", "Rows in the store", self.stored.clone());
        registry.register("store", "The store's condition", self.store.clone());
    }

    /// Each alert stands at 0 before its first. A series that begins at 1 has not increased: whatever wakes people by an
    /// increase would sleep through the first one after a start.
    fn show_every_alert(&self) {
        for alert in Kind::ALL.iter().filter_map(|kind| kind.as_str().strip_prefix("alert.")) {
            self.alerts.get_or_create(&Alert { alert }).inc_by(0);
        }
    }

    /// Raises an alert: counted here, told by the caller's log line.
    pub fn alert(&self, alert: &'static str) {
        self.alerts.get_or_create(&Alert { alert }).inc();
    }

    /// Shows the digest of the configuration that runs now, and no other.
    pub fn runs(&self, digest: &str) {
        self.config.clear();
        self.config.get_or_create(&Config { digest: digest.to_owned() }).set(1);
    }

    /// Counts what a step of retention removed, and the pages it gave back.
    pub fn pruned(&self, step: &Pruned) {
        for (what, freed) in step.kinds().into_iter().chain([("pages", step.returned)]) {
            self.pruned.get_or_create(&Kept { what }).inc_by(freed.rows);
            self.pruned_bytes.get_or_create(&Kept { what }).inc_by(freed.bytes);
        }
    }

    /// When the newest backup that is whole was begun or made, in seconds since 1970.
    pub fn backed_up(&self, at_seconds: i64) {
        self.figure(LAST_BACKUP, at_seconds);
    }

    /// How much of the store's file is free.
    pub fn free(&self, extent: &Extent) {
        self.figure("free_bytes", gauge(extent.free_bytes));
    }

    /// Counts a condition that failed on an event.
    pub fn route_when_failed(&self, route: &str) {
        self.route_when_failed.get_or_create(&RouteLabel { route: route.to_owned() }).inc();
    }

    fn set_key_sets(&self, standings: &[(&str, [u64; 3])]) {
        self.key_sets.clear();
        for (url, figures) in standings {
            for (figure, count) in ["keys", "fetched_total", "failed_total"].into_iter().zip(figures) {
                self.key_sets.get_or_create(&KeySetFigure { url: (*url).to_owned(), figure }).set(gauge(*count));
            }
        }
    }

    fn set_breakers(&self, standings: &[(&str, bool)]) {
        self.breaker_open.clear();
        for (name, open) in standings {
            self.breaker_open.get_or_create(&Where { destination: (*name).to_owned() }).set(i64::from(*open));
        }
    }

    fn set_certificate(&self, standing: Option<(Option<i64>, bool)>) {
        self.certificate.clear();
        let Some((valid_until, in_vain)) = standing else { return };
        let set = |figure, value| self.certificate.get_or_create(&CertificateFigure { figure }).set(value);
        set("renewed_in_vain", i64::from(in_vain));
        if let Some(valid_until) = valid_until {
            set("valid_until_seconds", valid_until);
        }
    }

    /// Everything in Prometheus' text form, with the store's figures as of now. For one who asks at a time: what is told anew is
    /// gone for a moment, and a rule that waits for ten minutes of it would begin again.
    #[must_use]
    pub fn render(
        &self,
        tallies: &Tallies,
        health: &Health,
        standings: &Standings<'_>,
        now_micros: i64,
        name_of: impl Fn(NameId) -> String,
    ) -> String {
        let registry = self.registry();
        self.set_key_sets(&standings.key_sets);
        self.set_breakers(&standings.breakers);
        self.set_certificate(standings.certificate);
        self.set_tallies(tallies, now_micros, name_of);
        self.set_health(health);
        self.forget_a_backup_to_come(now_micros);
        let mut text = String::new();
        // Writing into a String does not fail.
        let _ = encode(&mut text, &registry);
        text
    }

    fn set_tallies(&self, tallies: &Tallies, now_micros: i64, name_of: impl Fn(NameId) -> String) {
        // A state that nothing is in any more is not told of at all.
        self.deliveries.clear();
        for ((destination, state), count) in &tallies.deliveries {
            let owed = Owed { destination: name_of(*destination), state };
            self.deliveries.get_or_create(&owed).set(gauge(*count));
        }
        let rows = tallies.events.iter().map(|(standing, count)| (format!("events_{standing}"), *count));
        let rows = rows.chain([
            ("notifications".to_owned(), tallies.notifications),
            ("duplicates".to_owned(), tallies.duplicates),
            ("quarantined".to_owned(), tallies.quarantined),
        ]);
        for (what, count) in rows {
            self.stored.get_or_create(&Stored { what }).set(gauge(count));
        }
        let age = tallies.oldest_pending.map_or(0, |at| (now_micros - at.as_micros()).max(0) / 1_000_000);
        self.figure("oldest_pending_seconds", age);
    }

    fn set_health(&self, health: &Health) {
        self.figure("writable", i64::from(health.failing.is_none()));
        self.figure("below_reserve", i64::from(health.below_reserve));
        self.figure("disk_free_bytes", gauge(health.disk_free));
        self.figure("file_bytes", gauge(health.file_bytes));
        self.figure("wal_bytes", gauge(health.wal_bytes));
        self.figure("queue", gauge(health.queue as u64));
        self.figure("quarantine_dropped_total", gauge(health.quarantine_dropped));
        self.figure("commits_total", gauge(health.commits));
        self.figure("commit_items_total", gauge(health.commit_items));
        self.figure("commit_micros_total", gauge(health.commit_micros));
    }

    /// One that was made while the clock was ahead would look new for as long as it was.
    fn forget_a_backup_to_come(&self, now_micros: i64) {
        let told = StoreGauge { figure: LAST_BACKUP };
        if self.store.get(&told).is_some_and(|at| at.get() > now_micros / 1_000_000) {
            self.store.remove(&told);
        }
    }

    fn figure(&self, figure: &'static str, value: i64) {
        self.store.get_or_create(&StoreGauge { figure }).set(value);
    }

    fn registry(&self) -> std::sync::MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn gauge(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = include_str!("../../../../contrib/prometheus/payhook.rules.yml");

    #[test]
    fn every_alert_that_a_rule_waits_for_stands_at_zero_before_its_first() {
        let mut text = String::new();
        encode(&mut text, &Metrics::default().registry()).expect("written");
        let waited_for: Vec<_> = RULES
            .split("increase(payhook_alerts_total{")
            .skip(1)
            .filter_map(|behind| behind.split('}').next())
            .collect();
        assert!(waited_for.len() > 5, "{waited_for:?}");
        for labels in waited_for {
            assert!(text.contains(&format!("payhook_alerts_total{{{labels}}} 0\n")), "{labels}: {text}");
        }
    }

    #[test]
    fn two_who_ask_at_once_both_hear_of_every_breaker() {
        let metrics = Metrics::default();
        let names: Vec<String> = (0..200).map(|n| format!("shop-{n}")).collect();
        let breakers = names.iter().map(|name| (name.as_str(), true)).collect();
        let standings = Standings { breakers, ..Standings::default() };
        let ask = || {
            let text = metrics.render(&Tallies::default(), &Health::default(), &standings, 0, |_| String::new());
            text.lines().filter(|line| line.starts_with("payhook_breaker_open{")).count()
        };
        std::thread::scope(|scope| {
            let askers = [(); 2].map(|()| scope.spawn(|| (0..1_500).map(|_| ask()).min()));
            assert_eq!(askers.map(|asker| asker.join().expect("no panic")), [Some(200), Some(200)]);
        });
    }
}
