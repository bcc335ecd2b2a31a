//! Official packages as the other side: what they sign is accepted, what is signed here they accept, and what was changed
//! in between neither side does. The packages are those of `e2e/interop`, installed when the first test asks for them.
//!
//! - `packages`: two programs, one per language, that are asked line by line.
//! - `payload`: random bodies, keys and ids.
//! - `signers`: what packages sign, posted to the binary.
//! - `key_set`: a package and the binary that look the same key up in a set that is served.
//! - `validators`: what is signed here, shown to packages.
//! - `driven`: Adyen's packages configure, pay and refund at the pretend provider.
//! - `second_opinion`: one package that knows many schemes, asked about the same mutated requests.

mod driven;
mod key_set;
mod packages;
mod payload;
mod second_opinion;
mod signers;
mod validators;

use packages::{Language, Packages};
use payhook_testkit::scale;
use payload::Payloads;

/// How many random requests each package signs, or is shown. Each signer leaves up to three refusals per round, and the
/// quarantine holds a thousand of a source.
fn rounds() -> usize {
    scale::of("PAYHOOK_INTEROP_ROUNDS", 20, 300)
}

/// Where random values start; the same seed makes the same requests.
fn seed() -> u64 {
    let seed = scale::of("PAYHOOK_INTEROP_SEED", fastrand::u64(..), fastrand::u64(..));
    println!("PAYHOOK_INTEROP_SEED={seed}");
    seed
}

#[test]
fn what_packages_of_npm_sign_is_stored_once_and_refused_when_changed_forged_or_stale() {
    signers::check(Language::Node, &mut Payloads::new(seed()), rounds());
}

#[test]
fn what_packages_of_pypi_sign_is_stored_once_and_refused_when_changed_forged_or_stale() {
    signers::check(Language::Python, &mut Payloads::new(seed()), rounds());
}

#[test]
fn what_is_signed_here_packages_of_npm_accept_and_refuse_when_it_was_changed() {
    validators::check(Language::Node, &mut Payloads::new(seed()), rounds());
}

#[test]
fn what_is_signed_here_packages_of_pypi_accept_and_refuse_when_it_was_changed() {
    validators::check(Language::Python, &mut Payloads::new(seed()), rounds());
}

#[test]
fn the_package_of_truelayer_and_the_binary_look_the_same_key_up_in_a_set_that_is_served() {
    key_set::check(&mut Packages::start(Language::Node), &mut Payloads::new(seed()), rounds());
}

#[test]
fn a_package_that_knows_many_schemes_judges_mutated_requests_alike() {
    let mut payloads = Payloads::new(seed()).without('$');
    second_opinion::check(&mut Packages::start(Language::Node), &mut payloads, rounds());
}

#[test]
fn the_package_of_npm_configures_and_pays_at_the_pretend_provider_and_trusts_what_it_says() {
    driven::check(Language::Node);
}

#[test]
fn the_package_of_pypi_configures_and_pays_at_the_pretend_provider_and_trusts_what_it_says() {
    driven::check(Language::Python);
}
