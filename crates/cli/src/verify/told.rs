//! What the doctor says, on a terminal.

use serde_json::Value;

use crate::output::{BAD, BOLD, DIM, GOOD};
use crate::table::{printable, text};

/// Most characters of what was signed that are shown; JSON has all of it.
const SIGNED_LEN_MAX: usize = 2_000;

/// The verdicts on the items of a request, and what explains each.
pub(crate) fn told(diagnoses: &Value) -> String {
    let each = diagnoses.as_array().map(Vec::as_slice).unwrap_or_default();
    each.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

fn one(diagnosis: &Value) -> String {
    let about = printable(&text(&diagnosis["about"]));
    let mut lines = vec![match diagnosis["authentic"] == true {
        true if diagnosis["key"].is_null() => {
            format!("{BOLD}unsigned{BOLD:#}   {about}: the source takes it without a signature")
        }
        true => format!("{GOOD}authentic{GOOD:#}  {about}, by the key {}", printable(&text(&diagnosis["key"]))),
        false => {
            let (reason, detail) = (text(&diagnosis["reason"]), printable(&text(&diagnosis["detail"])));
            format!("{BAD}refused{BAD:#}    {about}: {detail} ({reason})")
        }
    }];
    for finding in diagnosis["findings"].as_array().map(Vec::as_slice).unwrap_or_default() {
        lines.push(format!("{BOLD}because{BOLD:#}    {}", printable(&text(&finding["what"]))));
        lines.push(format!("{DIM}     hint:{DIM:#} {}", printable(&text(&finding["hint"]))));
    }
    for read in diagnosis["reads"].as_array().map(Vec::as_slice).unwrap_or_default() {
        lines.push(format!("{BOLD}reads{BOLD:#}      {}", found(&text(&read["word"]), read["said"].as_str())));
    }
    if let Some(signed) = diagnosis["signed"].as_str() {
        lines.push(format!("{BOLD}signed{BOLD:#}     {}", shortened(&printable(signed))));
    }
    lines.join("\n")
}

/// What a scheme's word found.
fn found(word: &str, said: Option<&str>) -> String {
    match said {
        Some(said) => format!("{word}: {}", printable(said)),
        None if word == "id" => "id: none, so that an event is told by the content of its body".to_owned(),
        None => format!("{word}: nothing, or nothing that can be read, stands there"),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SIGNED_LEN_MAX) {
        Some((end, _)) => format!("{}… (--json shows all {} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
