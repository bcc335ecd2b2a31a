//! Code that a page shows is code of a file that the tests run.

use crate::pages::block;
use crate::pages::census::Claim;
use crate::pages::{self, root};

/// A page, the word behind the fence, and the file that the code stands in.
const SHOWN: &[(&str, &str, &str)] = &[
    ("README.md", "python", "examples/fastapi/main.py"),
    ("docs/guide/sandbox-webhooks.md", "js", "e2e/interop/packages.mjs"),
];

pub(super) const CLAIMS: &[Claim] =
    &[Claim::of("README.md", "python"), Claim::of("docs/guide/sandbox-webhooks.md", "js")];

#[test]
fn code_on_the_pages_is_the_code_that_runs() {
    for (page, language, file) in SHOWN {
        let code = std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let blocks = pages::blocks(page, language);
        assert!(!blocks.is_empty(), "{page} shows no {language}");
        for block in blocks {
            assert!(code.contains(block.trim_end()), "{file} does not have what {page} shows of it:\n{block}");
        }
    }
}

#[test]
fn every_file_that_a_page_leads_to_is_there() {
    for page in block::pages() {
        let folder = root().join(&page).parent().expect("a page lies in a folder").to_owned();
        for link in pages::links(&page).iter().filter(|link| !link.contains("://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { root().join(&page) } else { folder.join(file) };
            assert!(target.exists(), "{page} leads to {link}, which is not there");
            let known = anchor.is_empty() || pages::anchors(&target).contains(&anchor.to_owned());
            assert!(known, "{page} leads to {link}, which has no such heading");
        }
    }
}

#[test]
fn the_figures_of_the_readme_are_those_that_were_measured() {
    let text =
        |page: &str| std::fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
    let (readme, measured) = (text("README.md"), text("docs/performance.md"));
    let section =
        readme.split("\n## How fast\n").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a section");
    let words = section.split_whitespace().map(|word| word.trim_matches(|letter: char| !letter.is_ascii_digit()));
    let figures: Vec<_> = words.filter(|word| word.starts_with(|first: char| first.is_ascii_digit())).collect();
    assert!(figures.len() > 3, "{figures:?}");
    for figure in figures {
        let stands = measured.split(|letter: char| !(letter.is_ascii_digit() || ".,".contains(letter)));
        assert!(stands.into_iter().any(|word| word == figure), "{figure} was not measured");
    }
}

#[test]
fn every_page_is_found_from_the_index() {
    let linked = pages::links("docs/README.md");
    for page in block::pages().iter().filter_map(|page| page.strip_prefix("docs/")) {
        assert!(
            page == "README.md" || linked.iter().any(|link| link == page),
            "docs/README.md does not lead to {page}"
        );
    }
}
