//! `disk` and `log`: how much room there is, how fast it goes, and for how long it lasts.
//!
//! The store grows by what is received, until retention sets in: first bytes go, then events with their payments. What a
//! notification takes is the file's size over their number, its bytes are measured, and the last week says how many come. Days
//! that are far off are a guess; that the disk is full next week is none.

use std::time::Duration;

use payhook_domain::time::Timestamp;
use payhook_store::{Growth, Health};

use super::finding::Finding;
use super::told::{DAY, bytes};
use crate::config::{Age, Retention};

/// Over which time the pace is measured.
pub(super) const MEASURED: Duration = Duration::from_secs(7 * DAY);
/// A shorter history says nothing.
const HISTORY_MIN: Duration = Duration::from_secs(DAY);

/// Days left below which it is a matter of this week, and of this month.
const DAYS_PROBLEM: u64 = 7;
const DAYS_WARNING: u64 = 30;

/// More of them are no number that means anything.
const DAYS_TOLD_MAX: u64 = 3_650;

/// Bytes of the log that say that something keeps it from being emptied: four times what its file keeps. The second is where
/// a backup gives up.
const LOG_WARNING: u64 = 256 << 20;
const LOG_PROBLEM: u64 = 2 << 30;

/// What the check goes by.
pub(super) struct Disk<'a> {
    pub(super) health: &'a Health,
    pub(super) reserve_bytes: u64,
    pub(super) growth: Growth,
    /// Notifications kept.
    pub(super) notifications: u64,
    pub(super) retention: Retention,
    pub(super) now: Timestamp,
}

/// For how long the room lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lasts {
    /// There is too little history to say.
    Unknown,
    /// So many days.
    Days(u64),
    /// Retention removes as much as comes before the room is used up.
    Steady,
}

/// The rule.
pub(super) fn judge(disk: &Disk<'_>) -> Vec<Finding> {
    vec![room(disk), log(disk.health.wal_bytes)]
}

fn room(disk: &Disk<'_>) -> Finding {
    let (free, reserve) = (disk.health.disk_free, disk.reserve_bytes);
    let room = free.saturating_sub(reserve);
    let lasts = disk.lasts(room);
    let reusable = disk.growth.reusable_bytes;
    let again = if reusable == 0 { String::new() } else { format!(" ({} of it free for use again)", bytes(reusable)) };
    let what = format!(
        "{} free, and {} of it above the reserve; the store has {}{again}; {}",
        bytes(free),
        bytes(room),
        bytes(disk.health.file_bytes),
        disk.pace(lasts)
    );
    let hint = "make room on the store's disk, keep less (`retention` of [store]; `payhook prune --dry-run` shows what goes), \
                or move the store to a larger disk";
    match lasts {
        _ if free < reserve => Finding::problem("disk", format!("nothing is accepted: {what}"), hint),
        Lasts::Days(days) if days < DAYS_PROBLEM => Finding::problem("disk", what, hint),
        Lasts::Days(days) if days < DAYS_WARNING => Finding::warning("disk", what, hint),
        _ if free < reserve.saturating_mul(2) => Finding::warning("disk", what, hint),
        _ => Finding::ok("disk", what),
    }
}

fn log(wal_bytes: u64) -> Finding {
    let what = format!("the log beside the store has {}", bytes(wal_bytes));
    let hint = "something reads the store at one moment and keeps its log from being emptied: a backup under way, or another \
                program that has the file open (`fuser payhook.db`)";
    match wal_bytes {
        LOG_PROBLEM.. => Finding::problem("log", what, hint),
        LOG_WARNING.. => Finding::warning("log", what, hint),
        _ => Finding::ok("log", what),
    }
}

