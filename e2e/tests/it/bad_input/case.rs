//! One bad input, what its sender must hear, and the pen that writes signed notifications to be spoilt.

use payhook_testkit::notifications::{Adyen, Banked, Item};
use payhook_testkit::wire;

use crate::stage::KEY;

/// The key of the Banked source.
pub(super) const BANKED_KEY: &str = "bk_5c0a7d7e3f1b4d0c9a8e6f2b1d3c5a79";

/// Stands in every body, path and header that is sent here, and so must never stand in the log.
pub(super) const MARK: &str = "zebra-crossing";

/// The largest body the source `small` takes, in bytes.
pub(super) const SMALL_BODY_MAX: usize = 4 << 10;

/// A bad input.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// Whether the sender closes its half right after the bytes.
    pub(super) hangs_up: bool,
    pub(super) hears: Hears,
    /// The orders of the authentic notifications in it: stored exactly when they are acknowledged, in this order.
    pub(super) orders: Vec<usize>,
}

/// What the sender must hear.
#[derive(Clone, Debug)]
pub(super) enum Hears {
    /// These answers in this order and no other: status and error code, which is empty for a 200.
    Answers(Vec<(u16, &'static str)>),
    /// One answer, 400 or 401, that speaks of the signature or of nothing to verify.
    Refusal,
    /// The same, or 200 when everything that was signed survived.
    AsSigned,
    /// Anything but a success; a close without a word is one.
    NoSuccess,
    /// This status, in an answer to HEAD, which has no body.
    Head(u16),
}

impl Case {
    /// A case in which nothing is authentic.
    pub(super) fn new(name: impl Into<String>, bytes: Vec<u8>, hears: Hears) -> Self {
        Self { name: name.into(), bytes, hangs_up: false, hears, orders: Vec::new() }
    }

    /// One answer with this status and error code.
    pub(super) fn answered(name: impl Into<String>, bytes: Vec<u8>, status: u16, code: &'static str) -> Self {
        Self::new(name, bytes, Hears::Answers(vec![(status, code)]))
    }

    /// The same bytes, with the sender's half closed after them.
    pub(super) fn hanging_up(self) -> Self {
        Self { hangs_up: true, ..self }
    }

    /// The orders that are authentic in it.
    pub(super) fn about(self, orders: Vec<usize>) -> Self {
        Self { orders, ..self }
    }
}

/// Writes notifications, each of an order of its own.
pub(super) struct Pen {
    pub(super) adyen: Adyen,
    pub(super) banked: Banked,
    pub(super) random: fastrand::Rng,
    order: usize,
}

impl Pen {
    pub(super) fn new(seed: u64) -> Self {
        let adyen = Adyen::new("/in/adyen", "TestMerchant", KEY);
        let banked = Banked::new("/in/banked", BANKED_KEY);
        Self { adyen, banked, random: fastrand::Rng::with_seed(seed), order: 0 }
    }

    /// The next order's authorisation.
    pub(super) fn item(&mut self) -> (usize, Item) {
        self.order += 1;
        (self.order, Item { reason: MARK.to_owned(), ..Item::authorisation(self.order as u64) })
    }

    /// The next order's authorisation as a signed body.
    pub(super) fn body(&mut self) -> (usize, String) {
        let (order, item) = self.item();
        (order, String::from_utf8(self.adyen.body(&item)).expect("the body is text"))
    }

    /// The next order's `payment_sent` as a body, with its signature's header.
    pub(super) fn banked(&mut self) -> (usize, String, String) {
        self.order += 1;
        let body = String::from_utf8(self.banked.body(self.order as u64, "payment_sent")).expect("the body is text");
        let body = body.replacen('{', &format!(r#"{{"note":"{MARK}","#), 1);
        let signature = self.banked.signature(1_763_719_323, body.as_bytes());
        (self.order, body, signature)
    }
}

/// A POST of JSON to the Adyen source, after which the connection may be closed.
pub(super) fn json(body: impl AsRef<[u8]>) -> Vec<u8> {
    post("/in/adyen", &[("content-type", "application/json")], body)
}

/// A POST after which the connection may be closed.
pub(super) fn post(target: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let headers: Vec<_> = headers.iter().copied().chain([("connection", "close")]).collect();
    wire::request("POST", target, &headers, body.as_ref())
}

/// The body with the value of the first `field` written as `raw` instead.
pub(super) fn with(body: &str, field: &str, raw: &str) -> String {
    let name = format!("\"{field}\":");
    let at = body.find(&name).unwrap_or_else(|| panic!("{field} is not in {body}")) + name.len();
    let rest = &body[at..];
    let length = match rest.as_bytes()[0] {
        b'"' => rest[1..].find('"').expect("a text ends") + 2,
        b'{' => rest.find('}').expect("an object ends") + 1,
        _ => rest.find([',', '}']).expect("a value ends"),
    };
    format!("{}{raw}{}", &body[..at], &rest[length..])
}
