//! The catalogue: what can be triggered, and the refusal of what cannot.

use payhook_provider::{Provider, sample};
use payhook_sandbox::Story;
use serde_json::json;

use super::script::{Script, When};
use crate::complaint::Complaint;
use crate::output;
use crate::table::Table;

/// Refuses a provider whose signature is known and whose events are not.
pub(super) fn has_events(provider: &dyn Provider) -> anyhow::Result<()> {
    let name = provider.name();
    if !sample::samples(name).is_empty() || !provider.codes().is_empty() {
        return Ok(());
    }
    let what = format!("{name} can be verified, but its events are not known, so that none can be composed");
    let hint = "docs/guide/providers.md shows how to sign one of your own with openssl and send it with curl";
    Err(Complaint::usage(what, hint).into())
}

/// What was asked for, as of a moment: one story, or events. Refuses what is neither.
pub(super) fn script<'t>(provider: &dyn Provider, asked: &'t [String], when: When) -> anyhow::Result<Script<'t>> {
    let mut told = asked.iter().filter_map(|name| story(provider, name));
    match (told.next(), asked) {
        (Some(story), [_]) => return Ok(Script::story(story, when)),
        (Some(story), _) => {
            let hint = format!("`payhook trigger {} {}` tells it alone", provider.name(), story.name);
            return Err(Complaint::usage(format!("`{}` is a whole story", story.name), hint).into());
        }
        (None, _) => {}
    }
    asked.iter().try_for_each(|event| known_event(provider, event))?;
    let (When::Begins(at) | When::Ends(at)) = when;
    Ok(Script::Events(asked, at))
}

fn story(provider: &dyn Provider, name: &str) -> Option<&'static Story> {
    payhook_sandbox::story(name).filter(|story| story.provider == provider.name())
}

fn known_event(provider: &dyn Provider, event: &str) -> anyhow::Result<()> {
    let known = sample::samples(provider.name()).iter().any(|sample| sample.name == event)
        || provider.codes().iter().any(|row| row.code == event);
    if known {
        return Ok(());
    }
    let name = provider.name();
    let hint = format!("`payhook trigger {name} --list` shows what there is");
    Err(Complaint::usage(format!("{name} has no story and no event `{event}`"), hint).into())
}

/// Shows what there is.
pub(super) fn list(provider: &dyn Provider, json: bool) {
    let samples = sample::samples(provider.name());
    let stories: Vec<_> = payhook_sandbox::stories().filter(|story| story.provider == provider.name()).collect();
    if json {
        let stories = stories.iter().map(|one| json!({ "name": one.name, "about": one.about }));
        let samples = samples.iter().map(|one| json!({ "name": one.name, "about": one.about, "code": one.code }));
        let codes = provider.codes().iter().map(|row| row.code);
        output::json(&json!({
            "stories": stories.collect::<Vec<_>>(),
            "samples": samples.collect::<Vec<_>>(),
            "codes": codes.collect::<Vec<_>>(),
        }));
        return;
    }
    if !stories.is_empty() {
        let mut table = Table::new(["STORY", "WHAT"]);
        stories.iter().for_each(|one| table.row([one.name, one.about].map(str::to_owned)));
        output::line(&format!("{}\n", table.render()));
    }
    let mut table = Table::new(["EVENT", "CODE", "WHAT"]);
    samples.iter().for_each(|one| table.row([one.name, one.code, one.about].map(str::to_owned)));
    output::line(&table.render());
    let codes: Vec<_> = provider.codes().iter().map(|row| row.code).collect();
    output::line(&format!("\nEvery code of the provider works as well: {}", codes.join(" ")));
}
