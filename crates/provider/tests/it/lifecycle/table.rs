//! The published lifecycle beside the checkout, line by line: each has an example, for true and, where it is sent, for
//! false. Without the folder there is nothing to compare with.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{EXAMPLES, SILENT};

/// Said in the column for false of what is only ever sent as true.
const NEVER: [&str; 3] = ["-", "not sent", "never (always true)"];

/// Of another product than payments, and folded into nothing.
const ELSEWHERE: &str = "DONATION";

#[expect(clippy::print_stdout, reason = "a suite that runs nothing says so")]
fn published(path: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = here.ancestors().map(|above| above.join("shared").join(path)).find(|file| file.is_file());
    if found.is_none() {
        println!("no {path} beside the checkout: skipped");
    }
    found
}

/// Codes with the outcomes they are shown with.
fn cited() -> BTreeSet<(&'static str, bool)> {
    let examples = EXAMPLES.iter().flat_map(|(items, _)| items.iter().map(|item| (item.0, item.1)));
    examples.chain(SILENT.into_iter().flat_map(|code| [(code, true), (code, false)])).collect()
}

#[test]
fn no_line_of_the_published_lifecycle_is_left_out() {
    let Some(table) = published("vectors/adyen/tables/lifecycle.json") else { return };
    let table: Value = serde_json::from_slice(&std::fs::read(table).expect("read")).expect("JSON");
    let cited = cited();
    let mut left_out = Vec::new();
    let rows = table["events"].as_array().expect("a list");
    assert!(rows.len() > 40, "only {} lines", rows.len());
    for row in rows {
        let code = row["eventCode"].as_str().expect("a code");
        let of_false = row["success_false"].as_str().expect("a word on false");
        let outcomes = if NEVER.contains(&of_false) { &[true][..] } else { &[true, false] };
        let missing = outcomes.iter().filter(|success| code != ELSEWHERE && !cited.contains(&(code, **success)));
        left_out.extend(missing.map(|success| format!("{code} {success}")));
    }
    assert!(left_out.is_empty(), "without an example: {left_out:?}");
}

/// The same of the table in prose, where one line may name several codes (`A / B`, `A_*`).
#[test]
fn no_line_of_the_described_lifecycle_is_left_out() {
    let Some(text) = published("protocols/adyen.md") else { return };
    let text = std::fs::read_to_string(text).expect("read");
    let (_, table) = text.split_once("### 4.3 Lifecycle table").expect("section 4.3");
    let lines = table.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let cited: BTreeSet<&str> = cited().into_iter().map(|(code, _)| code).collect();
    let (mut seen, mut left_out) = (0, Vec::new());
    for line in lines.take_while(|line| line.starts_with('|')) {
        seen += 1;
        let named =
            line.split('|').nth(1).expect("a first column").split([' ', '/', ',']).filter(|word| !word.is_empty());
        left_out.extend(named.filter(|word| !cited.iter().any(|code| is_meant(word, code))).map(str::to_owned));
    }
    assert!(seen > 25, "only {seen} lines");
    assert!(left_out.is_empty(), "without an example: {left_out:?}");
}

/// `REJECT` beside `MANUAL_REVIEW_ACCEPT` means `MANUAL_REVIEW_REJECT`, and `PREARBITRATION_*` all that begin so.
fn is_meant(word: &str, code: &str) -> bool {
    match word.strip_suffix('*') {
        Some(beginning) => code.starts_with(beginning),
        None => code == word || code.strip_suffix(word).is_some_and(|rest| rest.ends_with('_')),
    }
}
