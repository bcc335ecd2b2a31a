//! Test notifications posted, several at once, past every queue: they are about the endpoint as it is now.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::super::refusal::Refusal;
use super::super::scope::Scope;
use super::asked::Asked;
use super::items::items;
use crate::adyen::notice::content;
use crate::adyen::webhook::Webhook;
use crate::book::{Act, Attempt, BookError, Draft, State as Standing};
use crate::sender::{is_accepted, make};
use crate::world::World;

/// Posted at once.
const AT_ONCE: usize = 16;

/// One that is to be posted, and whose account it is about.
struct Trial {
    merchant: String,
    draft: Draft,
}

/// `test`: posts them all, then says how each went. A webhook that is switched off is tested, too.
pub(crate) async fn test(State(world): State<Arc<World>>, scope: Scope, body: Bytes) -> Result<Json<Value>, Refusal> {
    let (endpoint, trials) = world.act(|act| {
        let webhook = scope.webhook(act)?;
        let asked = Asked::read(&body, &scope, &webhook, act.accounts())?;
        Ok::<_, Refusal>((webhook.endpoint(act.now), trials(act, &webhook, &asked)?))
    })?;
    let client = endpoint.secured.client();
    let posted = stream::iter(trials).map(|trial| async {
        let attempt = make(client.clone(), &trial.draft, &endpoint, world.time.now()).await;
        (trial, attempt)
    });
    let posted: Vec<(Trial, Attempt)> = posted.buffered(AT_ONCE).collect().await;
    world.act(|act| posted.iter().try_for_each(|(trial, attempt)| note(act, trial, attempt)))?;
    let data: Vec<_> = posted.iter().map(|(trial, attempt)| output(trial, attempt)).collect();
    Ok(Json(json!({ "data": data })))
}

fn trials(act: &Act<'_>, webhook: &Webhook, asked: &Asked) -> Result<Vec<Trial>, BookError> {
    let trials = items(act, asked)?.into_iter().map(|(item, at)| Trial {
        merchant: item.merchant_account.clone(),
        draft: Draft {
            endpoint: webhook.id.clone(),
            lane: format!("{} {}", webhook.id, item.psp_reference),
            provider: "adyen".to_owned(),
            event: item.event_code.clone(),
            subject: item.merchant_reference.clone(),
            content: content(&item, webhook, at),
            due: act.now,
        },
    });
    Ok(trials.collect())
}

/// Writes it into the log as what it is: sent once, and settled.
fn note(act: &Act<'_>, trial: &Trial, attempt: &Attempt) -> Result<(), BookError> {
    let id = act.post(&trial.draft)?;
    let standing = if is_accepted(attempt.status) { Standing::Accepted } else { Standing::GivenUp };
    act.tried(id, 1, attempt)?;
    act.settle(id, standing, act.now, 1)
}

fn output(trial: &Trial, attempt: &Attempt) -> Value {
    let mut output = json!({
        "merchantId": trial.merchant,
        "output": attempt.answer,
        "requestSent": attempt.body,
        "responseTime": format!("{} ms", attempt.took / 1_000),
        "status": if is_accepted(attempt.status) { "success" } else { "failed" },
    });
    if let Some(status) = attempt.status {
        output["responseCode"] = status.to_string().into();
    }
    output
}
