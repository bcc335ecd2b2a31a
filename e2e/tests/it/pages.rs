//! What stands on the pages: commands, configurations, payloads.
//!
//! - `block`: every fenced block of every page, with what stands around it.
//! - `census`: which of them a test claims.

pub(crate) mod block;
pub(crate) mod census;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Where the workspace lies.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate lies in the workspace")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The fenced blocks of a page in this language, in order.
pub(crate) fn blocks(page: &str, language: &str) -> Vec<String> {
    fenced(&read(&root().join(page)), language)
}

fn fenced(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let after_fences = text.split(&fence).skip(1);
    after_fences.map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// The commands shown at a prompt, in order.
pub(crate) fn commands(page: &str) -> Vec<String> {
    at_prompts(&blocks(page, "console"))
}

/// Those of one section.
pub(crate) fn commands_under(page: &str, heading: &str) -> Vec<String> {
    let found = at_prompts(&blocks_under(page, heading, "console"));
    assert!(!found.is_empty(), "no commands under {heading} in {page}");
    found
}

/// The fenced blocks of one section in this language, in order.
pub(crate) fn blocks_under(page: &str, heading: &str, language: &str) -> Vec<String> {
    let text = read(&root().join(page));
    let section = text.split(&format!("\n## {heading}\n")).nth(1).unwrap_or_else(|| panic!("no {heading} in {page}"));
    fenced(section.split("\n## ").next().unwrap_or_default(), language)
}

fn at_prompts(blocks: &[String]) -> Vec<String> {
    let lines = blocks.iter().flat_map(|block| block.lines()).filter_map(|line| line.strip_prefix("$ "));
    lines.map(|line| line.split('#').next().unwrap_or_default().trim().to_owned()).collect()
}

/// A page without its fenced blocks.
fn prose(page: &Path) -> String {
    read(page).split("```").step_by(2).collect()
}

/// What stands between backticks in the prose of a page, each on one line.
pub(crate) fn spans(page: &str) -> Vec<String> {
    let prose = prose(&root().join(page));
    let spans = prose.split('`').skip(1).step_by(2);
    spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Where the links of a page lead.
pub(crate) fn links(page: &str) -> Vec<String> {
    let prose = prose(&root().join(page));
    let after = prose.split("](").skip(1);
    after.filter_map(|rest| rest.split(')').next()).map(str::to_owned).collect()
}

/// The headings of a page, as links name them.
pub(crate) fn anchors(page: &Path) -> Vec<String> {
    if page.extension().is_none_or(|ending| ending != "md") {
        return Vec::new();
    }
    let prose = prose(page);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

/// The word that follows `start` at a prompt or in code, on these pages and in these folders.
pub(crate) fn words_after(start: &str, places: &[&str]) -> Vec<String> {
    let pages: Vec<PathBuf> = places.iter().flat_map(|place| files(&root().join(place))).collect();
    let mut words = Vec::new();
    for text in pages.iter().map(|page| read(page)) {
        let shown = ["`", "$ ", "&& "].map(|before| format!("{before}{start}"));
        for after in shown.iter().flat_map(|shown| text.split(shown.as_str()).skip(1)) {
            words.push(after.chars().take_while(char::is_ascii_lowercase).collect());
        }
    }
    words
}

/// The Markdown files at a place.
fn files(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    let entries = std::fs::read_dir(place).unwrap_or_else(|error| panic!("{}: {error}", place.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| (path.is_dir() && !is_made(path)) || path.extension().is_some_and(|ending| ending == "md"))
        .flat_map(|path| files(&path))
        .collect()
}

/// Whether a folder holds what programs put there.
fn is_made(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') || name.starts_with("target") || name == "node_modules"
}

/// What the command that begins so said, of these that were typed.
#[track_caller]
pub(crate) fn said<'s>(typed: &'s [(String, String)], command: &str) -> &'s str {
    let found = typed.iter().find(|(typed, _)| typed.starts_with(command));
    &found.unwrap_or_else(|| panic!("{command} is not on the page: {typed:?}")).1
}

/// The members that `shown` has and `real` has not, whatever their values.
pub(crate) fn missing(shown: &Value, real: &Value) -> Vec<String> {
    let Value::Object(members) = shown else { return Vec::new() };
    let mut missing = Vec::new();
    for (name, value) in members {
        match real.get(name) {
            None if name != "…" => missing.push(name.clone()),
            None => {}
            Some(real) => missing.extend(self::missing(value, real).into_iter().map(|inner| format!("{name}.{inner}"))),
        }
    }
    missing
}

#[test]
fn every_block_of_every_page_is_run_by_a_test_or_says_why_not() {
    census::take();
}
