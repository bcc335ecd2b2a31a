//! How a source is verified, and how strictly: `tolerance`, `url`, `jwks_url`, `parameters`, `unsigned_events`.

use std::collections::BTreeMap;
use std::time::Duration;

use payhook_domain::identity::Environment;
use payhook_provider::{About, Policy, Provider, Tolerance};
use url::Url;

use super::{key_set, unsigned};
use crate::config::typed::section::Section;
use crate::config::typed::tree::Value;
use crate::config::words::addresses::Guard;
use crate::config::words::mistakes::Findings;
use crate::config::words::units;

const TOLERANCE_RANGE: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(30 * 86_400);
/// Most parameters of one source.
const PARAMETERS_MAX: usize = 16;

/// Reads what a source says about verification, and holds it against what its provider needs; `guard` says whether it
/// asks for a password or an address as well.
pub(in crate::config) fn read(
    section: &Section<'_>,
    provider: Option<&'static dyn Provider>,
    environment: Option<Environment>,
    guard: Guard,
    findings: &mut Findings,
) -> Policy {
    let policy = Policy {
        tolerance: tolerance(section, findings),
        url: url(section, findings),
        key_set: provider.and_then(|provider| key_set::read(section, provider, environment, findings)),
        parameters: parameters(section, findings),
        unsigned_events: unsigned::read(section, provider, guard, findings),
    };
    if let Some(provider) = provider {
        check(section, &policy, provider.name(), &provider.about(), findings);
    }
    policy
}

fn tolerance(section: &Section<'_>, findings: &mut Findings) -> Tolerance {
    let Some((text, place)) = section.text("tolerance") else { return Tolerance::Usual };
    if text == "off" {
        return Tolerance::Off;
    }
    match units::duration(text) {
        Ok(length) if TOLERANCE_RANGE.contains(&length) => return Tolerance::Within(length),
        Ok(_) => {
            let what = format!("`tolerance` of {} is not between 1s and 30d", section.title);
            findings.mistake(&place, what, "write \"off\" to switch the check of signed times off");
        }
        Err(error) => {
            let what = format!("`tolerance` of {} {}", section.title, error.what());
            findings.mistake(&place, what, "write \"10s\" or \"5m\", or \"off\"");
        }
    }
    Tolerance::Usual
}

/// Kept as it was typed: what is signed is the text.
fn url(section: &Section<'_>, findings: &mut Findings) -> Option<String> {
    let (text, place) = section.text("url")?;
    let is_web = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if !is_web {
        let what = format!("`url` of {} is no address of the web", section.title);
        findings.mistake(
            &place,
            what,
            "write it as it is registered at the provider: https://hooks.example.com/in/square",
        );
    }
    is_web.then(|| text.to_owned())
}

fn parameters(section: &Section<'_>, findings: &mut Findings) -> BTreeMap<String, String> {
    let Some(table) = section.table_if("parameters") else { return BTreeMap::new() };
    let texts = table.named_texts();
    if texts.len() > PARAMETERS_MAX {
        let what = format!("{} has more than {PARAMETERS_MAX}", table.title);
        findings.mistake(&table.place, what, "remove those that the provider does not sign");
    }
    texts.into_iter().map(|(name, text, _)| (name.to_owned(), text.to_owned())).collect()
}

fn check(section: &Section<'_>, policy: &Policy, provider: &str, about: &About<'_>, findings: &mut Findings) {
    let title = &section.title;
    if policy.tolerance != Tolerance::Usual && !about.signs_time {
        let what = format!("`tolerance` of {title} means nothing: {provider} signs no time that can be read");
        findings.warning(&section.place_of("tolerance"), what, "remove it");
    }
    if about.needs_url && policy.url.is_none() && !section.has("url") {
        let what = format!("{title} has no `url`, which {provider} signs");
        findings.mistake(
            &section.place,
            what,
            "write the URL as it is registered at the provider; never taken from Host",
        );
    }
    if policy.url.is_some() && !about.needs_url {
        let what = format!("`url` of {title} means nothing: {provider} does not sign it");
        findings.warning(&section.place_of("url"), what, "remove it");
    }
    for name in &about.parameters {
        if !policy.parameters.contains_key(*name) {
            let what = format!("`parameters` of {title} has no `{name}`, which {provider} signs");
            findings.mistake(&section.place, what, format!("write parameters = {{ {name} = \"...\" }}"));
        }
    }
    for name in policy.parameters.keys().filter(|name| !about.parameters.contains(&name.as_str())) {
        let what = format!("`{name}` in `parameters` of {title} means nothing: {provider} does not sign it");
        findings.warning(&section.place_of("parameters"), what, "remove it, or look at how it is spelled");
    }
    if about.names_keys
        && section.items("keys").iter().any(|key| !matches!(&key.value, Value::Table(own) if own.contains_key("name")))
    {
        let what = format!("{title} has a key without a name, and {provider} says by name which key it signs with");
        let hint = "write keys = [{ name = \"the key's id at the provider\", key = \"...\" }]";
        findings.mistake(&section.place_of("keys"), what, hint);
    }
    if !about.covers_body {
        let what = format!("{title}: {provider} does not sign the body, so whoever changes it goes unnoticed");
        findings.warning(
            &section.place,
            what,
            "fetch the payment from the provider before you act on what an event says",
        );
    }
}
