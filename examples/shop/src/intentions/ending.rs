//! What an answer means, and when to ask again.

use serde_json::Value;

use super::{Kind, State};
use crate::book::{Ending, Intention};
use crate::provider::{CallError, Reply};

/// Seconds between tries; the last one repeats.
const WAITS_SECONDS: [i64; 9] = [1, 2, 4, 8, 15, 30, 60, 300, 1_800];

/// After so long a session is no use to anybody: the buyer has gone.
const SESSION_SECONDS_MAX: i64 = 3_600;

/// After so long nothing is asked again. Adyen keeps a key for 31 days at least, Banked for 30: within them the same key is
/// the same request.
const MODIFICATION_SECONDS_MAX: i64 = 14 * 86_400;

/// Longest answer that is kept for the merchant to read, in bytes.
const ANSWER_BYTES_MAX: usize = 16 << 10;

/// What a try at `now` came to.
pub(crate) fn ending(intention: &Intention, tried: &Result<Reply, CallError>, now: i64) -> Ending {
    match tried {
        Ok(reply) if (200..300).contains(&reply.status) => done(reply),
        Ok(reply) if is_final(reply) => {
            Ending { state: State::Refused, answer: told(reply), provider_reference: None, due_at: now }
        }
        Ok(reply) => again(intention, told(reply), now),
        Err(error) => again(intention, error.to_string(), now),
    }
}

fn done(reply: &Reply) -> Ending {
    let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    // Adyen names modifications by `pspReference`; sessions, and all of Banked's, have an `id`.
    let name = answer["pspReference"].as_str().or(answer["id"].as_str());
    let provider_reference = name.map(str::to_owned);
    Ending { state: State::Done, answer: text(reply), provider_reference, due_at: 0 }
}

/// Whether the provider will say the same of the same request for ever. What is busy, overloaded or in progress under this
/// very key is asked again.
fn is_final(reply: &Reply) -> bool {
    let passing = matches!(reply.status, 408 | 409 | 425 | 429) || reply.status >= 500 || reply.status < 400;
    // Adyen's word for "a request with this key is being worked on", with 409 or 422.
    let in_progress = serde_json::from_slice::<Value>(&reply.body).is_ok_and(|answer| answer["errorCode"] == "704");
    !passing && !in_progress
}

fn again(intention: &Intention, answer: String, now: i64) -> Ending {
    let most = if intention.kind == Kind::Session { SESSION_SECONDS_MAX } else { MODIFICATION_SECONDS_MAX };
    let last = WAITS_SECONDS.len() - 1;
    let wait = WAITS_SECONDS[usize::try_from(intention.tries).unwrap_or(last).min(last)];
    let state = if now - intention.made_at > most { State::GivenUp } else { State::Open };
    Ending { state, answer, provider_reference: None, due_at: now + wait }
}

fn told(reply: &Reply) -> String {
    format!("{}: {}", reply.status, text(reply))
}

fn text(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.body[..reply.body.len().min(ANSWER_BYTES_MAX)]).into_owned()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::provider::Provider;

    fn after(kind: Kind, age: i64, tries: u32, status: u16, body: &'static str) -> Ending {
        let intention = Intention {
            key: "K".to_owned(),
            reference: "UD1".to_owned(),
            payment: None,
            kind,
            provider: Provider::Adyen,
            path: String::new(),
            body: String::new(),
            amount: 1,
            state: State::Open,
            answer: None,
            provider_reference: None,
            made_at: 1_000_000 - age,
            tries,
        };
        ending(&intention, &Ok(Reply { status, body: Bytes::from(body) }), 1_000_000)
    }

    #[test]
    fn what_was_taken_is_done_and_has_a_name() {
        let done = after(Kind::Refund, 0, 0, 201, r#"{"pspReference":"PSP2","status":"received"}"#);
        assert_eq!((done.state, done.provider_reference.as_deref()), (State::Done, Some("PSP2")));
    }

    #[test]
    fn a_no_is_final_and_a_not_now_is_not() {
        for status in [400, 401, 403, 404, 422] {
            assert_eq!(after(Kind::Refund, 0, 0, status, "{}").state, State::Refused, "{status}");
        }
        for status in [302, 408, 409, 429, 500, 503] {
            assert_eq!(after(Kind::Refund, 0, 0, status, "{}").state, State::Open, "{status}");
        }
        assert_eq!(after(Kind::Refund, 0, 0, 422, r#"{"errorCode":"704"}"#).state, State::Open);
    }

    #[test]
    fn waits_grow_and_end_while_the_key_is_remembered() {
        let wait = |tries| after(Kind::Capture, 60, tries, 500, "").due_at - 1_000_000;
        assert_eq!((wait(0), wait(3), wait(8), wait(5_000)), (1, 8, 1_800, 1_800));
        assert_eq!(after(Kind::Capture, 15 * 86_400, 700, 500, "").state, State::GivenUp);
        assert_eq!(after(Kind::Session, 3_601, 9, 500, "").state, State::GivenUp);
        const { assert!(MODIFICATION_SECONDS_MAX + 86_400 < 30 * 86_400) };
    }
}
