//! Notifications to be sent, in lanes, and what became of each.
//!
//! Those of one lane go one after the other: Adyen keeps a lane for each webhook, Banked one for each notification. What
//! is kept is not signed yet: each attempt is signed when it is made, by the key that is good then.

use payhook_domain::time::Timestamp;
use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};

use super::{Act, BookError};
use crate::sender::Treatment;

/// What is to be sent, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Content {
    /// The media type of the body.
    pub(crate) media: String,
    /// The body, before it is signed.
    pub(crate) body: String,
    /// How it is sent, when not in the usual way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<Treatment>,
}

/// A notification to be queued.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// The webhook it is for.
    pub(crate) endpoint: String,
    /// Those of one lane are sent one after the other.
    pub(crate) lane: String,
    /// `adyen` or `banked`.
    pub(crate) provider: String,
    /// The provider's word.
    pub(crate) event: String,
    /// The merchant's reference.
    pub(crate) subject: String,
    pub(crate) content: Content,
    /// Not sent before this.
    pub(crate) due: Timestamp,
}

/// Where a notification stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// To be sent, or sent again.
    Waiting,
    /// Taken by the merchant.
    Accepted,
    /// Given up by a person.
    Ignored,
    /// Given up after the last try.
    GivenUp,
}

impl State {
    /// Its name in the book and on the pages.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Accepted => "accepted",
            Self::Ignored => "ignored",
            Self::GivenUp => "given_up",
        }
    }

    /// The one of this name.
    pub(crate) fn of(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Accepted, Self::Ignored, Self::GivenUp].into_iter().find(|state| state.word() == word)
    }
}

/// A notification that was queued.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: i64,
    pub(crate) draft: Draft,
    /// The story it belongs to; empty when to none.
    pub(crate) story: String,
    pub(crate) queued: Timestamp,
    pub(crate) tries: u32,
    pub(crate) state: State,
}

impl Message {
    /// Whether it waits and nobody was sent it yet.
    pub(crate) fn is_untried(&self) -> bool {
        self.state == State::Waiting && self.tries == 0
    }

    /// How it is sent, when not in the usual way.
    pub(crate) fn treatment(&self) -> Treatment {
        self.draft.content.fault.clone().unwrap_or_default()
    }
}

/// One try.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Attempt {
    /// When, in microseconds of the sandbox's time.
    pub(crate) at: i64,
    /// How long it took, in the world's microseconds.
    pub(crate) took: u64,
    /// The status answered; nothing when there was no answer.
    pub(crate) status: Option<u16>,
    /// The beginning of the answer's body, or why there was none.
    pub(crate) answer: String,
    /// The headers as sent, signature among them.
    pub(crate) headers: Vec<(String, String)>,
    /// The body as sent.
    pub(crate) body: String,
}

/// The columns a message is read from, in order.
pub(super) const COLUMNS: &str =
    "id, endpoint, lane, provider, event, subject, content, queued, due, tries, state, story";

