//! What is taken: a form with one id, of a code that the source names.

use payhook_domain::identity::Digest;
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified;

use super::codes;
use crate::verified::Evidence;
use crate::{Item, Papers, RawRequest, Refused, Verified, fields};

/// The id of a form.
pub(super) fn id(body: &[u8]) -> Option<String> {
    fields::find(std::str::from_utf8(body).ok()?, "id").map(|id| id.into_owned())
}

/// Judges a request, which is one item.
pub(super) fn papers<'r>(request: &RawRequest<'r>, taken: &[String], now: Timestamp) -> Papers<'r> {
    let refused =
        |reason, detail: String| Item::Refused(Refused::new(reason, detail, Some(Digest::of([request.body]))));
    Papers::Items(vec![match id(request.body).as_deref().and_then(codes::of) {
        None => {
            refused(Unverified::FieldShape, "the body is no form with one id of Mollie's (tr_, ord_, pl_)".to_owned())
        }
        Some(code) if !taken.iter().any(|taken| taken == code) => {
            let detail = format!("it is not signed, and the source's `unsigned_events` does not name `{code}`");
            refused(Unverified::SignatureMissing, detail)
        }
        Some(_) => Item::Verified(Verified {
            key: None,
            proof: Proof::Unsigned,
            evidence: Evidence::Hint { body: request.body, at: now },
        }),
    }])
}
