//! What a standard item says, in whichever envelope and under whichever key it came.
//!
//! One report comes to two sources under two keys, as JSON here and as a form there, and again after a key was rolled.
//! All of them are one content: the item's signature is no part of it, nor is the envelope's `live`, and a form's
//! parameters stand where the JSON item has them.

use std::borrow::Cow;

use payhook_domain::identity::Digest;

use super::form;
use super::item::StandardItem;
use crate::meaning::{Meaning, Member};

/// The one member of `additionalData` that is left out.
const SIGNATURE: &str = "hmacSignature";

/// The digest of everything the item says.
pub(super) fn digest(item: &StandardItem<'_>) -> Digest {
    let members = match item.at {
        Some(_) => json_members(item.raw),
        None => form_members(item.raw),
    };
    members.map_or_else(|| Digest::of([item.raw]), |members| Meaning::Members(members).digest(item.raw.len()))
}

/// The item's members. A form has `operations` as one text with commas, and so it is written here.
fn json_members(raw: &[u8]) -> Option<Vec<Member<'_>>> {
    let Ok(Meaning::Members(mut members)) = serde_json::from_slice(raw) else { return None };
    for (name, meaning) in &mut members {
        match (name.as_ref(), meaning) {
            ("additionalData", Meaning::Members(additional)) => additional.retain(|(name, _)| name != SIGNATURE),
            ("operations", operations) => {
                if let Some(joined) = joined(operations) {
                    *operations = joined;
                }
            }
            _ => {}
        }
    }
    members.retain(|(_, meaning)| !meaning.is_empty());
    Some(members)
}

fn joined<'r>(list: &Meaning<'_>) -> Option<Meaning<'r>> {
    let Meaning::List(elements) = list else { return None };
    let mut joined = String::new();
    for element in elements {
        let Meaning::Text(text) = element else { return None };
        if !joined.is_empty() {
            joined.push(',');
        }
        joined.push_str(text);
    }
    Some(Meaning::Text(Cow::Owned(joined)))
}

/// The parameters, each where the JSON item has it.
fn form_members(body: &[u8]) -> Option<Vec<Member<'_>>> {
    let (mut members, mut amount, mut additional) = (Vec::new(), Vec::new(), Vec::new());
    for (name, value) in form::pairs(body)?.into_iter().filter(|(_, value)| !value.is_empty()) {
        let value = Meaning::Text(value);
        match name.as_ref() {
            "live" => {}
            "value" | "currency" => amount.push((name, value)),
            other => match other.strip_prefix("additionalData.") {
                Some(SIGNATURE) => {}
                Some(key) => additional.push((Cow::Owned(key.to_owned()), value)),
                None => members.push((name, value)),
            },
        }
    }
    for (name, group) in [("amount", amount), ("additionalData", additional)] {
        if !group.is_empty() {
            members.push((Cow::Borrowed(name), Meaning::Members(group)));
        }
    }
    Some(members)
}
