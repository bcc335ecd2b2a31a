//! Whether it would pay to compress bodies (lz4): how much smaller each fixture's body becomes, and what that takes, against
//! verifying and parsing it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use payhook_domain::time::Timestamp;
use payhook_provider::sample;

/// How often each body is compressed and expanded.
const ROUNDS: u32 = 20_000;
/// Bodies compressed as one, as a store could that kept them apart from their rows.
const TOGETHER: usize = 64;

/// A kind of body, and many of it, each another's.
struct Kind {
    name: &'static str,
    bodies: Vec<Vec<u8>>,
}

/// Prints sizes and times.
pub(crate) fn run() {
    println!(
        "| bodies | bytes | lz4, one by one | saved | with a dictionary | {TOGETHER} together | compress µs | expand µs |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for kind in [
        Kind::of("Adyen, authorisation", "adyen", "authorised"),
        Kind::of("Adyen, capture", "adyen", "captured"),
        Kind::of("Adyen, chargeback", "adyen", "chargeback"),
        Kind::of("Banked, payment sent", "banked", "payment_sent"),
    ] {
        kind.print();
    }
}

impl Kind {
    fn of(name: &'static str, provider: &str, sample: &str) -> Self {
        let now = Timestamp::from_seconds(1_763_719_323);
        let body = |number| {
            let value = sample::compose(provider, sample, number, now).expect("a sample");
            sample::unsigned(provider, &value).body.to_vec()
        };
        Self { name, bodies: (0..TOGETHER as u64).map(body).collect() }
    }

    fn print(&self) {
        let Self { name, bodies } = self;
        let bytes = mean(bodies.iter().map(Vec::len));
        let alone = mean(bodies.iter().map(|body| lz4_flex::block::compress(body).len()));
        let first = &bodies[0];
        let beside = |body: &Vec<u8>| lz4_flex::block::compress_with_dict(body, first).len();
        let dictionary = mean(bodies[1..].iter().map(beside));
        let together = lz4_flex::block::compress(&bodies.concat()).len() / bodies.len();
        let compressed = lz4_flex::block::compress(first);
        assert_eq!(&lz4_flex::block::decompress(&compressed, first.len()).expect("expands"), first);
        let compress = time(|| lz4_flex::block::compress(black_box(first)));
        let expand = time(|| lz4_flex::block::decompress(black_box(&compressed), first.len()));
        let saved = 100.0 - 100.0 * alone as f64 / bytes as f64;
        println!(
            "| {name} | {bytes} | {alone} | {saved:.0} % | {dictionary} | {together} | {:.2} | {:.2} |",
            micros(compress),
            micros(expand)
        );
    }
}

fn mean(sizes: impl ExactSizeIterator<Item = usize>) -> usize {
    let count = sizes.len();
    sizes.sum::<usize>() / count
}

fn time<A>(mut once: impl FnMut() -> A) -> Duration {
    let since = Instant::now();
    (0..ROUNDS).for_each(|_| drop(black_box(once())));
    since.elapsed() / ROUNDS
}

fn micros(took: Duration) -> f64 {
    took.as_secs_f64() * 1e6
}
