//! Keys as an operator may write them: whatever is taken as a key works as one, and a mistake tells nothing of the
//! text but its shape: another text of the same shape makes the same mistake, word for word.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // A public key is no text that anyone may write: another of the same shape is none.
    for provider in payhook_provider::all().filter(|provider| provider.key_text(&[0; 32]).is_some()) {
        let twin = provider.key("fuzz", &twin(text));
        match provider.key("fuzz", text) {
            Ok(key) => {
                let _ = key.fingerprint();
                assert!(twin.is_ok(), "a key, and its twin is none");
            }
            Err(mistake) => assert_eq!(twin.err(), Some(mistake), "the mistake tells more than the shape"),
        }
    }
});

/// The text with every hexadecimal digit another one, and every other letter another one.
fn twin(text: &str) -> String {
    let (prefix, text) = text.split_at(if text.starts_with("whsec_") { "whsec_".len() } else { 0 });
    let twin = text.chars().map(|letter| match letter {
        '9' => '0',
        'f' => 'a',
        'F' => 'A',
        'z' => 'g',
        'Z' => 'G',
        '0'..='8' | 'a'..='y' | 'A'..='Y' => char::from_u32(u32::from(letter) + 1).expect("a letter"),
        other => other,
    });
    prefix.chars().chain(twin).collect()
}
