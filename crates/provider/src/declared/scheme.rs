//! A scheme, checked and made ready: what `load` makes of a draft and everything else here works with.

use std::time::Duration;

use aws_lc_rs::hmac;
use payhook_domain::identity::Digest;

use super::part::Part;
use super::place::Place;
use super::pointer::Pointer;
use super::seam::Seams;
use super::template::Template;
use crate::asymmetric::Pair;
use crate::{About, Accounts, Carrier};

/// One provider's scheme.
#[derive(Debug)]
pub(super) struct Scheme {
    pub(super) secret: Secret,
    pub(super) means: Means,
    /// Whether whoever changes the body makes the signature wrong.
    pub(super) covers_body: bool,
    pub(super) told: Told,
    pub(super) batch: Option<Batch>,
    pub(super) respond: Respond,
    /// The header whose value is sent back when the sender asks with GET.
    pub(super) echo: Option<http::HeaderName>,
    pub(super) note: Option<String>,
}

/// How it is proved who sent a request.
#[derive(Debug)]
pub(super) enum Means {
    /// By a text that only the provider knows.
    Token(Part),
    /// By user and password.
    Basic,
    /// By a signature.
    Signed(Box<Signed>),
}

/// A signature over something.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) algorithm: Algorithm,
    pub(super) signature: Part,
    pub(super) encoding: Encoding,
    pub(super) timestamp: Option<Time>,
    /// The one header that signature and time both stand in, so that it is looked up once.
    pub(super) together: Option<http::HeaderName>,
    pub(super) id: Option<Part>,
    /// Where the provider says which key it was: only keys of that name are tried.
    pub(super) key_id: Option<Part>,
    pub(super) template: Template,
    pub(super) seams: Seams,
    pub(super) window: Window,
}

impl Signed {
    /// Whether the time can be read and is signed, by itself or with the body it stands in. Of another whoever sends says what
    /// he likes, and no age of it means anything.
    pub(super) fn signs_time(&self) -> bool {
        let Some(time) = self.timestamp.as_ref().filter(|time| time.unit != Unit::Text) else { return false };
        let is_in_body = time.part.places.iter().all(Place::is_in_body);
        self.template.has_timestamp() || (is_in_body && self.template.covers_body())
    }
}

/// What makes the signature.
#[derive(Clone, Copy, Debug)]
pub(super) enum Algorithm {
    Hmac(hmac::Algorithm),
    /// SHA-256 over a text with the secret in it.
    Sha256,
    Pair(Pair),
}

impl Algorithm {
    /// Bytes of a signature, where all are of one length.
    pub(super) fn length(self) -> Option<usize> {
        match self {
            Self::Hmac(algorithm) => Some(algorithm.digest_algorithm().output_len()),
            Self::Sha256 => Some(32),
            Self::Pair(Pair::Ed25519) => Some(64),
            Self::Pair(Pair::RsaSha256 | Pair::P521) => None,
        }
    }
}

/// How a signature's bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Hex,
    Base64,
}

/// The time of signing.
#[derive(Debug)]
pub(super) struct Time {
    pub(super) part: Part,
    pub(super) unit: Unit,
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
    Rfc3339,
    /// It is signed as it stands, and not read.
    Text,
}

/// How far the time of signing may be from now; not looked at where absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) past: Option<Duration>,
    pub(super) future: Option<Duration>,
}

/// How a secret's text becomes a key.
#[derive(Debug)]
pub(super) struct Secret {
    pub(super) encoding: SecretEncoding,
    pub(super) strip_prefix: Option<String>,
    pub(super) derive_sha1: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretEncoding {
    Utf8,
    Base64,
    Hex,
    Pem,
}

/// What an event is told by.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Together they identify it; of the places of each the first that is there counts.
    pub(super) id: Vec<Vec<Place>>,
    /// Together, with dots between, they are its code.
    pub(super) code: Vec<Place>,
    /// Of each of these the first that is there counts.
    pub(super) reference: Vec<Place>,
    pub(super) provider_reference: Vec<Place>,
    pub(super) payment: Vec<Place>,
    pub(super) amount: Vec<Place>,
    pub(super) currency: Vec<Place>,
    pub(super) occurred_at: Vec<Place>,
    pub(super) live: Vec<Place>,
    pub(super) amount_unit: AmountUnit,
}

