//! Points at which a process dies when it is told to, so that a kill lands exactly there: what the tests of kills walk.
//!
//! A point is passed right behind what it names. Only the hidden `serve --die-at` arms one, before anything runs; no file
//! and no variable does. Unarmed, passing one is a load and a comparison, and none lies on the way of a notification.
//!
//! Adding one: a line in the list, and [`pass`] where it is; the end-to-end test fails until it reaches it.

use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

/// Declares the list once: variant, word, what is done there and what is not.
macro_rules! points {
    ($($variant:ident $word:literal $doc:literal)*) => {
        /// Where a process can be told to die.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Point { $(#[doc = $doc] $variant,)* }

        impl Point {
            /// Every point.
            pub const ALL: &'static [Point] = &[$(Point::$variant,)*];

            /// Its word: `backup.step`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Point::$variant => $word,)* }
            }
        }
    };
}

points! {
    RetentionBegun "retention.begun" "A sweep is noted, and no step of it was taken."
    RetentionEvents "retention.events" "A step removed events; it is not committed."
    RetentionPayments "retention.payments" "A step removed payments; it is not committed."
    RetentionAliases "retention.aliases" "A step removed names of payments; it is not committed."
    RetentionRetained "retention.retained" "A step looked again at bytes that were needed; it is not committed."
    RetentionBodies "retention.bodies" "A step removed bytes of notifications; it is not committed."
    RetentionAttempts "retention.attempts" "A step removed attempts; it is not committed."
    RetentionPages "retention.pages" "A step gave pages back to the disk; it is not committed."
    RetentionCommitted "retention.committed" "A step is committed, and nobody knows where the sweep goes on."

    BackupNoted "backup.noted" "A backup is noted beside the store, and nothing of it is there."
    BackupKey "backup.key" "The key's copy is there, and nothing of the store's."
    BackupBegun "backup.begun" "The file is there under its unfinished name, and empty."
    BackupStep "backup.step" "A step of pages is copied and synced."
    BackupCopied "backup.copied" "Every page is copied; the mark is missing."
    BackupMarked "backup.marked" "The copy carries its mark, and was not read back."
    BackupVerified "backup.verified" "The copy was read back, and has its unfinished name still."
    BackupSynced "backup.synced" "All of it is on disk under its unfinished name."
    BackupRenamed "backup.renamed" "It has its name; its folder is not synced."
    BackupFinished "backup.finished" "It is whole under its name, and the note beside the store still says otherwise."
    BackupThinned "backup.thinned" "A backup that was due is whole, and those that are too many are removed."

    RestoreCleared "restore.cleared" "The files of the store that was there before are gone; the mark is still there."
    RestoreUnmarked "restore.unmarked" "The mark is gone, and what it said is noted; nothing has opened the file."
    RestoreOpened "restore.opened" "The backup is open as a store, and nobody was told."
    RestoreTold "restore.told" "It was told that a backup was put in place, and the note of it is still there."

    MigrationCopied "migration.copied" "The copy of before is whole; nothing is noted."
    MigrationNoted "migration.noted" "It is noted that the schema is about to change."
    MigrationApplied "migration.applied" "A migration was applied; it is not committed."
    MigrationCommitted "migration.committed" "The new schema is committed, and nobody was told."

    ReloadRead "reload.read" "The changed configuration is read, and compared with nothing."
    ReloadBound "reload.bound" "Its listeners are bound; no name is numbered."
    ReloadPrepared "reload.prepared" "Everything that can fail is done, and nothing is changed."
    ReloadSwapped "reload.swapped" "The new plan runs; desks and listeners are of the one before."
    ReloadHandedOver "reload.handed-over" "The desks follow the new plan; the listeners do not."
    ReloadTaken "reload.taken" "Everything follows the new configuration, and which one runs is not noted."
}

/// A point, and the time it is passed at which the process dies there: `backup.step`, `backup.step:3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub point: Point,
    /// At which passing, from 1.
    pub passing: u32,
}

/// Not a fault; the words there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a point, or a point and a number from 1 (POINT:N); points are {}", Point::ALL.iter().map(|point| point.as_str()).collect::<Vec<_>>().join(", "))]
pub struct NotAFault;

impl FromStr for Fault {
    type Err = NotAFault;

    fn from_str(text: &str) -> Result<Self, NotAFault> {
        let (word, passing) = text.split_once(':').unwrap_or((text, "1"));
        let point = Point::ALL.iter().copied().find(|point| point.as_str() == word).ok_or(NotAFault)?;
        let passing = passing.parse().ok().filter(|passing| *passing > 0).ok_or(NotAFault)?;
        Ok(Self { point, passing })
    }
}

/// The point in the upper half, counted from 1, and how often it is still to be passed in the lower.
static ARMED: AtomicU64 = AtomicU64::new(0);

/// From now on this process dies there. For tests alone.
pub fn arm(fault: Fault) {
    ARMED.store(armed(fault), Ordering::Relaxed);
}

/// Passes a point: the process dies here if it was told to, as if it were killed.
#[inline]
pub fn pass(point: Point) {
    if is_reached(&ARMED, point) {
        std::process::abort();
    }
}

fn armed(Fault { point, passing }: Fault) -> u64 {
    (point as u64 + 1) << 32 | u64::from(passing)
}

#[inline]
fn is_reached(armed: &AtomicU64, point: Point) -> bool {
    armed.load(Ordering::Relaxed) >> 32 == point as u64 + 1 && armed.fetch_sub(1, Ordering::Relaxed) & 0xFFFF_FFFF == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_point_reads_back_and_has_a_word_of_its_own() {
        for point in Point::ALL {
            assert_eq!(point.as_str().parse(), Ok(Fault { point: *point, passing: 1 }));
            let third = Fault { point: *point, passing: 3 };
            assert_eq!(format!("{}:3", point.as_str()).parse(), Ok(third));
        }
        let words: HashSet<_> = Point::ALL.iter().map(|point| point.as_str()).collect();
        assert_eq!(words.len(), Point::ALL.len());
        for no in ["", "backup", "backup.step:0", "backup.step:x", "backup.step:"] {
            assert_eq!(no.parse::<Fault>(), Err(NotAFault), "{no}");
        }
    }

    #[test]
    fn it_is_reached_at_its_passing_and_at_no_other_point() {
        let unarmed = AtomicU64::new(0);
        assert!(Point::ALL.iter().all(|point| !is_reached(&unarmed, *point)));
        let third = AtomicU64::new(armed(Fault { point: Point::BackupStep, passing: 3 }));
        let mut pass = |point| is_reached(&third, point);
        assert_eq!([Point::BackupStep; 2].map(&mut pass), [false, false]);
        assert!(!pass(Point::RetentionBegun) && !pass(Point::ReloadTaken));
        assert!(pass(Point::BackupStep));
    }
}
