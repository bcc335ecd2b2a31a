//! Proof: how far what an event says is proved to be its provider's word.
//!
//! Most events are signed. Some providers send a few without a signature, or sign something else than the body; whoever
//! runs payhook may let those in. They are stored, shown and delivered as what they are: a hint to go and look, with a
//! mark that says so. What moves money or joins payments takes more than a hint.

/// How far an event is proved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Proof {
    /// A signature was made over what it says.
    #[default]
    Signed,
    /// A signature fits, but was not made over the body: it proves that the provider sent something, not what.
    BodyNotCovered,
    /// There was no signature, and the source takes it without.
    Unsigned,
}

impl Proof {
    /// The word users see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::BodyNotCovered => "body_not_covered",
            Self::Unsigned => "unsigned",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Signed, Self::BodyNotCovered, Self::Unsigned].into_iter().find(|proof| proof.as_str() == word)
    }

    /// Whether what the event says may be believed of its payment.
    #[must_use]
    pub const fn covers_content(self) -> bool {
        matches!(self, Self::Signed)
    }
}