/// How an amount's number is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum AmountUnit {
    /// In the smallest unit of its currency: 1250 for 12.50 EUR, and for 1250 JPY.
    #[default]
    Minor,
    /// As people write it: 12.50.
    Major,
    /// With two decimals, however many the currency has: 125000 for 1250 JPY.
    Hundredths,
}

/// Several events in one body.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) items: Pointer,
    pub(super) max: usize,
}

/// What the sender hears.
#[derive(Debug)]
pub(super) struct Respond {
    pub(super) ok: u16,
    pub(super) bad_signature: u16,
    pub(super) body: String,
}

impl Scheme {
    /// What a source of it has to set, and what it proves.
    pub(super) fn about(&self, fingerprint: Option<Digest>) -> About<'_> {
        let signed = match &self.means {
            Means::Signed(signed) => Some(&**signed),
            Means::Token(_) | Means::Basic => None,
        };
        About {
            signs_time: signed.is_some_and(Signed::signs_time),
            needs_url: signed.is_some_and(|signed| signed.template.has_url()),
            parameters: signed.map(|signed| signed.template.parameters()).unwrap_or_default(),
            names_keys: signed.is_some_and(|signed| signed.key_id.is_some()),
            accounts: Accounts::Never,
            takes_keys: true,
            key_prefix: self.secret.strip_prefix.as_deref().filter(|_| self.secret.encoding == SecretEncoding::Utf8),
            key_sets: None,
            sends_unsigned: false,
            covers_body: self.covers_body,
            keeps_proof: signed.is_some(),
            note: self.note.as_deref(),
            fingerprint,
        }
    }
}

impl Scheme {
    /// Whether what proves a request proves this body of it.
    pub(super) fn proves(&self, body: &[u8]) -> bool {
        let is_told = match &self.means {
            Means::Signed(signed) => signed.seams.tell_body(body),
            Means::Token(_) | Means::Basic => true,
        };
        self.covers_body && is_told
    }

    /// Whether a secret that signs nothing stands there: its token, or what is one at any provider unless this one signs
    /// in that place.
    pub(super) fn is_credential(&self, carrier: Carrier<'_>) -> bool {
        let is_there = |place: &Place| match (place, carrier) {
            (Place::Header(name), Carrier::Header(there, _)) => name == there,
            (Place::Query(name), Carrier::Query(there)) => **name == *there,
            _ => false,
        };
        match &self.means {
            Means::Token(part) => carrier.is_credential() || part.places.iter().any(is_there),
            Means::Basic => carrier.is_credential(),
            Means::Signed(signed) => {
                let is_written_so = |carrier| match (carrier, &signed.signature.prefix) {
                    (Carrier::Header(_, value), Some(prefix)) => value.as_bytes().starts_with(prefix.text.as_bytes()),
                    _ => true,
                };
                let is_signature = signed.signature.places.iter().any(is_there) && is_written_so(carrier);
                carrier.is_credential() && !is_signature
            }
        }
    }

    /// The headers that signature, time and id stand in, the signature's first.
    pub(super) fn headers(&self) -> Vec<&http::HeaderName> {
        let mut headers = Vec::new();
        let parts: Vec<&Part> = match &self.means {
            Means::Token(part) => vec![part],
            Means::Basic => Vec::new(),
            Means::Signed(signed) => {
                let time = signed.timestamp.as_ref().map(|time| &time.part);
                [Some(&signed.signature), time, signed.id.as_ref()].into_iter().flatten().collect()
            }
        };
        for part in parts {
            // Of several places any may be empty: none of them is missing.
            if let [Place::Header(name)] = part.places.as_slice()
                && !headers.contains(&name)
            {
                headers.push(name);
            }
        }
        headers
    }
}
