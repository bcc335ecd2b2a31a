//! `owed`, `dead_letters`, `waiting`: what is late, what was given up, and what waits for a person.

use std::time::Duration;

use payhook_domain::time::Timestamp;

use super::finding::Finding;
use super::told::{DAY, counted, span};

/// As long as the alerting rule for it waits, and a day.
const LATE: Duration = Duration::from_secs(15 * 60);
const VERY_LATE: Duration = Duration::from_secs(DAY);

/// What the check goes by.
#[derive(Clone, Debug, Default)]
pub(super) struct Owed {
    /// Deliveries that wait to be tried, and when the oldest was made.
    pub(super) pending: u64,
    pub(super) oldest_pending: Option<Timestamp>,
    /// Deliveries that wait for another of their payment, and those whose hold is not over.
    pub(super) blocked: u64,
    pub(super) held: u64,
    /// Deliveries behind dead letters at which their lane stopped, by destination.
    pub(super) stopped: Vec<(String, u64)>,
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
    findings.extend(stopped(&owed.stopped));
    findings.extend(dead(&owed.dead));
    findings.extend(orphaned(&owed.orphaned));
    findings.extend(waiting(owed));
    findings
}

fn pending(owed: &Owed, now: Timestamp) -> Finding {
    let Some(oldest) = owed.oldest_pending else { return Finding::ok("owed", not_due(owed)) };
    let age = now.since(oldest);
    let what = format!("{}, the oldest for {}", counted(owed.pending, "delivery waits", "deliveries wait"), span(age));
    let hint = "`payhook destinations list` says which destination is paused, rests or is slow; `payhook deliveries list --state \
                pending` shows them";
    match age {
        age if age > VERY_LATE => Finding::problem("owed", what, hint),
        age if age > LATE => Finding::warning("owed", what, hint),
        _ => Finding::ok("owed", what),
    }
}

/// What is told where nothing waits to be tried.
fn not_due(owed: &Owed) -> String {
    let blocked = |count| counted(count, "delivery waits for another", "deliveries wait for another");
    match (owed.blocked, owed.held) {
        (0, 0) => "nothing waits to be delivered".to_owned(),
        (count, 0) => format!("nothing waits to be tried; {} of its payment", blocked(count)),
        (0, held) => format!("nothing waits to be tried; {}", counted(held, "delivery is held", "deliveries are held")),
        (count, held) => format!(
            "nothing waits to be tried; {} of its payment, and {}",
            blocked(count),
            counted(held, "is held", "are held")
        ),
    }
}

/// Nothing but a person ends this wait.
fn stopped(stopped: &[(String, u64)]) -> Vec<Finding> {
    let told = |(destination, count): &(String, u64)| {
        let what = format!(
            "{} for {destination} behind dead letters at which a lane stopped",
            counted(*count, "delivery waits", "deliveries wait")
        );
        let hint = format!(
            "`payhook deliveries list --state dead --destination {destination}` shows those; `payhook deliveries retry` \
             makes one again in its place, `payhook deliveries pass` lets what waits go on without it"
        );
        Finding::problem("owed", what, hint).about(destination)
    };
    stopped.iter().map(told).collect()
}

fn dead(dead: &[(String, u64)]) -> Vec<Finding> {
    if dead.is_empty() {
        return vec![Finding::ok("dead_letters", "there is no dead letter")];
    }
    let told = |(destination, count): &(String, u64)| {
        let dead = counted(*count, "dead letter", "dead letters");
        let what = format!("{dead} to {destination}: it was refused, or every try failed");
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
        let owed = counted(*count, "delivery is owed", "deliveries are owed");
        let what = format!("{owed} to {destination}, which is not configured");
        let hint = "put the destination back, and they are sent; without it they are kept";
        Finding::warning("owed", what, hint).about(destination)
    };
    orphaned.iter().map(told).collect()
}

fn waiting(owed: &Owed) -> Vec<Finding> {
    let mut findings = Vec::new();
    if owed.aside > 0 {
        let aside = counted(owed.aside, "event is set aside", "events are set aside");
        let what = format!("{aside}: authentic and acknowledged, but not for its source, or not understood");
        findings.push(Finding::warning(
            "waiting",
            what,
            "`payhook aside list` says why; mend the source, then `payhook aside release`",
        ));
    }
    if owed.conflicts > 0 {
        let again = counted(owed.conflicts, "event came again", "events came again");
        let what = format!("{again} with another amount, currency or reference");
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
    fn what_waits_behind_a_dead_letter_is_a_problem_though_nothing_waits_to_be_tried() {
        let owed = Owed { blocked: 7, held: 2, stopped: vec![("shop".to_owned(), 5)], ..Owed::default() };
        let findings = judge(&owed, NOW);
        assert_eq!((findings[0].severity, findings[1].severity), (Ok, Problem));
        assert!(findings[0].what.contains("7 deliveries wait") && findings[0].what.contains("2 are held"));
        assert!(findings[1].what.starts_with("5 deliveries wait for shop behind"), "{findings:?}");
        let one = judge(&Owed { stopped: vec![("shop".to_owned(), 1)], ..Owed::default() }, NOW);
        assert!(one[1].what.starts_with("1 delivery waits for shop behind"), "{one:?}");
        assert_eq!(findings[1].about.as_deref(), Some("shop"));
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
