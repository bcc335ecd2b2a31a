//! The log of what was sent: found by what a person looks for.

use rusqlite::params;

use super::messages::{COLUMNS, raw, read};
use super::{Act, BookError, Message, State};

/// What is looked for; what is empty matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sought {
    pub(crate) state: Option<State>,
    pub(crate) provider: String,
    /// The webhook it is for.
    pub(crate) endpoint: String,
    /// A part of the event's word or of the merchant's reference.
    pub(crate) text: String,
    /// A reference that it names anywhere in its body.
    pub(crate) about: String,
    /// Below this number.
    pub(crate) before: Option<i64>,
}

/// How many notifications stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) waiting: u64,
    pub(crate) accepted: u64,
    pub(crate) ignored: u64,
    pub(crate) given_up: u64,
}

impl Tally {
    fn by(count: impl Fn(State) -> Result<i64, BookError>) -> Result<Self, BookError> {
        let of = |state| count(state).map(i64::unsigned_abs);
        Ok(Self {
            waiting: of(State::Waiting)?,
            accepted: of(State::Accepted)?,
            ignored: of(State::Ignored)?,
            given_up: of(State::GivenUp)?,
        })
    }
}

impl Act<'_> {
    /// The newest that match, so many at most.
    pub(crate) fn log(&self, sought: &Sought, most: u32) -> Result<Vec<Message>, BookError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM messages
             WHERE id < ?1 AND (?2 = '' OR state = ?2) AND (?3 = '' OR provider = ?3) AND (?4 = '' OR endpoint = ?4)
               AND (?5 = '' OR instr(lower(event), lower(?5)) > 0 OR instr(lower(subject), lower(?5)) > 0)
               AND (?6 = '' OR instr(content, ?6) > 0)
             ORDER BY id DESC LIMIT ?7"
        );
        let Sought { provider, endpoint, text, about, .. } = sought;
        let (before, state) = (sought.before.unwrap_or(i64::MAX), sought.state.map_or("", State::word));
        let row = params![before, state, provider, endpoint, text, about, most];
        read(self.transaction.prepare_cached(&sql)?.query_map(row, raw)?)
    }

    /// How many stand where, in all.
    pub(crate) fn tally(&self) -> Result<Tally, BookError> {
        Tally::by(|state| {
            let sql = "SELECT count(*) FROM messages WHERE state = ?1";
            Ok(self.transaction.prepare_cached(sql)?.query_row([state.word()], |row| row.get(0))?)
        })
    }

    /// How many of a story stand where.
    pub(crate) fn tally_of_story(&self, story: &str) -> Result<Tally, BookError> {
        Tally::by(|state| {
            let sql = "SELECT count(*) FROM messages WHERE story <> '' AND story = ?1 AND state = ?2";
            Ok(self.transaction.prepare_cached(sql)?.query_row([story, state.word()], |row| row.get(0))?)
        })
    }
}
