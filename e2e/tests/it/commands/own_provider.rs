//! A provider of one's own, declared, signed for and asked about as the guide to providers says.

use super::outputs::only;
use super::world::World;
use crate::pages::block;
use crate::pages::census::Claim;

const PAGE: &str = "docs/guide/providers.md";
const SECTION: &str = "One of your own";

pub(super) const CLAIMS: &[Claim] =
    &[Claim::of(PAGE, "console").under(SECTION), Claim::of(PAGE, "text").under(SECTION)];

#[test]
fn a_provider_is_declared_and_tried_as_the_guide_says() {
    let blocks: Vec<_> = block::of(PAGE).into_iter().filter(|block| block.heading == SECTION).collect();
    let consoles: Vec<_> =
        blocks.iter().filter(|block| block.language == "console").map(|block| block.commands()).collect();
    let [signing, asking] = consoles.as_slice() else { panic!("{consoles:?}") };
    let mut world = World::new();
    world.user.set("ACME_SECRET", "a secret of ours");
    let file = world.user.read("payhook.toml") + "\n" + &only(PAGE, "toml", SECTION).text;
    world.user.write("payhook.toml", &file);
    world.user.serve();

    // Variables live as long as a terminal, so these are typed into one.
    let (list, sent) = signing.split_last().expect("commands");
    let sent = world.here(&sent.join("\n"));
    assert!(world.user.runs(&sent).contains("HTTP/1.1 200"), "{sent}");
    assert!(world.user.runs(list).contains("order-7"), "{list}");

    // One that is refused, and what explains it.
    let forged = sent.replace("$ACME_SECRET", "another");
    assert!(world.user.runs(&forged).contains("HTTP/1.1 40"), "{forged}");
    let [list, explained] = asking.as_slice() else { panic!("{asking:?}") };
    world.user.until(list, |listed| listed.contains("qrn_1"));
    assert!(world.user.fails(explained, 1).contains("no key makes this signature"));

    // And one that is authentic, word by word.
    let made = sent.rsplit_once('\n').expect("the last line sends").0;
    let request =
        "printf 'POST /in/acme\\nX-Acme-Signature: ts=%s;sig=%s\\n\\n%s' \"$ts\" \"$sig\" \"$body\" > captured.http";
    world.user.runs(&format!("{made}\n{request}"));
    let said = world.user.runs("payhook verify acme-pay captured.http");
    let shown = only(PAGE, "text", SECTION).text;
    assert_eq!(timeless(&said), timeless(&shown), "{said}");
}

/// What was read and signed, but for the moment: the page was written at another.
fn timeless(said: &str) -> Vec<String> {
    let moment = |line: &str| match line.split_once("timestamp: ") {
        Some((before, _)) => before.to_owned(),
        None => {
            line.trim_start_matches("signed     ").trim_start_matches(|sign: char| sign.is_ascii_digit()).to_owned()
        }
    };
    said.trim_end().lines().map(moment).collect()
}
