//! Nothing stands on a page that nobody tries: each block is claimed by a test, or says why it is not run.

use super::block::{self, Block};
use crate::{commands, guide, package, receivers};

/// Blocks that a test types, or holds against what it runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    /// The page; every page when it is empty.
    page: &'static str,
    /// The heading; every heading when it is empty.
    heading: &'static str,
    /// The word behind the fence.
    language: &'static str,
}

impl Claim {
    /// The blocks of a page in this language.
    pub(crate) const fn of(page: &'static str, language: &'static str) -> Self {
        Self { page, heading: "", language }
    }

    /// The blocks of every page in this language.
    pub(crate) const fn everywhere(language: &'static str) -> Self {
        Self::of("", language)
    }

    /// Only those under this heading.
    pub(crate) const fn under(self, heading: &'static str) -> Self {
        Self { heading, ..self }
    }

    fn fits(&self, block: &Block) -> bool {
        (self.page.is_empty() || self.page == block.page)
            && (self.heading.is_empty() || self.heading == block.heading)
            && self.language == block.language
    }
}

/// What tests say of themselves.
fn claims() -> Vec<Claim> {
    let mut claims = commands::claims();
    claims.extend([guide::CLAIMS, package::CLAIMS, receivers::CLAIMS, OTHERS].concat());
    claims
}

/// Pages of others, typed by tests that are not here.
const OTHERS: &[Claim] = &[
    // A drawing of the states; `crates/sandbox/tests` go through all of them.
    Claim::of("docs/guide/sandbox-banked.md", "text"),
    // `examples/shop/tests` run the program against a real server in the provider's place.
    Claim::of("examples/shop/README.md", "console"),
];

/// The blocks of these that nobody claims and that do not say why.
fn forgotten(blocks: &[Block], claims: &[Claim]) -> Vec<String> {
    let open = blocks.iter().filter(|block| block.unrun.is_none());
    open.filter(|block| !claims.iter().any(|claim| claim.fits(block))).map(Block::place).collect()
}

/// The claims to nothing.
fn idle(blocks: &[Block], claims: &[Claim]) -> Vec<String> {
    let open: Vec<_> = blocks.iter().filter(|block| block.unrun.is_none()).collect();
    let idle = claims.iter().filter(|claim| !open.iter().any(|block| claim.fits(block)));
    idle.map(|claim| format!("{claim:?}")).collect()
}

/// # Panics
/// When a block is forgotten, a claim is idle, or a reason is empty.
pub(super) fn take() {
    let (blocks, claims) = (block::every(), claims());
    assert!(blocks.len() > 80, "only {} blocks were found", blocks.len());
    let forgotten = forgotten(&blocks, &claims);
    let hint = "type it in a test and claim it there, or say on the page: <!-- not run: why -->";
    assert!(forgotten.is_empty(), "nobody runs\n{}\nhint: {hint}", forgotten.join("\n"));
    assert_eq!(idle(&blocks, &claims), Vec::<String>::new(), "a test claims what is not there");
    let silent: Vec<_> = blocks.iter().filter(|block| block.unrun.as_deref().is_some_and(str::is_empty)).collect();
    assert!(silent.is_empty(), "without a reason: {silent:?}");
}

#[test]
fn a_block_that_nobody_claims_is_found_and_so_is_a_claim_to_nothing() {
    let block = |heading: &str, unrun: Option<&str>| Block {
        page: "p.md".to_owned(),
        heading: heading.to_owned(),
        language: "sh".to_owned(),
        line: 1,
        text: String::new(),
        unrun: unrun.map(str::to_owned),
    };
    let blocks = [block("One", None), block("Two", None), block("Three", Some("a drawing"))];
    let (one, all, three) =
        (Claim::of("p.md", "sh").under("One"), Claim::everywhere("sh"), Claim::of("p.md", "sh").under("Three"));
    assert_eq!(forgotten(&blocks, &[one]), [blocks[1].place()]);
    assert!(forgotten(&blocks, &[all]).is_empty());
    assert_eq!(idle(&blocks, &[one, all, three]).len(), 1);
}
