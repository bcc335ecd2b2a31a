//! Each story as its scenes.

use super::Verb;
use crate::story::Story;
use crate::story::scene::{AT_ONCE, DAYS_LATER, Scene, THEN, Verb as Any, Wait};

const fn scene(wait: Wait, verb: Verb) -> Scene {
    Scene { wait, verb: Any::Banked(verb) }
}

const fn story(name: &'static str, about: &'static str, scenes: &'static [Scene]) -> Story {
    Story { name, provider: "banked", about, scenes }
}

const ASKS: Scene = scene(AT_ONCE, Verb::Ask);
const PAYS: Scene = scene(THEN, Verb::Pay);

/// Every story at Banked.
pub(in crate::story) const STORIES: &[Story] = &[
    story(
        "pay-by-bank",
        "a payer's bank takes the payment, and the money leaves: initiated, pending, sent",
        &[ASKS, PAYS],
    ),
    story(
        "pay-by-bank-failed",
        "a payer's bank takes the payment, and finds too little on the account: initiated, failed",
        &[ASKS, scene(THEN, Verb::PayTooMuch)],
    ),
    story("pay-by-bank-declined", "the payer says no at the bank: failed", &[ASKS, scene(THEN, Verb::Decline)]),
    story(
        "pay-by-bank-refunded",
        "the money was sent, and the merchant refunds a part of it",
        &[ASKS, PAYS, scene(DAYS_LATER, Verb::Refund(60))],
    ),
];
