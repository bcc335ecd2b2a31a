//! Routes: which events go where.

use crate::kind::Kind;

/// A pattern over kinds and provider codes: literal text in which each `*` stands for any run of characters.
/// `payment.*`, `CHARGEBACK`, `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
}

impl Pattern {
    /// Longest pattern accepted, in bytes.
    pub const LEN_MAX: usize = 128;

    /// A pattern, or nothing when it is empty or longer than [`Pattern::LEN_MAX`].
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (!text.is_empty() && text.len() <= Self::LEN_MAX).then(|| Self { text: text.to_owned() })
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it fits the kind's word or the provider's code.
    #[must_use]
    pub fn matches(&self, kind: Kind, code: &str) -> bool {
        self.fits(kind.as_str()) || self.fits(code)
    }

    /// Whether it fits one word.
    #[must_use]
    pub fn fits(&self, word: &str) -> bool {
        fits(self.text.as_bytes(), word.as_bytes())
    }

    /// Whether it can fit any kind or any of `codes`; one that cannot is probably a spelling mistake.
    #[must_use]
    pub fn can_match<'a>(&self, codes: impl IntoIterator<Item = &'a str>) -> bool {
        Kind::ALL.iter().any(|kind| self.fits(kind.as_str())) || codes.into_iter().any(|code| self.fits(code))
    }
}

/// Greedy wildcard match. On a mismatch it lets the last `*` take one more byte, so it needs
/// `pattern × text` steps at worst and no recursion.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == b'*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && pattern[p] == text[t] {
            p += 1;
            t += 1;
        } else if let Some((star_p, star_t)) = star {
            star = Some((star_p, star_t + 1));
            p = star_p + 1;
            t = star_t + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, text, expected) in [
            ("payment.*", "payment.captured", true),
            ("payment.*", "payments", false),
            ("*", "", true),
            ("*.succeeded", "refund.succeeded", true),
            ("a*b*c", "aXXbYYc", true),
            ("a*b*c", "aXXcYYb", false),
            ("CHARGEBACK", "CHARGEBACK_REVERSED", false),
        ] {
            assert_eq!(fits(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_pattern_names_neutral_kinds_or_the_providers_own_words() {
        let pattern = Pattern::new("CHARGEBACK").expect("valid");
        assert!(pattern.matches(Kind::DisputeOpened, "CHARGEBACK"));
        assert!(Pattern::new("dispute.*").expect("valid").matches(Kind::DisputeOpened, "CHARGEBACK"));
        assert!(!pattern.matches(Kind::PaymentCaptured, "CAPTURE"));
    }

    #[test]
    fn a_hostile_pattern_does_not_explode() {
        assert!(!fits("*a".repeat(60).as_bytes(), "a".repeat(59).as_bytes()));
    }
}
