//! An event: one fact in a notification, provider-neutral plus the provider's own words.

use std::ops::Range;

use crate::fact::Fact;
use crate::id::EventId;
use crate::identity::Digest;
use crate::kind::Kind;
use crate::money::Amount;
use crate::proof::Proof;
use crate::time::Timestamp;

/// One fact, as parsed from an authentic notification.
#[derive(Clone, Debug)]
pub struct Event {
    /// The digest of its identity.
    pub id: EventId,
    /// Over amount, currency and merchant reference: another digest under the same id is a *conflict*.
    pub signed: Digest,
    /// Over everything the provider said about it: another digest under the same id is a *revision*.
    pub content: Digest,
    /// How far it is proved to be the provider's word.
    pub proof: Proof,
    /// What became true.
    pub kind: Kind,
    /// The provider's own word, verbatim: `AUTHORISATION`, `payment_sent`.
    pub code: String,
    /// Whether the provider says it succeeded, where it says so at all.
    pub success: Option<bool>,
    /// Whether the provider says it is about real money. Unsigned at Adyen: shown and filtered on, never identified by.
    pub live: Option<bool>,
    /// When it happened, by the provider's word.
    pub occurred_at: Option<OccurredAt>,
    /// The merchant account it names.
    pub account: Option<String>,
    /// The merchant's own reference (order number).
    pub reference: Option<String>,
    /// The provider's reference of this event's transaction.
    pub provider_reference: Option<String>,
    /// The key of the payment it is about, within provider, account and environment: what order is kept by.
    pub payment: Option<String>,
    /// Other references by which later events may name the same payment: of a capture, a refund, a dispute.
    pub aliases: Vec<String>,
    /// What it says about the payment; absent when it says nothing that can be folded.
    pub fact: Option<Fact>,
    /// How much.
    pub amount: Option<Amount>,
    /// Address and card-code checks.
    pub checks: Checks,
    /// The provider's own object.
    pub original: Original,
}

impl Event {
    /// One that says no more than what it is; `content` stands for what is signed, too.
    #[must_use]
    pub fn bare(id: EventId, content: Digest, kind: Kind, code: String, original: Original) -> Self {
        Self {
            id,
            signed: content,
            content,
            proof: Proof::Signed,
            kind,
            code,
            success: None,
            live: None,
            occurred_at: None,
            account: None,
            reference: None,
            provider_reference: None,
            payment: None,
            aliases: Vec::new(),
            fact: None,
            amount: None,
            checks: Checks::default(),
            original,
        }
    }

    /// Takes back what it says of its payment, unless that is proved: nobody without a key changes what is believed of a
    /// payment, joins two of them, or ends a hold.
    pub fn keep_to_what_is_proved(&mut self) {
        if !self.proof.covers_content() {
            self.fact = None;
            self.aliases.clear();
        }
    }
}

/// A provider's date: what it wrote, and the instant when that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OccurredAt {
    /// RFC 3339 with the provider's own offset where it gave one; verbatim when it could not be read.
    pub text: String,
    /// The instant, when it could be read.
    pub instant: Option<Timestamp>,
}

/// Address verification and card verification, in the provider's standard codes.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Checks {
    /// Address verification (AVS).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avs: Option<Check>,
    /// Card verification (CVC/CVV).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cvc: Option<Check>,
}

/// One check's result.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// The provider's standard code.
    pub code: u16,
    /// Its meaning in snake case, `postal_code_and_address_match`; absent for codes newer than this release.
    pub meaning: Option<std::borrow::Cow<'static, str>>,
}

/// Where the provider's own object is: in the body as received, or rendered from a form that is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Original {
    /// JSON, these bytes of the notification's body.
    Slice(Range<usize>),
    /// JSON rendered from a body of another form.
    Rendered(String),
}
