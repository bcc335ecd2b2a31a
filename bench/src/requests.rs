//! The notifications, signed before the run.

use payhook_domain::time::Timestamp;
use payhook_provider::{Policy, sample};

/// The key both ends use.
pub(crate) const KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";

/// `count` whole HTTP requests to `/in/adyen`, numbered from `first`: the number stands in the merchant's reference, by
/// which the sink knows a delivery.
pub(crate) fn make(first: usize, count: usize) -> Vec<Vec<u8>> {
    let provider = payhook_provider::by_name("adyen").expect("Adyen is built in");
    let key = provider.key("bench", KEY).expect("a valid key");
    let now = Timestamp::from_seconds(1_763_719_323);
    (first..first + count)
        .map(|number| {
            let mut value = sample::compose("adyen", "authorised", number as u64, now).expect("a sample");
            sample::set(&mut value, "merchantReference", &format!("order-{number:09}")).expect("a text field");
            let unsigned = sample::unsigned("adyen", &value);
            let signed = provider.sign(unsigned, &key, &Policy::default(), now).expect("signed");
            let mut request = format!(
                "POST /in/adyen HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                signed.body.len()
            )
            .into_bytes();
            request.extend_from_slice(&signed.body);
            request
        })
        .collect()
}

/// The number in the reference of a payload, wherever it stands.
pub(crate) fn number_in(payload: &[u8]) -> Option<usize> {
    const MARK: &[u8] = b"\"reference\":\"order-";
    let at = payload.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
    std::str::from_utf8(payload.get(at..at + 9)?).ok()?.parse().ok()
}
