//! `keys` of a source: what its notifications may be signed with.

use payhook_domain::time::Timestamp;
use payhook_provider::{Key, Provider};

use super::key_set;
use crate::config::typed::section::Section;
use crate::config::typed::tree::{Node, Value};
use crate::config::words::mistakes::{Findings, Place};

/// Keys and, in the same order, until when they are meant to be used.
#[derive(Default)]
pub(in crate::config) struct SigningKeys {
    pub(in crate::config) keys: Vec<Key>,
    pub(in crate::config) valid_until: Vec<Option<Timestamp>>,
}

/// Most keys of one source: each is tried on every forged notification.
const KEYS_MAX: usize = 16;

/// Reads the keys. None, or only retired ones, is a mistake where no others are looked up: nothing could ever be authentic.
pub(in crate::config) fn read(
    section: &Section<'_>,
    provider: &dyn Provider,
    now: Timestamp,
    findings: &mut Findings,
) -> SigningKeys {
    if !provider.about().takes_keys {
        return none_needed(section, provider, findings);
    }
    let items = section.items("keys");
    let mut read = SigningKeys::default();
    for (index, node) in items.iter().enumerate().take(KEYS_MAX) {
        if let Some((key, valid_until)) = one(node, index, section, provider, now, findings) {
            read.keys.push(key);
            read.valid_until.push(valid_until);
        }
    }
    check_all(section, provider, items.len(), &read.keys, findings);
    read
}

/// The first that is not retired, as it is written.
pub(in crate::config) fn first_text<'t>(section: &Section<'t>) -> Option<&'t str> {
    section.items("keys").iter().find_map(|node| {
        if let Value::Text(text) = &node.value {
            return Some(text.as_str());
        }
        let entry = Section::of(node, section.title.clone()).filter(|entry| !entry.flag("retired"))?;
        entry.text("key").map(|(text, _)| text)
    })
}

/// What is not signed needs no key; then nothing is taken but what `unsigned_events` names.
fn none_needed(section: &Section<'_>, provider: &dyn Provider, findings: &mut Findings) -> SigningKeys {
    let name = provider.name();
    if section.has("keys") {
        let what = format!("`keys` of {} mean nothing: {name} signs nothing", section.title);
        findings.mistake(&section.place_of("keys"), what, "remove them");
    }
    if !section.has("unsigned_events") {
        let what = format!("{} takes nothing: {name} signs nothing, and no `unsigned_events` are named", section.title);
        let codes: Vec<String> = provider.codes().iter().map(|row| format!("\"{}\"", row.code)).collect();
        findings.mistake(&section.place, what, format!("write unsigned_events = [{}]", codes.join(", ")));
    }
    SigningKeys::default()
}

fn one(
    node: &Node,
    index: usize,
    section: &Section<'_>,
    provider: &dyn Provider,
    now: Timestamp,
    findings: &mut Findings,
) -> Option<(Key, Option<Timestamp>)> {
    let default = format!("key-{}", index + 1);
    if let Value::Text(text) = &node.value {
        return prepare(&default, text, &node.place, section, provider, findings).map(|key| (key, None));
    }
    let entry = Section::of(node, format!("key {} of {}", index + 1, section.title))?;
    let name = entry.text("name").map_or(default, |(name, _)| name.to_owned());
    let valid_until = valid_until(&entry, now, findings);
    let (text, place) = entry.required("key", "give the key as the provider issued it", findings)?;
    let mut key = prepare(&name, text, &place, section, provider, findings)?;
    key.retired = entry.flag("retired");
    Some((key, valid_until))
}

fn prepare(
    name: &str,
    text: &str,
    place: &Place,
    section: &Section<'_>,
    provider: &dyn Provider,
    findings: &mut Findings,
) -> Option<Key> {
    if text.trim().is_empty() {
        let what = format!("the key `{name}` of {} is empty", section.title);
        findings.mistake(place, what, "give the key as the provider issued it");
        return None;
    }
    if is_variable(text) {
        let what = format!("the key `{name}` of {} is the name of a variable, not what it holds", section.title);
        findings.mistake(place, what, format!("write it with braces: \"${{{}}}\"", &text[1..]));
        return None;
    }
    let key = match provider.key(name, text) {
        Ok(key) => key,
        Err(mistake) => {
            findings.mistake(place, format!("the key `{name}` of {} {}", section.title, mistake.problem), mistake.hint);
            return None;
        }
    };
    if ['"', '\''].into_iter().any(|quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote)) {
        let what = format!("the key `{name}` of {} has quotes around it, which count as part of it", section.title);
        findings.warning(
            place,
            what,
            "write it without them; a container engine takes the quotes of --env-file as they are",
        );
    }
    if let Some(prefix) = provider.about().key_prefix.filter(|prefix| !text.starts_with(prefix)) {
        let provider = provider.name();
        let what =
            format!("the key `{name}` of {} does not begin with {prefix}, as those of {provider} do", section.title);
        findings.warning(place, what, "take the signing secret of the webhook's endpoint, not a key of the API");
    }
    Some(key)
}

/// `$NAME`, as a shell would have it: no provider makes such a key.
fn is_variable(text: &str) -> bool {
    let is_letter = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_';
    text.strip_prefix('$').is_some_and(|name| !name.is_empty() && name.bytes().all(is_letter))
}

/// A date alone counts to its end, in UTC. A past one only warns: a clock that jumps must not refuse money.
fn valid_until(entry: &Section<'_>, now: Timestamp, findings: &mut Findings) -> Option<Timestamp> {
    let (text, place) = entry.date("valid_until")?;
    let until =
        Timestamp::parse_rfc3339(text).or_else(|| Timestamp::parse_rfc3339(&format!("{text}T23:59:59.999999Z")));
    match until {
        None => findings.mistake(
            &place,
            format!("`valid_until` of {} is not a date", entry.title),
            "write 2027-01-31, or 2027-01-31T12:00:00Z",
        ),
        Some(until) if until < now => findings.warning(
            &place,
            format!("{} was valid until {until}; it still accepts", entry.title),
            "set `retired = true` once the provider signs with another key",
        ),
        Some(_) => {}
    }
    until
}

fn check_all(section: &Section<'_>, provider: &dyn Provider, given: usize, keys: &[Key], findings: &mut Findings) {
    let others_are_looked_up = key_set::is_looked_into(section, provider);
    let place = section.place_of("keys");
    let title = &section.title;
    let hint = "give one key at least, keys = [\"${NAME}\"]; `payhook keys generate` makes one";
    if given > KEYS_MAX {
        findings.mistake(&place, format!("{title} has more than {KEYS_MAX} keys"), "remove those long retired");
    } else if !section.has("keys") && !others_are_looked_up {
        findings.mistake(&place, format!("{title} has no `keys`"), hint);
    } else if given == 0 && section.is_list("keys") {
        findings.mistake(&place, format!("`keys` of {title} is empty"), hint);
    } else if given > 0 && keys.len() == given && keys.iter().all(|key| key.retired) && !others_are_looked_up {
        findings.mistake(&place, format!("every key of {title} is retired"), hint);
    }
    for (index, key) in keys.iter().enumerate() {
        if keys[..index].iter().any(|earlier| earlier.name == key.name) {
            findings.mistake(&place, format!("{title} has two keys named `{}`", key.name), "name them apart");
        }
    }
}
