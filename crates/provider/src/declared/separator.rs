//! What stands between items. Nearly always one character, which is found several times faster than a text.

/// A text that divides others.
#[derive(Clone, Debug)]
pub(super) enum Separator {
    Letter(u8),
    Text(Box<str>),
}

impl Separator {
    /// Makes one of a text that is not empty.
    pub(super) fn of(text: &str) -> Self {
        match text.as_bytes() {
            [letter] if letter.is_ascii() => Self::Letter(*letter),
            _ => Self::Text(text.into()),
        }
    }

    /// Hands on each part between separators.
    #[inline]
    pub(super) fn split<'t>(&self, text: &'t str, mut take: impl FnMut(&'t str)) {
        let mut rest = text;
        while let Some((part, behind)) = self.cut(rest, memchr::memchr) {
            take(part);
            rest = behind;
        }
        take(rest);
    }

    /// What stands before the first separator, and behind it. Before it stands a name of a letter or two, which is walked
    /// through sooner than a search is set up.
    #[inline]
    pub(super) fn split_once<'t>(&self, text: &'t str) -> Option<(&'t str, &'t str)> {
        self.cut(text, |letter, text| text.iter().position(|byte| *byte == letter))
    }

    /// Whether it stands anywhere in `text`.
    #[inline]
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.cut(text, memchr::memchr).is_some()
    }

    #[inline]
    fn cut<'t>(&self, text: &'t str, find: impl Fn(u8, &[u8]) -> Option<usize>) -> Option<(&'t str, &'t str)> {
        match self {
            Self::Letter(letter) => find(*letter, text.as_bytes()).map(|at| (&text[..at], &text[at + 1..])),
            Self::Text(between) => text.split_once(&**between),
        }
    }
}

/// As it is written.
impl std::fmt::Display for Separator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Letter(letter) => write!(f, "{}", char::from(*letter)),
            Self::Text(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_divides_as_a_text_does() {
        for (between, text) in [(",", "a,b,,c"), (", ", "a, b,c"), ("é", "aébé"), (",", ""), (",", "é,é")] {
            let mut parts = Vec::new();
            Separator::of(between).split(text, |part| parts.push(part));
            assert_eq!(parts, text.split(between).collect::<Vec<_>>(), "{text}");
            assert_eq!(Separator::of(between).split_once(text), text.split_once(between), "{text}");
            assert_eq!(Separator::of(between).to_string(), between);
        }
    }
}
