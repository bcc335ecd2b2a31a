//! `abandon`: destinations that left the file while deliveries were owed to them, which are given up.

use super::typed::section::Section;
use super::words::mistakes::Findings;

/// The names. One that is configured is a mistake: its deliveries are not given up, and whoever reads the file would
/// think so.
pub(super) fn read(root: &Section<'_>, configured: &[&str], findings: &mut Findings) -> Vec<String> {
    let mut names = Vec::new();
    for (name, place) in root.texts("abandon", findings) {
        if configured.contains(&name) {
            let what = format!("`abandon` names `{name}`, which is configured");
            findings.mistake(&place, what, "remove it from `abandon`; what was given up is delivered again");
        } else {
            names.push(name.to_owned());
        }
    }
    names
}
