//! Everything that a story has its merchant told, in order, without anybody to tell it to: told by a sandbox in memory,
//! whose time goes by as fast as it can be worked through.

use std::sync::Arc;

use payhook_domain::time::{Clock, Timestamp};
use serde_json::Value;
use tokio::sync::Notify;
use url::Url;

use super::{Story, TellError, Wanted, tell};
use crate::accounts::Accounts;
use crate::adyen::notice::TOKEN_WEBHOOK;
use crate::adyen::webhook::Webhook;
use crate::banked::webhook::Webhook as BankedWebhook;
use crate::book::{Act, Book, BookError};
use crate::clockwork;
use crate::time::{Pace, Time};
use crate::world::World;

/// The merchant account of a script: that of every composed notification.
const ACCOUNT: &str = "TestMerchant";
/// Most notifications of a script.
const LINES_MAX: u32 = 1_000;

/// One notification of a script, composed and not signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The provider's word for what happened.
    pub event: String,
    /// When it is told.
    pub at: Timestamp,
    /// The notification as JSON.
    pub value: Value,
}

/// What a story has its merchant told. The same seed makes the same references.
///
/// # Errors
/// [`TellError::Book`] when this machine gives no memory for it.
pub fn script(story: &Story, seed: u64, now: Timestamp) -> Result<Vec<Line>, TellError> {
    let world = nowhere(seed, now)?;
    world.act(|act| {
        listen(act, story.provider)?;
        tell(act, Wanted { story: story.name.to_owned(), seed: Some(seed), ..Wanted::default() })
    })?;
    clockwork::work_through(&world)?;
    Ok(world.act(written)?)
}

fn written(act: &Act<'_>) -> Result<Vec<Line>, BookError> {
    let mut messages = act.newest_messages(None, LINES_MAX)?;
    messages.reverse();
    let line = |queued: Timestamp, draft: crate::book::Draft| {
        Ok(Line { value: serde_json::from_str(&draft.content.body)?, at: queued, event: draft.event })
    };
    messages.into_iter().map(|message| line(message.queued, message.draft)).collect()
}

/// A sandbox of which nothing is kept.
fn nowhere(seed: u64, now: Timestamp) -> Result<World, BookError> {
    let accounts = Accounts { merchants: vec![ACCOUNT.to_owned()], ..Accounts::default() };
    Ok(World {
        book: Book::open(None, Some(seed))?,
        time: Time::new(Arc::new(Stopped(now)), Pace::Leaping, None),
        accounts,
        base: Url::parse("https://sandbox.example.com").expect("a constant address"),
        weather: Vec::new(),
        bell: Notify::new(),
    })
}

/// The moment at which a script is written.
pub(super) struct Stopped(pub(super) Timestamp);

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// Webhooks that hear of everything.
fn listen(act: &Act<'_>, provider: &str) -> Result<(), BookError> {
    let codes = payhook_provider::by_name(provider).map_or(&[][..], |provider| provider.codes());
    let codes: Vec<_> = codes.iter().map(|row| row.code.to_owned()).collect();
    if provider == "banked" {
        let (id, target_url, created_at) = (String::new(), String::new(), String::new());
        return act.keep(&BankedWebhook {
            id,
            target_url,
            signature_key: None,
            replaced_key: None,
            events: codes,
            created_at,
        });
    }
    let standard = Webhook { id: "standard".to_owned(), include_event_codes: codes, ..Webhook::blank(ACCOUNT) };
    let kind = TOKEN_WEBHOOK.to_owned();
    act.keep(&Webhook { id: "tokens".to_owned(), kind, ..Webhook::blank(ACCOUNT) })?;
    act.keep(&standard)
}
