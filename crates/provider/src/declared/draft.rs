//! A scheme as it is written: the vocabulary, word for word. What the words may be and how they go together is decided by
//! `load`.

use serde::Deserialize;

/// A scheme as TOML or JSON.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// How it is proved who sent it.
    pub(super) algorithm: String,
    /// How the secret's text is read.
    #[serde(default)]
    pub(super) secret: SecretDraft,
    /// Where the signature, or the token, stands.
    pub(super) signature: Option<PartDraft>,
    /// Where the time of signing stands.
    pub(super) timestamp: Option<PartDraft>,
    /// Where the message's id stands, when it is signed.
    pub(super) id: Option<PartDraft>,
    /// Where the name of the key stands.
    pub(super) key_id: Option<PartDraft>,
    /// What is signed.
    pub(super) signed: Option<String>,
    /// How far the time of signing may be from now.
    #[serde(default)]
    pub(super) tolerance: ToleranceDraft,
    /// Whether the signature covers the body.
    pub(super) covers_body: Option<bool>,
    /// What an event is told by.
    #[serde(default)]
    pub(super) event: EventDraft,
    /// Where several events stand in one body.
    pub(super) batch: Option<BatchDraft>,
    /// What the sender hears.
    #[serde(default)]
    pub(super) respond: RespondDraft,
    /// How the sender asks whether this is the right address.
    pub(super) challenge: Option<ChallengeDraft>,
    /// For people: where this is from and what is unsure about it.
    pub(super) note: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, such as { encoding = \"base64\" }")]
pub(super) struct SecretDraft {
    pub(super) encoding: Option<String>,
    pub(super) strip_prefix: Option<String>,
    pub(super) derive: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, such as { source = \"header:X-Signature\" }")]
pub(super) struct PartDraft {
    pub(super) source: OneOrMany,
    pub(super) format: Option<String>,
    pub(super) prefix: Option<String>,
    #[serde(default)]
    pub(super) prefix_optional: bool,
    pub(super) item_sep: Option<String>,
    pub(super) kv_sep: Option<String>,
    pub(super) key: Option<OneOrMany>,
    pub(super) sep: Option<String>,
    pub(super) names: Option<Vec<String>>,
    pub(super) field: Option<String>,
    pub(super) encoding: Option<String>,
    pub(super) unit: Option<String>,
    #[serde(default)]
    pub(super) several: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, such as { past = 300 }")]
pub(super) struct ToleranceDraft {
    pub(super) past: Option<u64>,
    pub(super) future: Option<u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, such as { id = \"json:/id\" }")]
pub(super) struct EventDraft {
    pub(super) id: Option<IdDraft>,
    pub(super) r#type: Option<OneOrMany>,
    pub(super) reference: Option<OneOrMany>,
    pub(super) provider_reference: Option<OneOrMany>,
    pub(super) payment: Option<OneOrMany>,
    pub(super) amount: Option<OneOrMany>,
    pub(super) currency: Option<OneOrMany>,
    pub(super) amount_unit: Option<String>,
    pub(super) occurred_at: Option<OneOrMany>,
    pub(super) live: Option<OneOrMany>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, such as { items = \"json:/events\", max = 100 }")]
pub(super) struct BatchDraft {
    pub(super) items: String,
    pub(super) max: usize,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, such as { ok = 200 }")]
pub(super) struct RespondDraft {
    pub(super) ok: Option<u16>,
    pub(super) bad_signature: Option<u16>,
    pub(super) body: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, such as { echo = \"header:X-Challenge\" }")]
pub(super) struct ChallengeDraft {
    pub(super) echo: String,
}

/// What an event is known by: one place, or several together; of a list among them the first that is there counts.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "write a text, or a list of texts")]
pub(super) enum IdDraft {
    One(String),
    Together(Vec<OneOrMany>),
}

impl IdDraft {
    /// Each part, with the places it may stand at.
    pub(super) fn parts(&self) -> Vec<&[String]> {
        match self {
            Self::One(one) => vec![std::slice::from_ref(one)],
            Self::Together(parts) => parts.iter().map(OneOrMany::all).collect(),
        }
    }
}

/// One word, or a list of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "write a text, or a list of texts")]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(super) fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}