impl Disk<'_> {
    /// How long notifications have been kept and counted.
    fn history(&self) -> Duration {
        self.growth.first_receipt.map_or(Duration::ZERO, |first| self.now.since(first))
    }

    fn pace(&self, lasts: Lasts) -> String {
        let pace = bytes(self.bytes_a_day());
        match lasts {
            Lasts::Unknown => "too little was received yet to say how fast it grows".to_owned(),
            Lasts::Steady => {
                format!("it takes about {pace} a day, and retention removes as much before the disk is full")
            }
            Lasts::Days(days) if days > DAYS_TOLD_MAX => {
                format!("it takes about {pace} a day: more than ten years left")
            }
            Lasts::Days(days) => format!("it takes about {pace} a day: {days} days left"),
        }
    }

    /// Bytes that come in a day now, before anything is removed.
    fn bytes_a_day(&self) -> u64 {
        self.a_day(self.growth.bytes_mean + self.bytes_beside())
    }

    /// What so many bytes with each notification make in a day.
    fn a_day(&self, bytes_each: u64) -> u64 {
        let seconds = u128::from(self.history().min(MEASURED).as_secs().max(1));
        let bytes = u128::from(self.growth.received) * u128::from(bytes_each) * u128::from(DAY) / seconds;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    /// Bytes that a notification takes beside its own: events, payments, deliveries, attempts, indexes.
    fn bytes_beside(&self) -> u64 {
        let used = self.health.file_bytes.saturating_sub(self.growth.reusable_bytes);
        let with_bytes = match self.retention.bodies {
            Age::Until(age) if age < self.history() => self.a_day(1).saturating_mul(age.as_secs() / DAY),
            _ => self.notifications,
        };
        let own = with_bytes.min(self.notifications).saturating_mul(self.growth.bytes_mean);
        used.saturating_sub(own) / self.notifications.max(1)
    }

    fn lasts(&self, room: u64) -> Lasts {
        if self.history() < HISTORY_MIN || self.growth.received == 0 {
            return Lasts::Unknown;
        }
        let (beside, own) = (self.bytes_beside(), self.growth.bytes_mean);
        let until_bodies = self.until(self.retention.bodies);
        let until_events = self.until(self.retention.events).map(|days| days.max(until_bodies.unwrap_or(days)));
        let first = self.a_day(own + beside);
        let then = self.a_day(beside);
        let Some(days) = until_bodies.filter(|days| first.saturating_mul(*days) < room) else {
            return Lasts::Days(room / first.max(1));
        };
        let left = room - first * days;
        match until_events {
            Some(end) if then.saturating_mul(end - days) < left => Lasts::Steady,
            _ => Lasts::Days(days.saturating_add(left / then.max(1))),
        }
    }

    /// Days until what is kept for `age` begins to go; nothing when it never does.
    fn until(&self, age: Age) -> Option<u64> {
        match age {
            Age::Until(age) => Some(age.saturating_sub(self.history()).as_secs() / DAY),
            Age::Never => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{self, Ok, Problem, Warning};

    const NOW: Timestamp = Timestamp::from_seconds(1_900_000_000);
    const GIB: u64 = 1 << 30;

    /// A shop that received 10,000 a day for so many days: 2,000 bytes each, and as many beside.
    fn shop(days: u64, free: u64) -> (Health, Growth, u64) {
        let notifications = 10_000 * days;
        let health = Health { disk_free: free, file_bytes: notifications * 4_000, ..Health::default() };
        let growth = Growth {
            first_receipt: Some(NOW.minus(Duration::from_secs(days * DAY))),
            received: 10_000 * days.min(7),
            bytes_mean: 2_000,
            reusable_bytes: 0,
        };
        (health, growth, notifications)
    }

    fn lasts((health, growth, notifications): (Health, Growth, u64), retention: Retention) -> (Lasts, Severity) {
        let disk = Disk { health: &health, reserve_bytes: 512 << 20, growth, notifications, retention, now: NOW };
        (disk.lasts(health.disk_free.saturating_sub(disk.reserve_bytes)), room(&disk).severity)
    }

    /// 40 MB come a day; 90 days on 20 MB of them go again, and after 25 months the others.
    #[test]
    fn days_left_go_by_what_comes_and_by_what_retention_will_remove() {
        let kept = Retention::default();
        let reserve = 512 << 20;
        assert_eq!(lasts(shop(30, reserve + 200_000_000), kept), (Lasts::Days(5), Problem));
        assert_eq!(lasts(shop(30, reserve + 800_000_000), kept), (Lasts::Days(20), Warning));
        assert_eq!(lasts(shop(30, reserve + 2_000_000_000), kept), (Lasts::Days(50), Ok));
        // 60 days of 40 MB, then 20 MB a day.
        assert_eq!(lasts(shop(30, reserve + 2_400_000_000 + 200_000_000), kept), (Lasts::Days(70), Ok));
        assert_eq!(lasts(shop(30, 100 * GIB), kept), (Lasts::Steady, Ok));
        let forever = Retention { bodies: Age::Never, events: Age::Never, ..kept };
        let (Lasts::Days(days), Ok) = lasts(shop(30, 100 * GIB), forever) else { panic!("it is full one day") };
        assert!((2_600..2_700).contains(&days), "{days}");
    }

    #[test]
    fn a_first_day_says_nothing_and_too_little_room_is_told_all_the_same() {
        let kept = Retention::default();
        assert_eq!(lasts(shop(0, 100 * GIB), kept), (Lasts::Unknown, Ok));
        assert_eq!(lasts(shop(0, 600 << 20), kept), (Lasts::Unknown, Warning));
        assert_eq!(lasts(shop(0, 100 << 20), kept), (Lasts::Unknown, Problem));
    }

    #[test]
    fn a_log_that_cannot_be_emptied_is_told() {
        assert_eq!([0, LOG_WARNING, LOG_PROBLEM].map(|size| log(size).severity), [Ok, Warning, Problem]);
    }
}
