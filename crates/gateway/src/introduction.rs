//! How a gateway shows that it is the one whose token somebody holds, before the token is sent to it.
//!
//! While a gateway is down anybody on its machine may listen where its API was, and the next command would hand over the
//! token. So whoever found the address in a configuration asks `GET /healthz?prove=NONCE` first, and is told an HMAC over the nonce,
//! under a digest of the token.

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;
use payhook_domain::identity::Digest;

/// Longest nonce that is answered.
const NONCE_LEN_MAX: usize = 128;
const NONCE_BYTES: usize = 16;

/// A question that only a gateway with the token can answer.
#[derive(Debug)]
pub struct Challenge {
    nonce: String,
}

impl Challenge {
    /// A new one.
    ///
    /// # Panics
    /// Where the system has no random bytes.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "each is another")]
    pub fn new() -> Self {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).expect("the system gives random bytes");
        Self { nonce: HEXLOWER.encode(&nonce) }
    }

    /// What is asked: the query of `/healthz`.
    #[must_use]
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// Whether this is the proof of a gateway with this token.
    #[must_use]
    pub fn is_met_by(&self, proof: &str, token: &str) -> bool {
        let Ok(given) = HEXLOWER.decode(proof.as_bytes()) else { return false };
        hmac::verify(&key(&Digest::of([token.as_bytes()])), &said(&self.nonce), &given).is_ok()
    }
}

/// The answer to a nonce, under the digest of the token; nothing to one that is no nonce of ours.
pub(crate) fn proof(token: &Digest, nonce: &str) -> Option<String> {
    let is_nonce = !nonce.is_empty() && nonce.len() <= NONCE_LEN_MAX;
    is_nonce.then(|| HEXLOWER.encode(hmac::sign(&key(token), &said(nonce)).as_ref()))
}

fn key(token: &Digest) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes())
}

fn said(nonce: &str) -> Vec<u8> {
    [b"payhook gateway v1 ".as_slice(), nonce.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_has_the_token_answers_and_each_answer_is_to_one_question() {
        let (challenge, other) = (Challenge::new(), Challenge::new());
        let told = proof(&Digest::of([b"phk_right".as_slice()]), challenge.nonce()).expect("an answer");
        assert!(challenge.is_met_by(&told, "phk_right"));
        assert!(!challenge.is_met_by(&told, "phk_wrong") && !other.is_met_by(&told, "phk_right"));
        assert!(!challenge.is_met_by("", "phk_right") && !challenge.is_met_by("zz", "phk_right"));
    }

    #[test]
    fn what_is_no_nonce_is_not_answered() {
        let token = Digest::of([b"phk_right".as_slice()]);
        assert_eq!((proof(&token, ""), proof(&token, &"a".repeat(129))), (None, None));
    }
}
