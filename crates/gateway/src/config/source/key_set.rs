//! Where a source looks up keys that its own lack: `jwks_url`, or where its provider publishes them.
//!
//! A source with `keys` and without `jwks_url` asks nobody: what was configured goes on working offline.

use payhook_domain::identity::Environment;
use payhook_provider::Provider;
use url::Url;

use crate::config::typed::section::Section;
use crate::config::words::mistakes::Findings;
use crate::key_set;

/// Whether keys are looked up for a source: where it names a set, or has no keys and a provider that publishes some.
pub(in crate::config) fn is_looked_into(section: &Section<'_>, provider: &dyn Provider) -> bool {
    provider.about().key_sets.is_some() && (section.has("jwks_url") || !section.has("keys"))
}

/// The address of the set; nothing where the source's own keys alone count. An environment that is not set counts as live.
pub(in crate::config) fn read(
    section: &Section<'_>,
    provider: &dyn Provider,
    environment: Option<Environment>,
    findings: &mut Findings,
) -> Option<String> {
    let Some(published) = provider.about().key_sets else {
        if section.has("jwks_url") {
            let what = format!("`jwks_url` of {} means nothing: {} publishes no keys", section.title, provider.name());
            findings.warning(&section.place_of("jwks_url"), what, "remove it");
        }
        return None;
    };
    if !is_looked_into(section, provider) {
        return None;
    }
    let Some((text, place)) = section.text("jwks_url") else {
        return Some(published.of(environment.unwrap_or_default()).to_owned());
    };
    let checked = match Url::parse(text) {
        Ok(url) => key_set::check(&url).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(problem) = checked {
        let what = format!("`jwks_url` of {} cannot be used: {problem}", section.title);
        let hint = format!("write {}, or an address of this machine for tests", published.live);
        findings.mistake(&place, what, hint);
        return None;
    }
    Some(text.to_owned())
}
