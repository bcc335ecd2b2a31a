//! Every fenced block of every page, with what stands around it.

use std::path::Path;

use super::{files, read, root};

/// What a page says of a block that nobody types, in the line above it; then the reason.
const UNRUN: &str = "<!-- not run: ";

/// Files that a program writes from what it saw, blocks included.
const WRITTEN: [&str; 1] = ["docs/test-long.md"];

/// A fenced block.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// The page, from the workspace.
    pub(crate) page: String,
    /// The heading it stands under, without its signs.
    pub(crate) heading: String,
    /// The word behind the fence.
    pub(crate) language: String,
    /// The line of the fence, from 1.
    pub(crate) line: usize,
    /// What stands in it.
    pub(crate) text: String,
    /// Why nobody types it, when the page says so.
    pub(crate) unrun: Option<String>,
}

impl Block {
    /// The commands at its prompts.
    pub(crate) fn commands(&self) -> Vec<String> {
        super::at_prompts(std::slice::from_ref(&self.text))
    }

    /// Where it stands, for a complaint.
    pub(crate) fn place(&self) -> String {
        format!("{}:{} ({}, under \"{}\")", self.page, self.line, self.language, self.heading)
    }
}

/// The blocks of all pages.
pub(crate) fn every() -> Vec<Block> {
    pages().iter().flat_map(|page| of(page)).collect()
}

/// The blocks of a page, in order.
pub(crate) fn of(page: &str) -> Vec<Block> {
    parse(page, &read(&root().join(page)))
}

/// All pages, from the workspace.
pub(crate) fn pages() -> Vec<String> {
    let places =
        ["README.md", "CONTRIBUTING.md", "bench", "contrib", "crates", "docs", "e2e", "examples", "fuzz", "testkit"];
    let found = places.iter().flat_map(|place| files(&root().join(place)));
    let names = found.map(|path| from_the_workspace(&path)).filter(|page| !WRITTEN.contains(&page.as_str()));
    names.collect()
}

fn from_the_workspace(path: &Path) -> String {
    path.strip_prefix(root()).expect("it lies in the workspace").display().to_string()
}

fn parse(page: &str, text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    let (mut heading, mut unrun) = (String::new(), None);
    for (number, line) in text.lines().enumerate() {
        let fence = line.trim_start().strip_prefix("```");
        match (&mut open, fence) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => block.text += &format!("{line}\n"),
            (None, Some(language)) => {
                open = Some(Block {
                    page: page.to_owned(),
                    heading: heading.clone(),
                    language: language.trim().to_owned(),
                    line: number + 1,
                    text: String::new(),
                    unrun: unrun.take(),
                });
            }
            (None, None) => {
                if line.starts_with('#') {
                    line.trim_start_matches('#').trim().clone_into(&mut heading);
                }
                if !line.is_empty() {
                    let said = line.strip_prefix(UNRUN).and_then(|rest| rest.strip_suffix(" -->"));
                    unrun = said.map(str::to_owned);
                }
            }
        }
    }
    assert!(open.is_none(), "{page} ends inside a block");
    blocks
}

#[test]
fn a_page_is_taken_apart_with_headings_lines_and_reasons() {
    let page = "# One\n\n```console\n$ a # why\nb\n```\n## Two\n<!-- not run: a drawing -->\n\n```text\nx\n```\n\
                ```sh\ny\n```\n";
    let blocks = parse("p.md", page);
    let [one, two, three] = blocks.as_slice() else { panic!("{blocks:?}") };
    assert_eq!((one.heading.as_str(), one.line, one.text.as_str(), &one.unrun), ("One", 3, "$ a # why\nb\n", &None));
    assert_eq!(one.commands(), ["a"]);
    assert_eq!((two.language.as_str(), two.unrun.as_deref()), ("text", Some("a drawing")));
    assert_eq!((three.place().as_str(), &three.unrun), ("p.md:13 (sh, under \"Two\")", &None));
}
