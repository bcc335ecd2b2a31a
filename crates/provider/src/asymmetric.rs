//! Keys in pairs: Ed25519, RSA and ECDSA. The public half judges; the private one, where it is known, signs for tests and the
//! sandbox.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
};
use data_encoding::BASE64;

/// What makes and judges signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pair {
    /// Ed25519.
    Ed25519,
    /// RSA PKCS#1 v1.5 over SHA-256, of 2,048 bits and more.
    RsaSha256,
    /// ECDSA on P-521 over SHA-512, as JWS writes it (ES512): two numbers of fixed width.
    P521,
}

/// A public key, checked when it was read.
#[derive(Clone)]
pub(crate) struct PublicKey {
    key: Arc<ParsedPublicKey>,
    bytes: Arc<[u8]>,
}

impl PublicKey {
    /// Reads a raw Ed25519 key, or RSA as SubjectPublicKeyInfo or RSAPublicKey in DER.
    pub(crate) fn read(pair: Pair, bytes: &[u8]) -> Option<Self> {
        let key = match pair {
            Pair::Ed25519 => ParsedPublicKey::new(&ED25519, bytes),
            Pair::RsaSha256 => ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, bytes),
            Pair::P521 => ParsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, bytes),
        };
        Some(Self { key: Arc::new(key.ok()?), bytes: bytes.into() })
    }

    /// Whether the private half made this signature.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(message, signature).is_ok()
    }

    /// The key as it was read.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A private key.
#[derive(Clone)]
pub(crate) enum Signer {
    Ed25519(Arc<Ed25519KeyPair>),
    Rsa(Arc<RsaKeyPair>),
    P521(Arc<EcdsaKeyPair>),
}

impl Signer {
    /// Reads the seed of an Ed25519 key, alone or before the public key as Standard Webhooks writes it, or PKCS#8 in DER.
    pub(crate) fn read(pair: Pair, bytes: &[u8]) -> Option<Self> {
        Some(match (pair, bytes.len()) {
            (Pair::Ed25519, 32) => Self::Ed25519(Arc::new(Ed25519KeyPair::from_seed_unchecked(bytes).ok()?)),
            (Pair::Ed25519, 64) => {
                let (seed, public) = bytes.split_at(32);
                Self::Ed25519(Arc::new(Ed25519KeyPair::from_seed_and_public_key(seed, public).ok()?))
            }
            (Pair::Ed25519, _) => Self::Ed25519(Arc::new(Ed25519KeyPair::from_pkcs8_maybe_unchecked(bytes).ok()?)),
            (Pair::P521, _) => {
                let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P521_SHA512_FIXED_SIGNING, bytes)
                    .or_else(|_| EcdsaKeyPair::from_pkcs8(&ECDSA_P521_SHA512_FIXED_SIGNING, bytes));
                Self::P521(Arc::new(pair.ok()?))
            }
            (Pair::RsaSha256, _) => Self::Rsa(Arc::new(RsaKeyPair::from_pkcs8(bytes).ok()?)),
        })
    }

    /// The half that others may know.
    pub(crate) fn public(&self) -> Option<PublicKey> {
        match self {
            Self::Ed25519(pair) => PublicKey::read(Pair::Ed25519, pair.public_key().as_ref()),
            Self::Rsa(pair) => PublicKey::read(Pair::RsaSha256, pair.public_key().as_ref()),
            Self::P521(pair) => PublicKey::read(Pair::P521, pair.public_key().as_ref()),
        }
    }

    /// Signs a message.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .expect("the buffer is as long as the modulus");
                signature
            }
            Self::P521(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message);
                signature.expect("the operating system gives random bytes").as_ref().to_vec()
            }
        }
    }
}

/// The label and the bytes of the first block of a PEM text.
pub(crate) fn pem(text: &str) -> Option<(&str, Vec<u8>)> {
    let (label, rest) = text.split_once("-----BEGIN ")?.1.split_once("-----")?;
    let (inside, _) = rest.split_once("-----END ")?;
    let inside: String = inside.split_whitespace().collect();
    Some((label, BASE64.decode(inside.as_bytes()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_half_judges_what_the_private_half_signed() {
        let signer = Signer::read(Pair::Ed25519, &[7; 32]).expect("a seed");
        let public = signer.public().expect("its other half");
        let signature = signer.sign(b"message");
        assert!(public.verifies(b"message", &signature));
        assert!(!public.verifies(b"massage", &signature));
        assert!(!public.verifies(b"message", &signature[1..]));
    }

    #[test]
    fn a_pem_text_is_read_whatever_stands_around_it() {
        let text = "from the console:\n-----BEGIN PUBLIC KEY-----\nAAEC\r\n AwQF\n-----END PUBLIC KEY-----\n";
        assert_eq!(pem(text), Some(("PUBLIC KEY", vec![0, 1, 2, 3, 4, 5])));
        for broken in ["AAEC", "-----BEGIN PUBLIC KEY-----\nAAEC", "-----BEGIN X-----\n!\n-----END X-----"] {
            assert_eq!(pem(broken), None, "{broken}");
        }
    }
}
