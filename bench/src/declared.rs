//! What verifying a declared scheme costs beside the bare digest over the same bytes.

use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use http::HeaderMap;
use payhook_domain::time::Timestamp;
use payhook_provider::{Item, Papers, Policy, Unsigned};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
/// Verifications in one round; the median of the rounds' ratios counts.
const VERIFICATIONS: u32 = 2_000;
const ROUNDS: usize = 101;

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

/// Prints the table.
pub(crate) fn run() -> anyhow::Result<()> {
    crate::process::pin_self_to(1);
    println!("| scheme | body | bare digest, ns | verifying, ns | × |\n|---|---|---|---|---|");
    for length in BODIES {
        for (name, algorithm, before) in SCHEMES {
            let (bare, verifying, times) = measured(name, algorithm, before, length)?;
            println!("| {name} | {length} B | {bare:.0} | {verifying:.0} | {times:.2} |");
        }
    }
    Ok(())
}

fn measured(name: &str, algorithm: hmac::Algorithm, before: &str, length: usize) -> anyhow::Result<(f64, f64, f64)> {
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
    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (nanoseconds(digest), nanoseconds(verify))).collect();
    rounds.sort_by(|one, other| (one.1 / one.0).total_cmp(&(other.1 / other.0)));
    let (bare, verifying) = rounds[ROUNDS / 2];
    Ok((bare, verifying, verifying / bare))
}

fn nanoseconds(part: impl Fn()) -> f64 {
    let began = Instant::now();
    (0..VERIFICATIONS).for_each(|_| part());
    let each: Duration = began.elapsed() / VERIFICATIONS;
    each.as_secs_f64() * 1e9
}
