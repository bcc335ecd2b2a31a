//! Random bodies, keys and ids: texts in many scripts, escaped or not, numbers in every notation, empty values, spaces.

use data_encoding::{BASE64, HEXUPPER};
use serde_json::{Value, json};

/// Characters that someone has mistreated before.
const CHARACTERS: &[char] = &[
    'a', 'Z', '0', ' ', '.', ':', ',', ';', '=', '|', '/', '\\', '"', '\'', '%', '+', '&', '<', '>', '$', '{', '}',
    '\n', '\t', '\u{1}', '\u{7f}', 'é', 'ß', '\u{301}', 'İ', 'ж', 'ا', '支', '\u{2028}', '\u{feff}', '\u{fffd}', '€',
    '😀',
];

/// Numbers as they may be written.
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "1",
    "-17",
    "1050",
    "10.50",
    "0.1",
    "1e3",
    "1E-2",
    "9007199254740993",
    "18446744073709551615",
    "1.0e+2",
];

/// Depth of nesting, members of an object, characters of a text: more would test nothing else.
const DEPTH_MAX: usize = 3;
const MEMBERS_MAX: usize = 5;
const CHARACTERS_MAX: usize = 24;

/// How a key of some form is made.
pub(super) type NewKey = fn(&mut Payloads) -> String;

/// A source of them, numbered, so that no two are alike.
pub(super) struct Payloads {
    pub(super) random: fastrand::Rng,
    number: u32,
    /// What no text has in it.
    avoided: Option<char>,
}

impl Payloads {
    pub(super) fn new(seed: u64) -> Self {
        Self { random: fastrand::Rng::with_seed(seed), number: 0, avoided: None }
    }

    /// The same, with this character in no text.
    pub(super) fn without(self, avoided: char) -> Self {
        Self { avoided: Some(avoided), ..self }
    }

    /// An id that was not there before.
    pub(super) fn id(&mut self) -> String {
        self.number += 1;
        format!("evt_{}_{:08x}", self.number, self.random.u32(..))
    }

    /// A key as text.
    pub(super) fn text_key(&mut self) -> String {
        (0..32).map(|_| self.random.alphanumeric()).collect()
    }

    /// A key of Standard Webhooks: base64 behind its prefix.
    pub(super) fn prefixed_key(&mut self) -> String {
        format!("whsec_{}", BASE64.encode(&self.bytes()))
    }

    /// A key as Adyen issues it: 64 hexadecimal digits.
    pub(super) fn hex_key(&mut self) -> String {
        HEXUPPER.encode(&self.bytes())
    }

    /// A private key on the curve P-521, as PEM. This one is no work of the seed.
    pub(super) fn private_key(&mut self) -> String {
        rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).expect("a key is made").serialize_pem()
    }

    fn bytes(&mut self) -> [u8; 32] {
        std::array::from_fn(|_| self.random.u8(..))
    }

    /// A body that every package takes: the few members they ask for, and anything beside them.
    pub(super) fn body(&mut self, id: &str) -> String {
        let data = self.value(DEPTH_MAX);
        let (first, last) = (self.gap(), self.gap());
        let fixed = json!({
            "id": id, "event_id": id, "type": "payment.paid", "object": "event", "apiVersion": "v1", "event_type": "paid",
            "events": [{ "id": id, "resource_type": "payments", "action": "paid_out" }],
        });
        let fixed = fixed.to_string();
        let fixed = &fixed[1..fixed.len() - 1];
        format!("{{{first}{fixed},{last}\"payload\":{data}{last}}}")
    }

    /// An item of an Adyen standard webhook, its reference and its unsigned members random.
    pub(super) fn item(&mut self) -> Value {
        self.number += 1;
        let tail: String = (0..8).map(|_| self.random.char('A'..='Z')).collect();
        let original = if self.random.bool() { format!("OR{:014}", self.number) } else { String::new() };
        let code = self.random.choice(["AUTHORISATION", "CAPTURE", "REFUND", "CHARGEBACK", "A_NEW_ONE"]);
        let currency = self.random.choice(["EUR", "JPY", "KWD"]);
        json!({
            "pspReference": format!("{:08}{tail}", self.number),
            "originalReference": original,
            "merchantAccountCode": "TestMerchant",
            "merchantReference": self.text(),
            "amount": { "value": self.random.i64(0..=99_999_999), "currency": currency },
            "eventCode": code,
            "success": self.random.choice(["true", "false"]),
            "eventDate": "2026-11-21T11:02:02+01:00",
            "reason": self.text(),
            "additionalData": { "shopperReference": self.text() },
        })
    }

    /// A JSON value as text, in one of the ways it may be written.
    fn value(&mut self, depth: usize) -> String {
        match self.random.u8(0..if depth == 0 { 5 } else { 9 }) {
            0 => "null".to_owned(),
            1 => self.random.bool().to_string(),
            2 => (*self.random.choice(NUMBERS).expect("there are some")).to_owned(),
            3 | 4 => self.quoted(),
            5 | 6 => self.list(depth),
            _ => self.object(depth),
        }
    }

    fn list(&mut self, depth: usize) -> String {
        let items: Vec<String> = (0..self.random.usize(0..MEMBERS_MAX)).map(|_| self.value(depth - 1)).collect();
        let gap = self.gap();
        format!("[{gap}{}]", items.join(&format!(",{gap}")))
    }

    fn object(&mut self, depth: usize) -> String {
        let count = self.random.usize(0..MEMBERS_MAX);
        let member = |number| format!("\"m{number}\":{}{}", self.gap(), self.value(depth - 1));
        let members: Vec<String> = (0..count).map(member).collect();
        let gap = self.gap();
        format!("{{{}{gap}}}", members.join(","))
    }

    fn gap(&mut self) -> &'static str {
        self.random.choice(["", "", " ", "\n  ", "\r\n\t"]).expect("there are some")
    }

    fn quoted(&mut self) -> String {
        let text = json!(self.text()).to_string();
        if self.random.bool() { text } else { escaped(&text) }
    }

    /// A text, at times empty.
    fn text(&mut self) -> String {
        let length = self.random.usize(0..=CHARACTERS_MAX);
        let characters = (0..length).filter_map(|_| self.random.choice(CHARACTERS).copied());
        characters.filter(|character| Some(*character) != self.avoided).collect()
    }
}

/// The same JSON with everything beyond ASCII written as `\u…`.
fn escaped(json: &str) -> String {
    let mut written = String::new();
    for unit in json.encode_utf16() {
        match u8::try_from(unit).ok().filter(u8::is_ascii) {
            Some(byte) => written.push(char::from(byte)),
            None => written.push_str(&format!("\\u{unit:04x}")),
        }
    }
    written
}
