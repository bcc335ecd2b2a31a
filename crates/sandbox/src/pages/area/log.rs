//! Everything that was sent or waits to be: newest first, filtered, a page at a time.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;

use super::frame::{Done, show};
use super::trouble::Trouble;
use crate::book::{Act, BookError, Message, Sought, State as Standing};
use crate::world::World;

/// Entries of a page.
const ENTRIES: u32 = 50;

/// What the address asks for; what cannot be read is as if it were not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    provider: String,
    webhook: String,
    q: String,
    before: String,
}

/// `/area/log`.
pub(super) async fn list(State(world): State<Arc<World>>, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let sought = Sought {
        state: Standing::of(&asked.state),
        provider: asked.provider.clone(),
        endpoint: asked.webhook.clone(),
        text: asked.q.trim().to_owned(),
        about: String::new(),
        before: asked.before.parse().ok(),
    };
    let (list, older) = world.act(|act| {
        // One more than is shown: whether there is more.
        let mut found = act.log(&sought, ENTRIES + 1)?;
        let more = found.len() > ENTRIES as usize;
        found.truncate(ENTRIES as usize);
        let older = found.last().filter(|_| more).map(|message| asked.older(message.id));
        Ok::<_, Trouble>((rows(act, &found)?, older))
    })?;
    let filtered = Asked { before: String::new(), ..asked.clone() } != Asked::default();
    let values = context! {
        list, older, filtered,
        first => sought.before.is_none(),
        state => &asked.state, provider => &asked.provider, webhook => &asked.webhook, q => &asked.q,
    };
    Ok(show(&world, "log", "area/log.html", &Done::default(), values))
}

impl Asked {
    /// The address of what comes after this entry.
    fn older(&self, id: i64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in
            [("state", &self.state), ("provider", &self.provider), ("webhook", &self.webhook), ("q", &self.q)]
        {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.append_pair("before", &id.to_string());
        format!("/area/log?{}", query.finish())
    }
}

/// Entries as a list shows them.
pub(super) fn rows(act: &Act<'_>, messages: &[Message]) -> Result<Vec<Value>, BookError> {
    messages.iter().map(|message| row(act, message)).collect()
}

fn row(act: &Act<'_>, message: &Message) -> Result<Value, BookError> {
    let draft = &message.draft;
    let last = act.attempts(message.id)?.pop();
    Ok(context! {
        id => message.id,
        provider => &draft.provider,
        event => &draft.event,
        subject => &draft.subject,
        endpoint => &draft.endpoint,
        state => message.state.word(),
        queued => message.queued.as_micros(),
        due => draft.due.as_micros(),
        tries => message.tries,
        status => last.as_ref().and_then(|attempt| attempt.status),
        unanswered => last.is_some_and(|attempt| attempt.status.is_none()),
    })
}
