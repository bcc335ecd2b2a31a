//! Providers whose way of signing is data: where signature, time and id stand, what is signed, what an event is told by.
//!
//! - `schemes.toml`: the schemes of this release.
//! - [`draft`]: a scheme as it is written; [`load`]: checked and made ready, [`scheme`].
//! - [`place`], [`pointer`], [`part`], [`separator`]: where a value stands, and how it is taken out.
//! - [`template`]: what is signed; [`seam`]: where its parts meet. [`tags`]: signatures. [`time`]: the time of signing. [`secret`]: keys.
//! - [`sense`]: what the provider's words mean, where this release knows it.
//! - [`verify`], [`event`], [`sign`], [`doctor`]: what every provider does. [`reads`]: what the doctor shows of a request.
//! - [`catalogue`]: the schemes of this release, and those of users.

mod catalogue;
mod doctor;
mod draft;
pub(crate) mod event;
mod load;
mod part;
mod place;
mod pointer;
mod reads;
mod scheme;
mod seam;
mod secret;
mod sense;
mod separator;
mod sign;
mod tags;
mod template;
mod time;
mod verify;

pub use catalogue::{SCHEMES, SchemeMistake, of_user};
pub use draft::Draft;

pub(crate) use catalogue::{built_in, sense};
pub(crate) use event::{minor_units, occurred_at};
pub(crate) use sense::{Sense, Word, aliases, fact, words};

use std::borrow::Cow;

use http::HeaderMap;
use payhook_domain::error::Code;
use payhook_domain::identity::{Digest, Environment};
use payhook_domain::time::Timestamp;

use self::event::Reading;
use self::scheme::Scheme;
use crate::doctor::{Case, Diagnosis};
use crate::verified::Evidence;
use crate::{
    About, Accounts, Ack, Carrier, CodeRow, Key, KeyMistake, Outcome, Papers, Parsed, Policy, Provider, RawRequest,
    SignedRequest, Unsigned, Verified,
};

/// A provider whose signature is declared.
pub(crate) struct Declared {
    name: &'static str,
    scheme: Scheme,
    /// What its words mean, where they are known.
    sense: Option<&'static Sense>,
    /// Over the scheme's text: another text is another configuration.
    fingerprint: Digest,
}

impl Provider for Declared {
    fn name(&self) -> &'static str {
        self.name
    }

    fn key(&self, name: &str, text: &str) -> Result<Key, KeyMistake> {
        secret::read(&self.scheme, name, text)
    }

    fn key_text(&self, random: &[u8; 32]) -> Option<String> {
        secret::write(&self.scheme, random)
    }

    fn verify<'r>(&self, request: &RawRequest<'r>, keys: &[Key], policy: &Policy, now: Timestamp) -> Papers<'r> {
        verify::papers(&self.scheme, request, keys, policy, now)
    }

    fn parse(&self, verified: &Verified<'_>, environment: Environment) -> Parsed {
        let Evidence::Request(request) = &verified.evidence else {
            unreachable!("what this provider verified is a request");
        };
        let (sense, proof) = (self.sense, verified.proof);
        Reading { provider: self.name, scheme: &self.scheme, sense, environment, proof }.events(request)
    }

    fn is_credential(&self, carrier: Carrier<'_>) -> bool {
        self.scheme.is_credential(carrier)
    }

    fn put_back(&self, headers: &mut HeaderMap, keys: &[Key]) {
        sign::put_back(&self.scheme, headers, keys);
    }

    fn ack(&self, _request: &RawRequest<'_>, outcome: Outcome) -> Ack {
        let respond = &self.scheme.respond;
        match outcome {
            Outcome::Accepted => Ack {
                status: respond.ok,
                content_type: "text/plain",
                body: if respond.body.is_empty() { Cow::Borrowed("") } else { Cow::Owned(respond.body.clone()) },
            },
            Outcome::Refused(code @ (Code::SignatureMissing | Code::SignatureMismatch | Code::Stale)) => {
                Ack::refusal(respond.bad_signature, code)
            }
            Outcome::Refused(code) => Ack::refusal(code.status(), code),
        }
    }

    fn challenge(&self, request: &RawRequest<'_>, _keys: &[Key]) -> Option<Ack> {
        let value = request.header(self.scheme.echo.as_ref()?)?;
        (value.len() <= CHALLENGE_LEN_MAX).then(|| Ack {
            status: 200,
            content_type: "text/plain",
            body: Cow::Owned(value.to_owned()),
        })
    }

    fn diagnose(&self, case: &Case<'_>) -> Vec<Diagnosis> {
        doctor::diagnose(self, case)
    }

    fn sign(&self, unsigned: Unsigned, key: &Key, policy: &Policy, now: Timestamp) -> Option<SignedRequest> {
        sign::sign(&self.scheme, unsigned, key, policy, now)
    }

    fn codes(&self) -> &'static [CodeRow] {
        self.sense.map_or(&[], |sense| sense.codes)
    }

    fn about(&self) -> About<'_> {
        let accounts = self.sense.map_or(Accounts::Never, |sense| sense.accounts);
        About { accounts, ..self.scheme.about(Some(self.fingerprint)) }
    }
}

/// Longest challenge that is sent back.
const CHALLENGE_LEN_MAX: usize = 1_024;
