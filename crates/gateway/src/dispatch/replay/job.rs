//! A replay under way, as it is kept under `replay/N`: what was asked, how far it is, and how it ended.

use payhook_domain::time::Timestamp;
use payhook_store::Memo;
use serde::{Deserialize, Serialize};

use super::Asked;

/// The names of all jobs begin so.
pub(super) const PREFIX: &str = "replay/";

/// `rpl_` and a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ReplayId(pub(super) u64);

impl std::fmt::Display for ReplayId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "rpl_{}", self.0)
    }
}

impl std::str::FromStr for ReplayId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_prefix("rpl_").and_then(|number| number.parse().ok());
        number.map(Self).ok_or("not a replay's id (rpl_ and a number)")
    }
}

/// How a replay stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    Running,
    Done,
    Cancelled,
    /// It cannot go on, and why.
    Failed(String),
}

impl Stage {
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed(_) => "failed",
        }
    }
}

/// One replay. Rows and times are plain numbers, as the store has them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: ReplayId,
    pub(crate) asked: Asked,
    pub(crate) stage: Stage,
    pub(crate) begun_at: i64,
    pub(crate) ended_at: Option<i64>,
    /// The rows it walks over, when they were found by an index; otherwise all from `first` to `last`.
    pub(super) listed: Option<Vec<i64>>,
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// The last row dealt with.
    pub(crate) at: i64,
    /// Events sent again.
    pub(crate) events: u64,
    /// Deliveries made.
    pub(crate) deliveries: u64,
    /// Notifications withheld from destinations that get them whole: by today's keys not all of them is authentic.
    #[serde(default)]
    pub(crate) withheld: u64,
    /// The last notification sent whole to each destination that gets it so.
    pub(super) wholes: Vec<(u16, i64)>,
}

impl Job {
    /// Reads what was kept; nothing when no release of ours wrote it.
    pub(super) fn read(memo: &Memo) -> Option<Self> {
        serde_json::from_slice(memo.value.as_deref()?).ok()
    }

    /// What is kept of it.
    pub(super) fn memo(&self) -> Memo {
        Memo { name: name(self.id), value: serde_json::to_vec(self).ok() }
    }

    /// Ends it. The rows it was to walk over are of no more use.
    pub(super) fn end(&mut self, stage: Stage, now: Timestamp) {
        self.stage = stage;
        self.ended_at = Some(now.as_micros());
        self.listed = None;
    }

    /// Why it could not go on.
    pub(crate) fn why(&self) -> Option<&str> {
        match &self.stage {
            Stage::Failed(why) => Some(why),
            _ => None,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.stage == Stage::Running
    }
}

/// The name a job is kept under.
pub(super) fn name(id: ReplayId) -> String {
    format!("{PREFIX}{}", id.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_comes_back_as_it_was_kept_and_the_longest_list_fits() {
        let job = Job {
            id: ReplayId(7),
            asked: Asked { kind: Some("payment.captured".into()), ..Asked::default() },
            stage: Stage::Running,
            begun_at: 1,
            ended_at: None,
            listed: Some(vec![999_999_999; super::super::walk::LISTED_MAX]),
            first: 1,
            last: 9,
            at: 4,
            events: 3,
            deliveries: 5,
            withheld: 0,
            wholes: vec![(1, 2)],
        };
        let memo = job.memo();
        assert!(memo.value.as_ref().is_some_and(|value| value.len() <= Memo::VALUE_MAX));
        let read = Job::read(&memo).expect("ours");
        assert_eq!((read.id, read.at, &read.asked, read.wholes), (job.id, 4, &job.asked, job.wholes));
        assert_eq!("rpl_7".parse(), Ok(job.id));
        assert!("rpl_x".parse::<ReplayId>().is_err());
    }
}
