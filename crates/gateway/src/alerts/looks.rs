//! Trouble that comes by itself while nobody asks: a disk that fills up, a certificate that ends. Looked at now and then.

use std::collections::BTreeMap;

use payhook_domain::kind::Kind;
use payhook_domain::time::Timestamp;

use super::{Alert, DAY, HOUR, stretch};
use crate::doctor::{Finding, Severity, judge_certificate};
use crate::gateway::Gateway;

/// What is looked at, and in which stretch of time each trouble was told last.
pub(super) struct Looks {
    reserve_bytes: u64,
    told: BTreeMap<&'static str, i64>,
}

impl Looks {
    pub(super) fn new(reserve_bytes: u64) -> Self {
        Self { reserve_bytes, told: BTreeMap::new() }
    }

    pub(super) fn look(&mut self, gateway: &Gateway) {
        let now = gateway.clock.now();
        let alerts = [self.at_disk(gateway, now), self.at_certificate(gateway, now)];
        alerts.into_iter().flatten().for_each(|alert| gateway.alert(alert));
    }

    /// While there is still room to write the event: at twice the reserve, once an hour.
    fn at_disk(&mut self, gateway: &Gateway, now: Timestamp) -> Option<Alert> {
        let free = gateway.store.health().disk_free;
        if self.reserve_bytes == 0 || free >= self.reserve_bytes.saturating_mul(2) {
            return None;
        }
        let hour = self.is_new("disk", stretch(now, HOUR))?;
        let message = format!(
            "the store's disk has {} MiB left; below {} MiB nothing new is accepted. Make room, or lower `reserve`",
            free >> 20,
            self.reserve_bytes >> 20
        );
        Some(Alert::new(Kind::AlertDisk, hour.to_string(), message))
    }

    /// One that ends soon once a day; one that providers refuse, or that was renewed in vain, once an hour.
    fn at_certificate(&mut self, gateway: &Gateway, now: Timestamp) -> Option<Alert> {
        let tls = gateway.tls.load_full()?;
        let found = judge_certificate(&tls.standing(), now);
        let worst = found.iter().map(|finding| finding.severity).max()?;
        let (about, time) = match worst {
            Severity::Ok => return None,
            Severity::Warning => ("certificate soon", stretch(now, DAY)),
            Severity::Problem => ("certificate now", stretch(now, HOUR)),
        };
        let time = self.is_new(about, time)?;
        let told = found.into_iter().filter(|finding| finding.severity != Severity::Ok).map(in_words);
        let message = told.collect::<Vec<_>>().join(". ");
        Some(Alert::new(Kind::AlertCertificate, format!("{about} {time}"), message))
    }

    /// The stretch, unless this was told in it already.
    fn is_new(&mut self, about: &'static str, stretch: i64) -> Option<i64> {
        (self.told.insert(about, stretch) != Some(stretch)).then_some(stretch)
    }
}

fn in_words(finding: Finding) -> String {
    match finding.hint {
        Some(hint) => format!("{}; {hint}", finding.what),
        None => finding.what,
    }
}
