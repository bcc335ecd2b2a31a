//! What the doctor answers.

use data_encoding::BASE64;
use payhook_domain::verdict::Unverified;
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::{Item, Key, NeedsKey, Refused};

/// The verdict on one item of a request, and what explains it.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// What it is about: `item 1 of 2: AUTHORISATION ZVWN7D3WSMK2WN82`.
    pub about: String,
    /// The key that makes the signature, where the item is authentic.
    pub key: Option<String>,
    /// Why the door refuses it: reason and detail, the same that the quarantine keeps. Absent where it is authentic.
    pub refused: Option<(Unverified, String)>,
    /// Exactly what the signature has to be made over, where that can be told.
    pub signed: Option<Vec<u8>>,
    /// What explains it, the likeliest first.
    pub findings: Vec<Finding>,
    /// What a declared scheme finds in it, where it is authentic.
    pub reads: Vec<Read>,
}

/// One word of a scheme, and what stands where it points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Read {
    /// The scheme's word: `reference`.
    pub word: &'static str,
    /// What stands there, as it is understood; nothing when nothing does.
    pub said: Option<String>,
}

impl Diagnosis {
    /// Whether the door lets it in.
    #[must_use]
    pub fn is_authentic(&self) -> bool {
        self.refused.is_none()
    }

    /// The verdict as the door gives it, nothing explained yet.
    pub(crate) fn of(about: String, item: &Item<'_>, keys: &[Key], signed: Option<Vec<u8>>) -> Self {
        let (key, refused) = match item {
            Item::Verified(verified) => (verified.key().map(|position| keys[position].name.clone()), None),
            Item::Refused(refused) | Item::NeedsKey(NeedsKey { otherwise: refused, .. }) => {
                (None, Some((refused.reason, refused.detail.clone())))
            }
        };
        Self { about, key, refused, signed, findings: Vec::new(), reads: Vec::new() }
    }

    /// A request in which there was nothing to judge.
    pub(crate) fn unreadable(refused: &Refused) -> Self {
        let about = "the body".to_owned();
        Self {
            about,
            key: None,
            refused: Some((refused.reason, refused.detail.clone())),
            signed: None,
            findings: Vec::new(),
            reads: Vec::new(),
        }
    }
}

/// As the API and `--json` show it: what was signed as text where it is text, in base64 otherwise.
impl Serialize for Diagnosis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (reason, detail) = self.refused.as_ref().map(|(reason, detail)| (reason.as_str(), detail)).unzip();
        let text = self.signed.as_deref().map(std::str::from_utf8);
        let mut fields = serializer.serialize_struct("Diagnosis", 8)?;
        fields.serialize_field("about", &self.about)?;
        fields.serialize_field("authentic", &self.is_authentic())?;
        fields.serialize_field("key", &self.key)?;
        fields.serialize_field("reason", &reason)?;
        fields.serialize_field("detail", &detail)?;
        match (text, &self.signed) {
            (Some(Err(_)), Some(bytes)) => fields.serialize_field("signed_base64", &BASE64.encode(bytes))?,
            (text, _) => fields.serialize_field("signed", &text.and_then(Result::ok))?,
        }
        fields.serialize_field("findings", &self.findings)?;
        match self.reads.is_empty() {
            true => fields.skip_field("reads")?,
            false => fields.serialize_field("reads", &self.reads)?,
        }
        fields.end()
    }
}

/// One thing that explains a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What sort of mistake it is.
    pub cause: Cause,
    /// What is wrong. Never shows a key, nor anything made with one.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl Finding {
    pub(crate) fn new(cause: Cause, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { cause, what: what.into(), hint: hint.into() }
    }
}

/// Declares the causes with their words.
macro_rules! causes {
    ($($(#[$doc:meta])* $variant:ident $word:literal)*) => {
        /// What sort of mistake a finding is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Cause { $($(#[$doc])* $variant,)* }

        impl Cause {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in the API and in JSON output.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

causes! {
    /// The key's text is none: not hex, or of the wrong length.
    KeyShape "key_shape"
    /// The key's text was read in the wrong way by whoever signed.
    KeyMisread "key_misread"
    /// A retired key makes the signature.
    KeyRetired "key_retired"
    /// The key it names is not known, and not in the set where it was looked up.
    KeyUnknown "key_unknown"
    /// It names a key set that the source does not look into.
    ForeignKeySet "foreign_key_set"
    /// Another source's key makes it.
    KeyOfOtherSource "key_of_other_source"
    /// It says the other environment than the source is for.
    OtherEnvironment "other_environment"
    /// The body was written anew on its way.
    BodyChanged "body_changed"
    /// A signed value was changed, or left out of what was signed.
    FieldChanged "field_changed"
    /// The signed values were escaped or joined in a way of their own.
    Escaping "escaping"
    /// The signature is right but written as it should not be.
    SignatureEncoding "signature_encoding"
    /// A signed value has a shape that the provider never sends.
    FieldShape "field_shape"
    /// The signed time is too far from now.
    Stale "stale"
    /// It carries the signature of another scheme.
    OtherScheme "other_scheme"
    /// There is no signature where the provider puts it.
    SignatureMissing "signature_missing"
    /// The signature stands in a header of another name.
    HeaderRenamed "header_renamed"
    /// The header stands there twice.
    HeaderTwice "header_twice"
    /// None of the usual mistakes explains it.
    Unexplained "unexplained"
}
