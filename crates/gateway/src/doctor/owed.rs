//! `owed`, `dead_letters`, `waiting`: what is late, what was given up, and what waits for a person.

use std::time::Duration;

use payhook_domain::time::Timestamp;

use super::finding::Finding;
use super::told::{DAY, span};

/// As long as the alerting rule for it waits, and a day.
const LATE: Duration = Duration::from_secs(15 * 60);
const VERY_LATE: Duration = Duration::from_secs(DAY);

/// What the check goes by.
#[derive(Clone, Debug, Default)]
pub(super) struct Owed {
    /// Deliveries that wait to be tried, and when the oldest was made.
    pub(super) pending: u64,
    pub(super) oldest_pending: Option<Timestamp>,
    /// Dead letters, by destination.
    pub(super) dead: Vec<(String, u64)>,
    /// What is owed to destinations that are not configured.
    pub(super) orphaned: Vec<(String, u64)>,
    /// Events set aside, and those in conflict.
    pub(super) aside: u64,
    pub(super) conflicts: u64,
}

/// The rule.
pub(super) fn judge(owed: &Owed, now: Timestamp) -> Vec<Finding> {
    let mut findings = vec![pending(owed, now)];
    findings.extend(dead(&owed.dead));
    findings.extend(orphaned(&owed.orphaned));
    findings.extend(waiting(owed));
    findings
}

fn pending(owed: &Owed, now: Timestamp) -> Finding {
    let Some(oldest) = owed.oldest_pending else { return Finding::ok("owed", "nothing waits to be delivered") };
    let age = now.since(oldest);
    let what = format!("{} deliveries wait, the oldest for {}", owed.pending, span(age));
    let hint = "`payhook destinations list` says which destination is paused, rests or is slow; `payhook deliveries list --state \
                pending` shows them";
    match age {
        age if age > VERY_LATE => Finding::problem("owed", what, hint),
        age if age > LATE => Finding::warning("owed", what, hint),
        _ => Finding::ok("owed", what),
    }
}

fn dead(dead: &[(String, u64)]) -> Vec<Finding> {
    if dead.is_empty() {
        return vec![Finding::ok("dead_letters", "there is no dead letter")];
    }
    let told = |(destination, count): &(String, u64)| {
        let what =
            format!("{count} deliveries to {destination} are dead letters: it refused them, or every try failed");
        let hint = format!(
            "`payhook deliveries list --state dead` shows them; when the cause is mended, `payhook deliveries retry --all \
             --destination {destination}`"
        );
        Finding::problem("dead_letters", what, hint).about(destination)
    };
    dead.iter().map(told).collect()
}

fn orphaned(orphaned: &[(String, u64)]) -> Vec<Finding> {
    let told = |(destination, count): &(String, u64)| {
        let what = format!("{count} deliveries are owed to {destination}, which is not configured");
        let hint = "put the destination back, and they are sent; without it they are kept";
        Finding::warning("owed", what, hint).about(destination)
    };
    orphaned.iter().map(told).collect()
}

fn waiting(owed: &Owed) -> Vec<Finding> {
    let mut findings = Vec::new();
    if owed.aside > 0 {
        let what = format!("{} events are authentic, were acknowledged, and are set aside", owed.aside);
        findings.push(Finding::warning(
            "waiting",
            what,
            "`payhook aside list` says why; mend the source, then `payhook aside release`",
        ));
    }
    if owed.conflicts > 0 {
        let what = format!("{} events came again with another amount, currency or reference", owed.conflicts);
        findings.push(Finding::warning("waiting", what, "`payhook conflicts list`, then accept or reject"));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("waiting", "nothing waits for a person"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{Ok, Problem, Warning};

    const NOW: Timestamp = Timestamp::from_seconds(1_900_000_000);

    fn severities(owed: &Owed) -> Vec<(&'static str, crate::doctor::finding::Severity)> {
        judge(owed, NOW).iter().map(|finding| (finding.check, finding.severity)).collect()
    }

    #[test]
    fn nothing_owed_is_fine() {
        assert_eq!(severities(&Owed::default()), [("owed", Ok), ("dead_letters", Ok), ("waiting", Ok)]);
    }

    #[test]
    fn what_waits_is_told_by_the_age_of_the_oldest() {
        let after = |seconds| {
            let oldest_pending = Some(NOW.minus(Duration::from_secs(seconds)));
            severities(&Owed { pending: 3, oldest_pending, ..Owed::default() })[0].1
        };
        assert_eq!([after(900), after(901), after(86_401)], [Ok, Warning, Problem]);
    }

    #[test]
    fn each_destination_with_dead_letters_is_a_problem_and_what_a_person_decides_a_warning() {
        let owed = Owed {
            dead: vec![("shop".to_owned(), 2), ("books".to_owned(), 1)],
            orphaned: vec![("gone".to_owned(), 4)],
            aside: 1,
            conflicts: 1,
            ..Owed::default()
        };
        let (dead, waiting) = (("dead_letters", Problem), ("waiting", Warning));
        assert_eq!(severities(&owed), [("owed", Ok), dead, dead, ("owed", Warning), waiting, waiting]);
        assert_eq!(judge(&owed, NOW)[1].about.as_deref(), Some("shop"));
    }
}
