//! The one list of error codes a caller may meet, over the public listener and the API alike.
//!
//! Adding a code: a variant, its word, its status, its meaning; the reference page is generated from here. A code is
//! never renamed: callers branch on it.

/// Declares the list once: variant, word, HTTP status, meaning.
macro_rules! codes {
    ($($variant:ident $word:literal $status:literal $doc:literal)*) => {
        /// Why a request was not served. Messages beside a code never carry key material.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $doc] $variant,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The word in the answer: `signature_mismatch`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $word,)* }
            }

            /// The HTTP status it is answered with, unless a provider or a source's `responses` says otherwise.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Code::$variant => $status,)* }
            }

            /// What it means, in one line.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $doc,)* }
            }
        }
    };
}

codes! {
    SignatureMissing "signature_missing" 401 "The request carries no signature where the provider puts it."
    SignatureMismatch "signature_mismatch" 401 "No key of this source makes the request's signature."
    Unreadable "unreadable" 400 "Nothing to verify could be found in the request."
    Stale "stale" 400 "The request's signed time is outside the source's tolerance."
    Unauthorized "unauthorized" 401 "The credentials are missing or wrong."
    ForeignAddress "foreign_address" 403 "The sender's address is not allowed for this source."
    UnknownSource "unknown_source" 404 "No source answers at this path."
    NotFound "not_found" 404 "There is nothing with this id."
    MethodNotAllowed "method_not_allowed" 405 "This path does not take this method."
    Timeout "timeout" 408 "The request took too long to arrive."
    WrongState "wrong_state" 409 "The thing is not in a state in which this can be done."
    PlaceAhead "place_ahead" 409 "The place is beyond the newest event: it was given by another store, or before a backup was put in its place."
    TooLarge "too_large" 413 "The body is larger than the source allows."
    UnsupportedContentType "unsupported_content_type" 415 "The source does not take this content type."
    BadRequest "bad_request" 400 "A parameter is missing, unknown or malformed."
    InvalidCursor "invalid_cursor" 400 "The cursor or place was not made by this gateway, or belongs to another list."
    HeaderTooLarge "header_too_large" 431 "The request's header is too large."
    Internal "internal" 500 "A fault of ours; the request did nothing."
    Overloaded "overloaded" 503 "Too many requests are in flight; come again."
    StoreUnavailable "store_unavailable" 503 "The store cannot be written now; nothing was accepted."
    KeyUnavailable "key_unavailable" 503 "The key that signed it cannot be fetched from the provider now; come again."
    DiskReserve "disk_reserve" 503 "Free disk space is below the reserve; nothing was accepted."
    ShuttingDown "shutting_down" 503 "The gateway is stopping; come again."
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_codes_share_a_word_and_none_means_success() {
        let words: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| code.status() >= 400));
    }
}
