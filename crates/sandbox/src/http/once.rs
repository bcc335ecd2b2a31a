//! One answer for one idempotency key. What is asked and what is answered are one act, so two that come together are
//! answered one after the other, the second with the first's answer.

use aws_lc_rs::digest::{SHA256, digest as hash};
use data_encoding::HEXLOWER;

use crate::book::{Act, BookError, Given};

/// A request that carries an idempotency key.
pub(crate) struct Asked<'r> {
    /// Whose keys they are: provider and account.
    pub(crate) scope: &'r str,
    pub(crate) key: &'r str,
    /// [`digest`] of method, path and body.
    pub(crate) digest: String,
}

/// What a key says about a request.
pub(crate) enum Once {
    /// It is new; answer it, and keep the answer with [`Asked::answered`].
    New,
    /// It was answered before, so.
    Again(Given),
    /// The key was used for another request.
    Misused,
}

impl Asked<'_> {
    /// What its key says.
    pub(crate) fn look(&self, act: &Act<'_>) -> Result<Once, BookError> {
        Ok(match act.given(self.scope, self.key)? {
            None => Once::New,
            Some(given) if given.asked == self.digest => Once::Again(given),
            Some(_) => Once::Misused,
        })
    }

    /// Keeps the answer.
    pub(crate) fn answered(&self, act: &Act<'_>, status: u16, body: String) -> Result<(), BookError> {
        act.give(self.scope, self.key, &Given { asked: self.digest.clone(), status, body })
    }
}

/// What tells one request from another.
pub(crate) fn digest(method: &str, path: &str, body: &[u8]) -> String {
    let text = [method.as_bytes(), b" ", path.as_bytes(), b"\n", body].concat();
    HEXLOWER.encode(hash(&SHA256, &text).as_ref())
}
