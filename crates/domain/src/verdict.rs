//! Verdicts: what became of each item of a notification, and why.

use crate::id::EventSeq;

/// Declares a closed list of reasons with their words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $word:literal)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word seen in logs, metrics, the API and the store.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The one with this word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// Why something was not authenticated. For operators: what the sender hears is coarser.
    Unverified {
        /// No signature where the provider puts it.
        SignatureMissing "signature_missing"
        /// A signature that cannot be one: not base64 or hex, or of the wrong length.
        SignatureMalformed "signature_malformed"
        /// No configured key makes this signature.
        SignatureMismatch "signature_mismatch"
        /// A retired key makes it.
        KeyRetired "key_retired"
        /// A signed field has a shape that the provider never sends: the signed string may have been cut anew.
        FieldShape "field_shape"
        /// The signed time is outside the source's tolerance.
        Stale "stale"
        /// Nothing to verify could be found in it.
        Unreadable "unreadable"
        /// Basic authentication is configured and did not fit.
        BasicAuth "basic_auth"
        /// The sender's address is not on the source's list.
        ForeignAddress "foreign_address"
    }
}

words! {
    /// Why something authentic was set aside.
    Aside {
        /// It names a merchant account this source does not list.
        ForeignAccount "foreign_account"
        /// It says the other environment.
        OtherEnvironment "other_environment"
        /// This release cannot read what it says.
        NotUnderstood "not_understood"
    }
}

words! {
    /// What an event row is in the store.
    Standing {
        /// The event as first recorded, or released since.
        Routed "routed"
        /// The same event again with other unsigned details.
        Revision "revision"
        /// Authentic, but not routed.
        Aside "aside"
        /// The same event again with another amount, currency or merchant reference; waits for a person.
        Conflict "conflict"
        /// A conflict a person refused.
        Rejected "rejected"
        /// A set-aside row that was understood later and recorded anew under its own identity.
        Superseded "superseded"
    }
}

/// What `record` made of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Never seen before; stored with its deliveries.
    New(EventSeq),
    /// Seen before; only deliveries that were missing were added.
    Duplicate(EventSeq),
    /// Seen before with other unsigned details; stored as this revision.
    Revision {
        /// The new row.
        seq: EventSeq,
        /// Its number, from 1.
        number: u32,
    },
    /// Seen before with other signed details; stored, waits for a person.
    Conflict(EventSeq),
    /// Authentic and stored, not routed.
    Aside(EventSeq),
}

impl Verdict {
    /// The word for logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New(_) => "new",
            Self::Duplicate(_) => "duplicate",
            Self::Revision { .. } => "revision",
            Self::Conflict(_) => "conflict",
            Self::Aside(_) => "aside",
        }
    }

    /// The row it stands for.
    #[must_use]
    pub const fn seq(self) -> EventSeq {
        match self {
            Self::New(seq)
            | Self::Duplicate(seq)
            | Self::Conflict(seq)
            | Self::Aside(seq)
            | Self::Revision { seq, .. } => seq,
        }
    }
}
