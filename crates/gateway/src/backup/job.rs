//! One backup, under way or over. Jobs live in memory: a copy that a process did not finish is none.

use std::path::PathBuf;
use std::sync::Arc;

use payhook_domain::time::Timestamp;
use payhook_store::BackupProgress;

use super::make::Made;

/// `bak_` and a number that counts from the gateway's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BackupId(pub(super) u64);

impl std::fmt::Display for BackupId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "bak_{}", self.0)
    }
}

impl std::str::FromStr for BackupId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_prefix("bak_").and_then(|number| number.parse().ok());
        number.map(Self).ok_or("not a backup's id (bak_ and a number)")
    }
}

/// How a backup stands.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    Running,
    Done(Made),
    /// Why there is none.
    Failed(String),
}

/// One backup.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: BackupId,
    pub(crate) to: PathBuf,
    pub(crate) stage: Stage,
    pub(crate) begun_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) progress: Arc<BackupProgress>,
}

impl Job {
    pub(crate) fn is_running(&self) -> bool {
        matches!(self.stage, Stage::Running)
    }

    /// The word for how it stands.
    pub(crate) fn word(&self) -> &'static str {
        match &self.stage {
            Stage::Running if self.progress.is_verifying() => "verifying",
            Stage::Running => "running",
            Stage::Done(_) => "done",
            Stage::Failed(_) => "failed",
        }
    }
}
