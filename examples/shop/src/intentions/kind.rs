//! What can be wanted of a provider, and how far it has come.

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A page on which the buyer pays.
    Session,
    /// Money that was authorised.
    Capture,
    /// The end of an authorisation.
    Cancel,
    /// Money back to the buyer.
    Refund,
}

/// How far it has come. What it led to is told by webhooks, not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// To be asked, or asked without an answer that settles it.
    Open,
    /// The provider took it.
    Done,
    /// The provider said no; nothing happened there.
    Refused,
    /// No answer for so long that the key may be forgotten. Whether anything happened there is not known.
    GivenUp,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Session, Self::Capture, Self::Cancel, Self::Refund];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Capture => "capture",
            Self::Cancel => "cancel",
            Self::Refund => "refund",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl State {
    const ALL: [Self; 4] = [Self::Open, Self::Done, Self::Refused, Self::GivenUp];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}
