//! The papers a request shows, item by item.

use payhook_domain::error::Code;
use payhook_domain::event::Event;
use payhook_domain::identity::Digest;
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified;

use crate::RawRequest;
use crate::adyen::StandardItem;

/// What `verify` found.
#[derive(Debug)]
pub enum Papers<'r> {
    /// A verdict on each item, in the order they stand in the body.
    Items(Vec<Item<'r>>),
    /// There was nothing to judge: no signature findable and unreadable.
    Unreadable(Refused),
}

impl Papers<'_> {
    /// The key that has to be looked up, where one has: the first one's. A request whose items are signed with several
    /// unknown keys has the others refused.
    #[must_use]
    pub fn needed_key(&self) -> Option<&str> {
        let Self::Items(items) = self else { return None };
        items.iter().find_map(|item| match item {
            Item::NeedsKey(needed) => Some(needed.kid.as_str()),
            Item::Verified(_) | Item::Refused(_) => None,
        })
    }
}

/// The verdict on one item.
#[derive(Debug)]
pub enum Item<'r> {
    /// Authentic.
    Verified(Verified<'r>),
    /// Not authentic.
    Refused(Refused),
    /// Signed with a key that is not among those given, and that may stand in the set the source's policy names.
    NeedsKey(NeedsKey),
}

impl<'r> Item<'r> {
    /// The verdict by the keys that were given, where no other can be looked up.
    ///
    /// # Errors
    /// Why it is not authentic.
    pub fn as_it_stands(self) -> Result<Verified<'r>, Refused> {
        match self {
            Self::Verified(verified) => Ok(verified),
            Self::Refused(refused) | Self::NeedsKey(NeedsKey { otherwise: refused, .. }) => Err(refused),
        }
    }
}

/// A key that has to be looked up before anything can be said. Only which one: where it is looked up is the policy's word.
#[derive(Clone, Debug)]
pub struct NeedsKey {
    /// Its name in the set.
    pub kid: String,
    /// What the verdict is where the set lacks it.
    pub otherwise: Refused,
}

/// Why something is not authentic.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The reason, for operators.
    pub reason: Unverified,
    /// What the sender hears.
    pub code: Code,
    /// One sentence more for operators. Holds nothing derived from a key.
    pub detail: String,
    /// A digest of the identity it claims, to notice the same notification refused again and again.
    pub claimed: Option<Digest>,
}

impl Refused {
    /// A refusal with the code its reason is answered with.
    pub(crate) fn new(reason: Unverified, detail: impl Into<String>, claimed: Option<Digest>) -> Self {
        let code = match reason {
            Unverified::SignatureMissing => Code::SignatureMissing,
            Unverified::Stale => Code::Stale,
            Unverified::Unreadable => Code::Unreadable,
            Unverified::BasicAuth => Code::Unauthorized,
            Unverified::ForeignAddress => Code::ForeignAddress,
            Unverified::SignatureMalformed
            | Unverified::SignatureMismatch
            | Unverified::KeyRetired
            | Unverified::FieldShape => Code::SignatureMismatch,
        };
        Self { reason, code, detail: detail.into(), claimed }
    }
}

/// An item that was let in. Only a provider's `verify` makes one.
#[derive(Debug)]
pub struct Verified<'r> {
    /// Which of the keys given fits, by position; absent when none was needed.
    pub(crate) key: Option<usize>,
    /// How far what it says is proved.
    pub(crate) proof: Proof,
    /// The item, as far as its provider has read it.
    pub(crate) evidence: Evidence<'r>,
}

impl Verified<'_> {
    /// Which of the keys given to `verify` fits, by position.
    #[must_use]
    pub fn key(&self) -> Option<usize> {
        self.key
    }

    /// How far what it says is proved by what was verified; its events say the same.
    #[must_use]
    pub fn proof(&self) -> Proof {
        self.proof
    }
}

/// What each provider carries from verifying to parsing, so that nothing is read twice.
#[derive(Debug)]
pub(crate) enum Evidence<'r> {
    /// A body verified as a whole.
    Body(&'r [u8]),
    /// A request verified as a whole, whose headers say something, too.
    Request(RawRequest<'r>),
    /// A body that nobody signed, and when it came: it may say the same again and mean something else.
    Hint {
        /// The body.
        body: &'r [u8],
        /// When it was received.
        at: Timestamp,
    },
    /// One item of an Adyen standard webhook, verified on its own.
    AdyenItem(Box<StandardItem<'r>>),
}

impl<'r> Evidence<'r> {
    /// The bytes that were verified.
    pub(crate) fn bytes(&self) -> &'r [u8] {
        match self {
            Self::Body(body) | Self::Hint { body, .. } => body,
            Self::Request(request) => request.body,
            Self::AdyenItem(item) => item.raw(),
        }
    }
}

/// What an authentic item says.
#[derive(Debug)]
pub enum Parsed {
    /// These events, at least one.
    Events(Vec<Event>),
    /// Nothing this release can read. The event stands for it: kind `other`, identified by the body's digest.
    NotUnderstood {
        /// The stand-in.
        event: Box<Event>,
        /// What could not be read.
        detail: String,
    },
}