impl Act<'_> {
    /// Queues a notification, for the story this act tells.
    pub(crate) fn post(&self, draft: &Draft) -> Result<i64, BookError> {
        let sql = "INSERT INTO messages (endpoint, lane, provider, event, subject, story, content, queued, due, state)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'waiting')";
        let content = serde_json::to_string(&draft.content)?;
        let Draft { endpoint, lane, provider, event, subject, due, .. } = draft;
        let (queued, due) = (self.now.as_micros(), due.as_micros());
        let row = params![endpoint, lane, provider, event, subject, &*self.story(), content, queued, due];
        self.transaction.prepare_cached(sql)?.execute(row)?;
        let id = self.transaction.last_insert_rowid();
        self.note_posted(id);
        Ok(id)
    }

    /// Changes what was queued and not tried yet: its lane, its content, when it is due.
    pub(crate) fn rework(&self, id: i64, draft: &Draft) -> Result<(), BookError> {
        let sql = "UPDATE messages SET lane = ?2, content = ?3, due = ?4 WHERE id = ?1";
        let row = params![id, draft.lane, serde_json::to_string(&draft.content)?, draft.due.as_micros()];
        self.transaction.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }

    /// The first of each lane that waits, the earliest due first, so many at most.
    pub(crate) fn heads(&self, most: u32) -> Result<Vec<Message>, BookError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM messages
             WHERE id IN (SELECT min(id) FROM messages WHERE state = 'waiting' GROUP BY lane) ORDER BY due, id LIMIT ?1"
        );
        read(self.transaction.prepare_cached(&sql)?.query_map([most], raw)?)
    }

    /// One message.
    pub(crate) fn message(&self, id: i64) -> Result<Option<Message>, BookError> {
        let sql = format!("SELECT {COLUMNS} FROM messages WHERE id = ?1");
        Ok(read(self.transaction.prepare_cached(&sql)?.query_map([id], raw)?)?.pop())
    }

    /// The newest messages, below `before` when one is given.
    pub(crate) fn newest_messages(&self, before: Option<i64>, most: u32) -> Result<Vec<Message>, BookError> {
        let sql = format!("SELECT {COLUMNS} FROM messages WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
        let before = before.unwrap_or(i64::MAX);
        read(self.transaction.prepare_cached(&sql)?.query_map(params![before, most], raw)?)
    }

    /// The newest messages of a story, below `before` when one is given.
    pub(crate) fn newest_of_story(
        &self,
        story: &str,
        before: Option<i64>,
        most: u32,
    ) -> Result<Vec<Message>, BookError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM messages WHERE story <> '' AND story = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3"
        );
        let before = before.unwrap_or(i64::MAX);
        read(self.transaction.prepare_cached(&sql)?.query_map(params![story, before, most], raw)?)
    }

    /// Lets everything that waits for an endpoint be due now; how many that are.
    pub(crate) fn hurry(&self, endpoint: &str) -> Result<usize, BookError> {
        let sql = "UPDATE messages SET due = min(due, ?2) WHERE endpoint = ?1 AND state = 'waiting'";
        Ok(self.transaction.prepare_cached(sql)?.execute(params![endpoint, self.now.as_micros()])?)
    }

    /// Writes down where a message stands now.
    pub(crate) fn settle(&self, id: i64, state: State, due: Timestamp, tries: u32) -> Result<(), BookError> {
        let sql = "UPDATE messages SET state = ?2, due = ?3, tries = ?4 WHERE id = ?1";
        self.transaction.prepare_cached(sql)?.execute(params![id, state.word(), due.as_micros(), tries])?;
        Ok(())
    }

    /// Writes down a try.
    pub(crate) fn tried(&self, message: i64, number: u32, attempt: &Attempt) -> Result<(), BookError> {
        let sql = "INSERT OR REPLACE INTO attempts VALUES (?1, ?2, ?3)";
        let row = params![message, number, serde_json::to_string(attempt)?];
        self.transaction.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }

    /// The tries of a message, first to last.
    pub(crate) fn attempts(&self, message: i64) -> Result<Vec<Attempt>, BookError> {
        let sql = "SELECT content FROM attempts WHERE message = ?1 ORDER BY number";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let rows = statement.query_map([message], |row| row.get::<_, String>(0))?;
        rows.map(|content| Ok(serde_json::from_str(&content?)?)).collect()
    }
}

/// A row as it stands: the message without what is JSON in it, and that.
pub(super) type Raw = (Message, String, String);

pub(super) fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let moment = |column| row.get(column).map(Timestamp::from_micros);
    let draft = Draft {
        endpoint: row.get(1)?,
        lane: row.get(2)?,
        provider: row.get(3)?,
        event: row.get(4)?,
        subject: row.get(5)?,
        content: Content { media: String::new(), body: String::new(), fault: None },
        due: moment(8)?,
    };
    let (queued, tries, state) = (moment(7)?, row.get(9)?, State::Waiting);
    let message = Message { id: row.get(0)?, draft, story: row.get(11)?, queued, tries, state };
    Ok((message, row.get(6)?, row.get(10)?))
}

pub(super) fn read(rows: impl Iterator<Item = rusqlite::Result<Raw>>) -> Result<Vec<Message>, BookError> {
    rows.map(|row| {
        let (mut message, content, state) = row?;
        message.draft.content = serde_json::from_str(&content)?;
        message.state = serde_json::from_value(state.into())?;
        Ok(message)
    })
    .collect()
}
