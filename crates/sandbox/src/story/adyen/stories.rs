//! Each story as its scenes.

use super::Verb;
use super::verb::{Capture, Card, Manner};
use crate::story::Story;
use crate::story::scene::{
    AFTER_HALF_A_DAY, AFTER_THE_DEFENCE, AFTER_THE_EXPIRY, AT_ONCE, DAYS_LATER, LATER, SOON, Scene, THEN, Verb as Any,
    WEEKS_LATER, Wait,
};

/// *Not enough balance* and *refused*, as the acquirer numbers its answers.
const TOO_LITTLE: u8 = 12;
const REFUSED: u8 = 2;

const fn scene(wait: Wait, verb: Verb) -> Scene {
    Scene { wait, verb: Any::Adyen(verb) }
}

const fn nothing(wait: Wait) -> Scene {
    Scene { wait, verb: Any::Nothing }
}

const fn pays(manner: Manner) -> Scene {
    scene(AT_ONCE, Verb::Pay(manner))
}

const fn story(name: &'static str, about: &'static str, scenes: &'static [Scene]) -> Story {
    Story { name, provider: "adyen", about, scenes }
}

/// The beginning of most.
const PAYS: Scene = pays(Manner::PLAIN);
/// The merchant captures all there is.
const CAPTURES: Scene = scene(THEN, Verb::Capture(100));

/// Every story at Adyen.
pub(in crate::story) const STORIES: &[Story] = &[
    story("paid", "a shopper pays by card, and the merchant captures it", &[PAYS, CAPTURES]),
    story(
        "refused-then-paid",
        "a method says no, and seconds later yes, of the same payment: AUTHORISATION false, then true, with one pspReference",
        &[pays(Manner::PLAIN.answered(REFUSED)), scene(SOON, Verb::Reconsider), CAPTURES],
    ),
    story(
        "another-card",
        "a card is refused, and the shopper pays the same order with another one",
        &[
            pays(Manner::PLAIN.answered(TOO_LITTLE)),
            scene(LATER, Verb::Pay(Manner::PLAIN.with(Card::Second))),
            CAPTURES,
        ],
    ),
    story(
        "3ds",
        "the card's holder has to prove it at the bank's page, and does",
        &[pays(Manner::PLAIN.with(Card::Secure)), scene(THEN, Verb::Prove(true)), CAPTURES],
    ),
    story(
        "3ds-failed",
        "the card's holder has to prove it at the bank's page, and does not",
        &[pays(Manner::PLAIN.with(Card::Secure)), scene(THEN, Verb::Prove(false))],
    ),
    story(
        "left-at-3ds",
        "the shopper never comes back from the bank's page: OFFER_CLOSED half a day later, to webhooks that name it",
        &[pays(Manner::PLAIN.with(Card::Secure)), nothing(AFTER_HALF_A_DAY)],
    ),
    story(
        "partial-captures",
        "the merchant captures what is sent, in three parts",
        &[
            pays(Manner::PLAIN.captured(Capture::InParts)),
            scene(THEN, Verb::Capture(40)),
            scene(DAYS_LATER, Verb::Capture(35)),
            scene(DAYS_LATER, Verb::Capture(25)),
        ],
    ),
    story(
        "capture-failed-later",
        "a capture was accepted, and days later the scheme rejects it",
        &[PAYS, CAPTURES, scene(DAYS_LATER, Verb::CaptureFailed)],
    ),
    story(
        "refund-and-reversal",
        "the merchant refunds two parts, and the shopper's bank sends the second back",
        &[
            PAYS,
            CAPTURES,
            scene(DAYS_LATER, Verb::Refund(40)),
            scene(THEN, Verb::Refund(20)),
            scene(DAYS_LATER, Verb::RefundReversed),
        ],
    ),
    story("expiry", "nobody captures, and the authorisation expires after 28 days", &[PAYS, nothing(AFTER_THE_EXPIRY)]),
    story(
        "cancel-or-refund",
        "the merchant reverses what is not captured yet: CANCEL_OR_REFUND cancels it",
        &[PAYS, scene(LATER, Verb::Reverse)],
    ),
    story(
        "cancel-or-refund-captured",
        "the merchant reverses what is captured: CANCEL_OR_REFUND refunds it",
        &[PAYS, CAPTURES, scene(LATER, Verb::Reverse)],
    ),
    story(
        "adjustment",
        "the merchant raises the authorised amount by a quarter, and captures all of it",
        &[PAYS, scene(DAYS_LATER, Verb::Adjust(125)), scene(DAYS_LATER, Verb::Capture(125))],
    ),
    story(
        "won-dispute",
        "the card holder disputes, the money is taken, the defence is accepted and stands",
        &[
            PAYS,
            CAPTURES,
            scene(WEEKS_LATER, Verb::DisputeOpened),
            scene(DAYS_LATER, Verb::ChargedBack),
            scene(DAYS_LATER, Verb::Defended),
            scene(DAYS_LATER, Verb::ChargebackReversed),
            scene(WEEKS_LATER, Verb::DisputeWon),
        ],
    ),
    story(
        "lost-dispute",
        "the card holder disputes, the money is taken, and nobody defends",
        &[
            PAYS,
            CAPTURES,
            scene(WEEKS_LATER, Verb::DisputeOpened),
            scene(DAYS_LATER, Verb::ChargedBack),
            nothing(AFTER_THE_DEFENCE),
        ],
    ),
    story(
        "twice-charged-back",
        "the defence is accepted, but not by the issuer: the money is taken a second time, for good",
        &[
            PAYS,
            CAPTURES,
            scene(WEEKS_LATER, Verb::DisputeOpened),
            scene(DAYS_LATER, Verb::ChargedBack),
            scene(DAYS_LATER, Verb::Defended),
            scene(DAYS_LATER, Verb::ChargebackReversed),
            scene(WEEKS_LATER, Verb::SecondChargeback),
        ],
    ),
    story(
        "report",
        "a day's payments are booked, and a report of them can be downloaded as CSV",
        &[PAYS, CAPTURES, scene(DAYS_LATER, Verb::Report)],
    ),
    story(
        "token-life",
        "a shopper stores a card, the issuer replaces it, the shopper removes it: told to webhooks for tokens",
        &[
            pays(Manner::PLAIN.captured(Capture::AtOnce).stored()),
            scene(WEEKS_LATER, Verb::TokenUpdated),
            scene(WEEKS_LATER, Verb::TokenDisabled),
        ],
    ),
];
