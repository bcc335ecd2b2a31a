//! What verifying allocates: the list of verdicts, and nothing for a field, a signature or a byte of the body.

use http::{HeaderMap, HeaderValue};
use payhook_domain::time::Timestamp;
use payhook_provider::{Policy, SignedRequest, Unsigned};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn allocated(name: &str, request: &SignedRequest) -> u64 {
    let provider = payhook_provider::by_name(name).expect("a provider of this release");
    let keys = [provider.key("current", &provider.key_text(&[7; 32]).expect("a secret")).expect("a key")];
    let policy = Policy::default();
    let raw = request.as_raw();
    let counted = allocation_counter::measure(|| drop(provider.verify(&raw, &keys, &policy, NOW)));
    counted.count_total
}

fn signed(name: &str, length: usize) -> SignedRequest {
    let provider = payhook_provider::by_name(name).expect("a provider of this release");
    let key = provider.key("current", &provider.key_text(&[7; 32]).expect("a secret")).expect("a key");
    let body = format!("{{\"id\":\"{}\"}}", "x".repeat(length));
    let unsigned = Unsigned { target: "/in/x".to_owned(), headers: HeaderMap::new(), body: body.into() };
    provider.sign(unsigned, &key, &Policy::default(), NOW).expect("signed")
}

#[test]
fn verifying_allocates_the_list_of_verdicts_and_nothing_for_a_field() {
    // One of each form: a header alone, with a prefix, pairs, fields, an id beside, several headers.
    for name in ["checkout-com", "github", "stripe", "recurly", "svix", "shopify", "mollie", "paystack", "cashfree"] {
        for length in [10, 10_000] {
            // The digest's own context is the library's: the same for the bare digest.
            let bare = allocated("checkout-com", &signed("checkout-com", 10));
            assert_eq!(allocated(name, &signed(name, length)), bare, "{name} over {length} bytes");
        }
    }
    assert!(allocated("checkout-com", &signed("checkout-com", 10)) <= 1 + digest());
}

/// What the cryptographic library allocates for one digest.
fn digest() -> u64 {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"key");
    allocation_counter::measure(|| {
        std::hint::black_box(aws_lc_rs::hmac::sign(&key, b"message"));
    })
    .count_total
}

#[test]
fn more_signatures_and_more_fields_allocate_nothing_more() {
    let request = signed("stripe", 10);
    let one = allocated("stripe", &request);
    let mut many = request.clone();
    let value = request.headers["stripe-signature"].to_str().expect("ASCII");
    let value = format!("a=b,c=d,v0=00,{}{value}", format!("v1={},", "0".repeat(64)).repeat(6));
    many.headers.insert("stripe-signature", HeaderValue::from_str(&value).expect("a value"));
    assert_eq!(allocated("stripe", &many), one);
}
