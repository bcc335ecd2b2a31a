//! The form, and what was told before.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};

use super::PLACE;
use crate::adyen::webhook::Webhook;
use crate::banked::webhook::Webhook as BankedWebhook;
use crate::book::{Act, BookError};
use crate::pages::area::fields::{Fields, Mistakes};
use crate::pages::area::frame::{self, Done};
use crate::pages::area::trouble::Trouble;
use crate::sender::Fault;
use crate::story::{Progress, newest, stories};
use crate::world::World;

/// Tellings that are listed.
const LISTED_MAX: u32 = 50;
/// Providers, as people write them.
const PROVIDERS: [(&str, &str); 2] = [("adyen", "Adyen"), ("banked", "Banked")];

/// `/area/stories`.
pub(in crate::pages::area) async fn choose(State(world): State<Arc<World>>) -> Result<Response, Trouble> {
    let values = world.act(|act| form(act, &Fields::default(), &Mistakes::new()))?;
    Ok(frame::show(&world, PLACE, "area/stories.html", &Done::default(), values))
}

/// The form as it was filled in, with what is wrong about it, above what was told before.
pub(super) fn form(act: &Act<'_>, fields: &Fields, mistakes: &Mistakes) -> Result<Value, BookError> {
    let runs: Vec<_> = newest(act, LISTED_MAX)?.iter().map(line).collect();
    let faults: Vec<_> = Fault::ALL
        .map(|fault| {
            let on = fields.all("fault").any(|name| name == fault.name());
            context! { name => fault.name(), about => fault.about(), on }
        })
        .to_vec();
    Ok(context! {
        providers => PROVIDERS.map(provider).to_vec(), faults, runs, mistakes,
        story => fields.text("story"), seed => fields.text("seed"), account => fields.text("account"),
        merchants => &act.accounts().merchants,
        unheard => unheard(act)?,
    })
}

fn provider((provider, label): (&str, &str)) -> Value {
    let of_it = stories().filter(|story| story.provider == provider);
    let of_it: Vec<_> = of_it.map(|story| context! { name => story.name, about => story.about }).collect();
    context! { label, stories => of_it }
}

/// Whether there is nobody to tell anything.
fn unheard(act: &Act<'_>) -> Result<bool, BookError> {
    Ok(act.newest::<Webhook>(1)?.is_empty() && act.newest::<BankedWebhook>(1)?.is_empty())
}

/// A telling as a list shows it.
pub(super) fn line(progress: &Progress) -> Value {
    let run = &progress.run;
    let faults: Vec<_> = run.faults.iter().map(|fault| fault.name()).collect();
    context! {
        id => &run.id, story => &run.story, seed => run.seed, reference => &run.reference, began => run.began,
        faults => faults.join(", "),
        scene => run.scenes, scenes => progress.scenes(),
        state => state(progress),
        stopped => run.end.as_ref().and_then(|end| end.stopped.as_deref()),
    }
}

fn state(progress: &Progress) -> &'static str {
    match &progress.run.end {
        Some(end) if end.stopped.is_some() => "stopped",
        _ if progress.is_done() => "done",
        Some(_) => "sending",
        None => "going on",
    }
}
