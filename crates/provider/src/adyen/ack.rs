//! What Adyen waits to hear.

use std::borrow::Cow;

use payhook_domain::error::Code;

use crate::{Ack, Outcome};

/// `200 text/plain [accepted]`: the one answer that satisfies today's rule (any 2xx), the legacy rule (the body holds
/// `[accepted]`) and Adyen's own testing suite. A refusal is 401, except for what could not be read at all.
pub(super) fn answer(outcome: Outcome) -> Ack {
    match outcome {
        Outcome::Accepted => Ack { status: 200, content_type: "text/plain", body: Cow::Borrowed("[accepted]") },
        Outcome::Refused(code @ (Code::SignatureMissing | Code::SignatureMismatch | Code::Stale)) => {
            Ack::refusal(401, code)
        }
        Outcome::Refused(code) => Ack::refusal(code.status(), code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_is_said_as_every_generation_of_adyen_understands_it() {
        let ack = answer(Outcome::Accepted);
        assert_eq!((ack.status, ack.content_type, ack.body.as_ref()), (200, "text/plain", "[accepted]"));
    }

    #[test]
    fn a_refusal_never_holds_the_word_adyen_waits_for() {
        for (code, status) in [
            (Code::SignatureMismatch, 401),
            (Code::SignatureMissing, 401),
            (Code::Unreadable, 400),
            (Code::TooLarge, 413),
        ] {
            let ack = answer(Outcome::Refused(code));
            assert_eq!(ack.status, status, "{code:?}");
            assert!(!ack.body.contains("[accepted]"));
        }
    }
}
