//! What verifying a declared scheme costs beside the bare digest over the same bytes.

use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use http::HeaderMap;
use payhook_domain::time::Timestamp;
use payhook_provider::{Item, Papers, Policy, Unsigned};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
/// Verifications in one round.
const VERIFICATIONS: u32 = 500;
/// Rounds of a row in each pass.
const ROUNDS: usize = 51;
/// Passes over the table: who shares the processor comes and goes by seconds, and disturbs no row's every pass.
const PASSES: usize = 8;

/// Schemes with one header, with pairs, with fields, with an id, and with the longer digest; and what they sign before the body.
const SCHEMES: [(&str, hmac::Algorithm, &str); 6] = [
    ("checkout-com", hmac::HMAC_SHA256, ""),
    ("shopify", hmac::HMAC_SHA256, ""),
    ("stripe", hmac::HMAC_SHA256, "1790000000."),
    ("recurly", hmac::HMAC_SHA256, "1790000000000."),
    ("svix", hmac::HMAC_SHA256, "msg_2b1c0f0e0d0c0b0a0908070605040302.1790000000."),
    ("paystack", hmac::HMAC_SHA512, ""),
];

/// Bytes of a very small notification, of a small one, and of a usual one.
const BODIES: [usize; 3] = [300, 800, 1_500];

/// Prints the table: of each row the median of its least disturbed rounds, the quickest eighth.
pub(crate) fn run() -> anyhow::Result<()> {
    crate::process::pin_self_to(1);
    let cells: Vec<_> = BODIES.iter().flat_map(|length| SCHEMES.iter().map(move |scheme| (*scheme, *length))).collect();
    let mut rows = vec![Vec::with_capacity(PASSES * ROUNDS); cells.len()];
    for _ in 0..PASSES {
        for (rounds, (scheme, length)) in rows.iter_mut().zip(&cells) {
            rounds.extend(measured(*scheme, *length)?);
        }
    }
    println!("| scheme | body | bare digest, ns | verifying, ns | × |\n|---|---|---|---|---|");
    for (rounds, ((name, ..), length)) in rows.iter_mut().zip(&cells) {
        let (bare, verifying) = typical(rounds);
        println!("| {name} | {length} B | {bare:.0} | {verifying:.0} | {:.2} |", verifying / bare);
    }
    Ok(())
}

fn typical(rounds: &mut [(f64, f64)]) -> (f64, f64) {
    rounds.sort_by(|one, other| (one.0 + one.1).total_cmp(&(other.0 + other.1)));
    let quickest = rounds.len() / 8;
    let quickest = &mut rounds[..quickest];
    quickest.sort_by(|one, other| (one.1 / one.0).total_cmp(&(other.1 / other.0)));
    quickest[quickest.len() / 2]
}

/// A pass's rounds of one row: nanoseconds of the bare digest, and of verifying.
fn measured(
    (name, algorithm, before): (&str, hmac::Algorithm, &str),
    length: usize,
) -> anyhow::Result<Vec<(f64, f64)>> {
    let provider = payhook_provider::by_name(name).expect("a provider of this release");
    let text = provider.key_text(&[7; 32]).expect("a shared secret");
    let keys = [provider.key("current", &text)?];
    let bare = hmac::Key::new(algorithm, text.as_bytes());
    let body = format!(r#"{{"id":"evt_1","data":"{}"}}"#, "x".repeat(length - 25));
    let unsigned = Unsigned { target: "/in/x".to_owned(), headers: HeaderMap::new(), body: body.into() };
    let policy = Policy::default();
    let request = provider.sign(unsigned, &keys[0], &policy, NOW).expect("signed");
    let raw = request.as_raw();
    let verify = || {
        let papers = provider.verify(&raw, &keys, &policy, NOW);
        assert!(matches!(papers, Papers::Items(items) if matches!(items[0], Item::Verified(_))), "authentic");
    };
    let message = [before.as_bytes(), raw.body].concat();
    let digest = || {
        std::hint::black_box(hmac::sign(&bare, std::hint::black_box(&message)));
    };
    Ok((0..ROUNDS).map(|_| (nanoseconds(digest), nanoseconds(verify))).collect())
}

fn nanoseconds(part: impl Fn()) -> f64 {
    let began = Instant::now();
    (0..VERIFICATIONS).for_each(|_| part());
    let each: Duration = began.elapsed() / VERIFICATIONS;
    each.as_secs_f64() * 1e9
}
