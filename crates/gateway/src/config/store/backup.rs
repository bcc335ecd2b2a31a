//! `backup` of `[store]`: where and how often the gateway copies its store, and how many copies are kept.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::typed::section::Section;
use crate::config::words::mistakes::Findings;

/// Backups the gateway makes by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupPlan {
    /// The folder they are put in, which is there.
    pub folder: PathBuf,
    /// From one to the next.
    pub every: Duration,
    /// How many stay.
    pub keep: usize,
    /// Whether the envelope key is copied beside each.
    pub with_key: bool,
}

const EVERY: Duration = Duration::from_secs(3_600);
/// Each reads the whole store; a month without one is no backup.
const EVERY_RANGE: RangeInclusive<Duration> = Duration::from_secs(60)..=Duration::from_secs(31 * 86_400);
const KEEP: usize = 24;
const KEEP_RANGE: RangeInclusive<usize> = 1..=10_000;
const HINT: &str = "write backup = { folder = \"/var/backups/payhook\", every = \"1h\", keep = 24 }";

/// Reads the table; `home` is what relative paths start from.
pub(in crate::config) fn read(store: &Section<'_>, home: &Path, findings: &mut Findings) -> Option<BackupPlan> {
    let section = store.table_if("backup")?;
    let folder = folder(&section, home, findings);
    let every = match section.duration("every", findings) {
        Some((every, place)) if !EVERY_RANGE.contains(&every) => {
            findings.mistake(&place, format!("`every` of {} is not between 1m and 31d", section.title), HINT);
            EVERY
        }
        every => every.map_or(EVERY, |(every, _)| every),
    };
    let keep = section.integer("keep").map_or(Some(KEEP), |(number, place)| {
        let within = usize::try_from(number).ok().filter(|number| KEEP_RANGE.contains(number));
        if within.is_none() {
            findings.mistake(&place, format!("`keep` of {} is not between 1 and 10000", section.title), HINT);
        }
        within
    });
    let with_key = !section.is_flag("key") || section.flag("key");
    Some(BackupPlan { folder: folder?, every, keep: keep?, with_key })
}

/// A folder that is missing is an error now rather than a missing backup later: it may be a disk that is not mounted.
fn folder(section: &Section<'_>, home: &Path, findings: &mut Findings) -> Option<PathBuf> {
    let (text, place) = section.required("folder", HINT, findings)?;
    let folder = home.join(text);
    if !folder.is_dir() {
        let what = format!("the folder {} of {} is not there", folder.display(), section.title);
        findings.mistake(&place, what, "make it, readable by the gateway's user alone: install -d -m 700");
        return None;
    }
    Some(folder)
}
