//! What Banked waits to hear.

use std::borrow::Cow;

use payhook_domain::error::Code;

use crate::{Ack, Outcome};

/// 200 with an empty body: Banked's guide asks for the status alone. A refusal is 400, as the guide says; it makes
/// Banked come again 25 times over three weeks. Never 410, which would stop it for good.
pub(super) fn answer(outcome: Outcome) -> Ack {
    match outcome {
        Outcome::Accepted => Ack { status: 200, content_type: "text/plain", body: Cow::Borrowed("") },
        Outcome::Refused(code @ (Code::SignatureMissing | Code::SignatureMismatch | Code::Stale)) => {
            Ack::refusal(400, code)
        }
        Outcome::Refused(code) => Ack::refusal(code.status(), code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banked_hears_200_or_400_and_never_410() {
        assert_eq!(answer(Outcome::Accepted).status, 200);
        for code in [Code::SignatureMissing, Code::SignatureMismatch, Code::Stale, Code::Unreadable] {
            assert_eq!(answer(Outcome::Refused(code)).status, 400, "{code:?}");
        }
        assert!(Code::ALL.iter().all(|code| answer(Outcome::Refused(*code)).status != 410));
    }
}
