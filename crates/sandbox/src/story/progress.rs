//! How far a telling has come.

use super::run::Run;
use super::{Story, story};
use crate::book::{Act, BookError, Tally};

/// A telling, its story, and what became of its notifications.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    pub(crate) run: Run,
    /// Nothing when this release tells it no more.
    pub(crate) story: Option<&'static Story>,
    pub(crate) messages: Tally,
    /// Where its report can be downloaded.
    pub(crate) report: Option<String>,
}

impl Progress {
    /// Of the telling with this id.
    pub(crate) fn of(act: &Act<'_>, id: &str) -> Result<Option<Self>, BookError> {
        act.find::<Run>(id)?.map(|run| Self::with(act, run)).transpose()
    }

    fn with(act: &Act<'_>, run: Run) -> Result<Self, BookError> {
        let messages = act.tally_of_story(&run.id)?;
        let account = &run.merchant_account;
        let address = |file| act.address(&format!("/reports/download/MerchantAccount/{account}/{file}"));
        let report = run.report.as_ref().map(address);
        Ok(Self { story: story(&run.story), messages, report, run })
    }

    /// Whether nothing more happens in it, and nothing of it waits to be sent.
    pub(crate) fn is_done(&self) -> bool {
        self.run.end.is_some() && self.messages.waiting == 0
    }

    /// How many scenes it has.
    pub(crate) fn scenes(&self) -> usize {
        self.story.map_or(self.run.scenes, |story| story.scenes.len())
    }
}

/// The newest tellings.
pub(crate) fn newest(act: &Act<'_>, most: u32) -> Result<Vec<Progress>, BookError> {
    act.newest::<Run>(most)?.into_iter().map(|run| Progress::with(act, run)).collect()
}
