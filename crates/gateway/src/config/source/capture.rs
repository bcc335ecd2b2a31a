//! Who captures: `capture`, for a source or for each of its merchant accounts.
//!
//! No notification says it, and guessing it would book money that was never taken, or never book what was.

use std::collections::BTreeMap;

use payhook_domain::fact::Capture;
use payhook_provider::{Accounts, Provider};

use crate::config::typed::section::Section;
use crate::config::words::mistakes::{Findings, Place};
use crate::config::words::nearest::{nearest, suggestion};

/// Who captures the payments of a source; unset counts captures from events alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captures {
    /// Of every account.
    everywhere: Option<Capture>,
    /// Of the accounts named; others are unset.
    by_account: BTreeMap<String, Capture>,
}

impl Captures {
    /// Who captures the payments of `account`, where that was configured.
    #[must_use]
    pub fn of(&self, account: Option<&str>) -> Option<Capture> {
        self.everywhere.or_else(|| self.by_account.get(account?).copied())
    }

    /// Each setting: an account, or nothing for all of them, and the word of what was set.
    pub fn settings(&self) -> impl Iterator<Item = (Option<&str>, &'static str)> {
        let everywhere = self.everywhere.iter().map(|capture| (None, word_of(*capture)));
        everywhere.chain(self.by_account.iter().map(|(account, capture)| (Some(account.as_str()), word_of(*capture))))
    }
}

/// The word in the configuration.
const fn word_of(capture: Capture) -> &'static str {
    match capture {
        Capture::Automatic => "automatic",
        Capture::Manual => "manual",
    }
}

/// Reads the key. `routed` are the accounts the source routes; all when empty.
pub(in crate::config) fn read(
    section: &Section<'_>,
    provider: Option<&'static dyn Provider>,
    routed: &[String],
    findings: &mut Findings,
) -> Captures {
    if let Some((word, place)) = section.text("capture") {
        return Captures { everywhere: meant(section, word, &place, findings), by_account: BTreeMap::new() };
    }
    let Some(table) = section.table_if("capture") else { return Captures::default() };
    if provider.is_some_and(|provider| provider.about().accounts == Accounts::Never) {
        let what = format!("{} names merchant accounts, which its provider's notifications do not", table.title);
        findings.mistake(&table.place, what, "write capture = \"automatic\" or \"manual\"");
    }
    let mut captures = Captures::default();
    for (account, word, place) in table.named_texts() {
        if !routed.is_empty() && !routed.iter().any(|other| other == account) {
            let what = format!("{} names the account `{account}`, which is not in `merchant_accounts`", table.title);
            let near = nearest(account, routed.iter().map(String::as_str));
            let hint = near.map_or("its events are set aside".to_owned(), |near| format!("did you mean `{near}`?"));
            findings.warning(&place, what, hint);
        }
        if let Some(capture) = meant(section, word, &place, findings) {
            captures.by_account.insert(account.to_owned(), capture);
        }
    }
    captures
}

fn meant(section: &Section<'_>, word: &str, place: &Place, findings: &mut Findings) -> Option<Capture> {
    let found = [Capture::Automatic, Capture::Manual].into_iter().find(|capture| word_of(*capture) == word);
    if found.is_none() {
        let what = format!("`capture` of {} is neither automatic nor manual", section.title);
        findings.mistake(place, what, suggestion(word, ["automatic", "manual"]));
    }
    found
}
