//! Names of sources, destinations and routes: their shape, and that none is given twice.

use super::mistakes::{Findings, Place};
use crate::config::typed::section::Section;

/// Longest name, in bytes.
const LEN_MAX: usize = 64;
const SHAPE: &str = "use lower-case letters, digits, - and _, beginning with a letter or digit, at most 64";

/// The section's name, when it has one of the right shape.
pub(in crate::config) fn read(section: &Section<'_>, findings: &mut Findings) -> Option<String> {
    let (name, place) = section.required("name", SHAPE, findings)?;
    is_name(name, &place, section, findings).then(|| name.to_owned())
}

/// The section's name, or `default` when it has none.
pub(in crate::config) fn read_or(section: &Section<'_>, default: String, findings: &mut Findings) -> String {
    match section.text("name") {
        Some((name, place)) if is_name(name, &place, section, findings) => name.to_owned(),
        _ => default,
    }
}

/// Reports every name that stands a second time, at its second place.
pub(in crate::config) fn check_unique(sections: &[Section<'_>], findings: &mut Findings) {
    for (index, section) in sections.iter().enumerate() {
        let Some((name, place)) = section.text("name") else { continue };
        let first =
            sections[..index].iter().find_map(|earlier| earlier.text("name").filter(|(other, _)| *other == name));
        if let Some((_, first)) = first {
            let what = format!("{} is there twice; first at {first}", section.title);
            findings.mistake(&place, what, "give each a name of its own");
        }
    }
}

fn is_name(name: &str, place: &Place, section: &Section<'_>, findings: &mut Findings) -> bool {
    let letters = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let shaped = name.len() <= LEN_MAX
        && name.bytes().next().is_some_and(letters)
        && name.bytes().all(|c| letters(c) || c == b'-' || c == b'_');
    if !shaped {
        findings.mistake(place, format!("the name of {} has a wrong shape", section.title), SHAPE);
    } else if name == "payhook" && section.title.starts_with("source") {
        findings.mistake(place, "the source name `payhook` is kept for payhook's own alerts", "choose another name");
        return false;
    }
    shaped
}
