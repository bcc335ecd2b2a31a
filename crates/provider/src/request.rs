//! A request as a provider sees it: borrowed, byte for byte.

use http::header::{AsHeaderName, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};

/// So many headers are gone through faster than one is looked up.
const FEW_HEADERS: usize = 16;

/// One received request. Nothing in it was decoded, trimmed or re-ordered.
#[derive(Clone, Copy, Debug)]
pub struct RawRequest<'r> {
    /// Path and query as received: some providers sign them.
    pub target: &'r str,
    /// The headers; names compare without case.
    pub headers: &'r HeaderMap,
    /// The body's exact bytes.
    pub body: &'r [u8],
}

impl<'r> RawRequest<'r> {
    /// The value of the header `name` when it is there once and visible ASCII; twice is as good as not at all, since
    /// two parties may each read another of them.
    #[must_use]
    pub fn header(&self, name: impl AsHeaderName) -> Option<&'r str> {
        // As many values as names: none stands twice, which is nearly always so and told at once.
        if self.headers.len() == self.headers.keys_len() {
            return visible(self.headers.get(name)?);
        }
        let mut values = self.headers.get_all(name).iter();
        let only = visible(values.next()?)?;
        values.next().is_none().then_some(only)
    }

    /// The same by a name that was made ready. A look-up digests the name letter by letter, which takes longer than holding it against
    /// each of the few headers that a notification has.
    pub(crate) fn header_named(&self, name: &HeaderName) -> Option<&'r str> {
        if self.headers.len() > FEW_HEADERS || self.headers.len() != self.headers.keys_len() {
            return self.header(name);
        }
        let (_, value) = self.headers.iter().find(|(own, _)| *own == name)?;
        visible(value)
    }

    /// The media type of the body in lower case, without parameters; empty when none is given.
    #[must_use]
    pub fn media_type(&self) -> String {
        let value = self.header(CONTENT_TYPE).unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

/// The text of a header when it is visible ASCII. A header holds no control character but the tab, so this is what
/// `HeaderValue::to_str` decides, in words instead of letter by letter.
pub(crate) fn visible(value: &HeaderValue) -> Option<&str> {
    std::str::from_utf8(value.as_bytes()).ok().filter(|text| text.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_visible_as_the_library_has_it_whatever_its_bytes() {
        let texts =
            (0..=u8::MAX).map(|byte| vec![b'a', byte, b'z']).chain(["".into(), "é".into(), "long ".repeat(99).into()]);
        for value in texts.filter_map(|bytes: Vec<u8>| HeaderValue::from_bytes(&bytes).ok()) {
            assert_eq!(visible(&value), value.to_str().ok(), "{value:?}");
        }
    }

    #[test]
    fn a_header_stands_there_once_whatever_others_do() {
        let mut headers = HeaderMap::new();
        headers.insert("x-one", HeaderValue::from_static("1"));
        let one = |headers: &HeaderMap| {
            let request = RawRequest { target: "/", headers, body: b"" };
            let found = request.header("X-One");
            assert_eq!(request.header_named(&HeaderName::from_static("x-one")), found);
            found.map(str::to_owned)
        };
        assert_eq!(one(&headers).as_deref(), Some("1"));
        headers.append("x-two", HeaderValue::from_static("2"));
        headers.append("x-two", HeaderValue::from_static("2"));
        assert_eq!(one(&headers).as_deref(), Some("1"));
        (0..FEW_HEADERS).for_each(|n| {
            headers.insert(HeaderName::try_from(format!("x-{n}")).expect("a name"), HeaderValue::from_static("n"));
        });
        assert_eq!(one(&headers).as_deref(), Some("1"), "also among many");
        headers.append("x-one", HeaderValue::from_static("1"));
        assert_eq!(one(&headers), None);
    }
}
