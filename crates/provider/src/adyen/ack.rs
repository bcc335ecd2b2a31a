//! What Adyen waits to hear.

use std::borrow::Cow;

use payhook_domain::error::Code;

use super::soap;
use crate::{Ack, Outcome, RawRequest};

/// `200 text/plain [accepted]`: the one answer that satisfies today's rule (any 2xx), the legacy rule (the body holds
/// `[accepted]`) and Adyen's own testing suite; said in an envelope to what came in one. A refusal is 401, except for what
/// could not be read at all.
pub(super) fn answer(request: &RawRequest<'_>, outcome: Outcome) -> Ack {
    match outcome {
        Outcome::Accepted if soap::opens_tag(request.body) => {
            Ack { status: 200, content_type: soap::MEDIA_TYPE, body: Cow::Borrowed(soap::ACCEPTED) }
        }
        Outcome::Accepted => Ack { status: 200, content_type: "text/plain", body: Cow::Borrowed("[accepted]") },
        Outcome::Refused(code @ (Code::SignatureMissing | Code::SignatureMismatch | Code::Stale)) => {
            Ack::refusal(401, code)
        }
        Outcome::Refused(code) => Ack::refusal(code.status(), code),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn answer_to(body: &str, outcome: Outcome) -> Ack {
        let headers = HeaderMap::new();
        answer(&RawRequest { target: "/", headers: &headers, body: body.as_bytes() }, outcome)
    }

    #[test]
    fn accepted_is_said_as_every_generation_of_adyen_understands_it() {
        for body in ["{}", "a=b", ""] {
            let ack = answer_to(body, Outcome::Accepted);
            assert_eq!((ack.status, ack.content_type, ack.body.as_ref()), (200, "text/plain", "[accepted]"));
        }
    }

    #[test]
    fn what_came_in_an_envelope_is_answered_in_one() {
        let ack = answer_to("<soap:Envelope/>", Outcome::Accepted);
        assert_eq!((ack.status, ack.content_type), (200, "text/xml"));
        let root = crate::xml::read(&ack.body).expect("XML");
        let [body] = root.children.as_slice() else { panic!("one body") };
        let [response] = body.children.as_slice() else { panic!("one response") };
        let [said] = response.children.as_slice() else { panic!("one word") };
        let names = [root.name, body.name, response.name, said.name];
        assert_eq!(names, ["Envelope", "Body", "sendNotificationResponse", "notificationResponse"]);
        assert_eq!(said.text, "[accepted]");
    }

    #[test]
    fn a_refusal_never_holds_the_word_adyen_waits_for() {
        for (code, status) in [
            (Code::SignatureMismatch, 401),
            (Code::SignatureMissing, 401),
            (Code::Unreadable, 400),
            (Code::TooLarge, 413),
        ] {
            for body in ["{}", "<soap:Envelope/>"] {
                let ack = answer_to(body, Outcome::Refused(code));
                assert_eq!(ack.status, status, "{code:?}");
                assert!(!ack.body.contains("[accepted]"));
            }
        }
    }
}
