//! Reads JSON once, from its beginning to its end, borrowing what it meets.
//!
//! Whoever reads takes one token after the other, keeps what it wants and passes over the rest, however deep that is
//! nested. Every byte is checked all the same: what is no JSON comes to `None` before its end, and serde_json agrees on
//! every text. It is read by hand because one pass has to find where an item stands, judge it by itself and write down
//! what it says; through serde_json that took three, and twice the time.
//!
//! A string is decoded only when it is asked for, so that one that was cut within a character spoils nothing else.
//! Tokens are three words and go from function to function all the time: inlined they stay in registers, which makes
//! reading a fifth faster.

use std::borrow::Cow;

/// A JSON text and how far it was read.
#[derive(Debug)]
pub(crate) struct Reader<'r> {
    text: &'r str,
    at: usize,
}

/// What a value is, or begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'r> {
    /// `null`.
    Null,
    /// `true` or `false`, as written.
    Flag(&'r str),
    /// A number, as written.
    Number(&'r str),
    /// A string.
    Text(Quoted<'r>),
    /// The beginning of an object; its members follow.
    Object,
    /// The beginning of a list; its elements follow.
    List,
}

/// A string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quoted<'r> {
    /// Without escapes: what stands between the quotes.
    Plain(&'r str),
    /// With escapes: as written, quotes and all.
    Escaped(&'r str),
}

impl<'r> Quoted<'r> {
    /// The text it stands for; nothing when an escape stands for half a character.
    #[inline(always)]
    pub(crate) fn decoded(self) -> Option<Cow<'r, str>> {
        match self {
            Self::Plain(text) => Some(Cow::Borrowed(text)),
            Self::Escaped(text) => serde_json::from_str(text).ok().map(Cow::Owned),
        }
    }
}

impl<'r> Reader<'r> {
    /// A reader of a body that is UTF-8 throughout, as JSON has to be.
    pub(crate) fn new(body: &'r [u8]) -> Option<Self> {
        std::str::from_utf8(body).ok().map(|text| Self { text, at: 0 })
    }

    /// Where the next token begins.
    pub(crate) fn position(&mut self) -> usize {
        self.peek();
        self.at
    }

    /// The text from `start` to what was read last.
    pub(crate) fn since(&self, start: usize) -> &'r str {
        &self.text[start..self.at]
    }

    /// Begins a value.
    #[inline(always)]
    pub(crate) fn token(&mut self) -> Option<Token<'r>> {
        Some(match self.peek()? {
            b'"' => Token::Text(self.quoted()?),
            b'{' => self.step(Token::Object),
            b'[' => self.step(Token::List),
            b't' => Token::Flag(self.word("true")?),
            b'f' => Token::Flag(self.word("false")?),
            b'n' => self.word("null").map(|_| Token::Null)?,
            _ => Token::Number(self.number()?),
        })
    }

    /// Goes on in an object: the name of the next member, whose value follows; nothing inside when the object ends.
    #[inline(always)]
    pub(crate) fn name(&mut self, is_first: bool) -> Option<Option<Quoted<'r>>> {
        match self.peek()? {
            b'}' => return self.step(Some(None)),
            b',' if !is_first => self.at += 1,
            _ if is_first => {}
            _ => return None,
        }
        let name = (self.peek()? == b'"').then(|| self.quoted())??;
        (self.peek()? == b':').then(|| self.step(Some(name)))
    }

    /// Goes on in a list: whether another element follows.
    pub(crate) fn element(&mut self, is_first: bool) -> Option<bool> {
        match self.peek()? {
            b']' => self.step(Some(false)),
            b',' if !is_first => self.step(Some(true)),
            _ => is_first.then_some(true),
        }
    }

    /// Reads an object's members; `member` reads the value of each name.
    #[inline(always)]
    pub(crate) fn members(&mut self, mut member: impl FnMut(&mut Self, Quoted<'r>) -> Option<()>) -> Option<()> {
        let mut is_first = true;
        while let Some(name) = self.name(is_first)? {
            member(self, name)?;
            is_first = false;
        }
        Some(())
    }

    /// Passes over the rest of the value that begins with `token`. Nesting costs a byte a level, not the stack.
    pub(crate) fn pass_over(&mut self, mut token: Token<'r>) -> Option<()> {
        let mut open = Vec::new();
        loop {
            let mut is_first = matches!(token, Token::Object | Token::List);
            if is_first {
                open.push(token == Token::Object);
            }
            loop {
                let Some(is_object) = open.last() else { return Some(()) };
                let goes_on = if *is_object { self.name(is_first)?.is_some() } else { self.element(is_first)? };
                if goes_on {
                    break;
                }
                open.pop();
                is_first = false;
            }
            token = self.token()?;
        }
    }

    /// Whether nothing but white space is left.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    fn step<T>(&mut self, read: T) -> T {
        self.at += 1;
        read
    }

    fn word(&mut self, word: &'static str) -> Option<&'r str> {
        self.rest().starts_with(word.as_bytes()).then(|| self.at += word.len())?;
        Some(word)
    }

    /// A string, from quote to quote.
    #[inline(always)]
    fn quoted(&mut self) -> Option<Quoted<'r>> {
        self.at += 1;
        let start = self.at;
        let mut has_escapes = false;
        loop {
            self.at += plain(self.rest());
            match self.rest().first()? {
                b'"' => break,
                b'\\' => self.escape()?,
                _ => return None,
            }
            has_escapes = true;
        }
        let text = self.since(start);
        self.at += 1;
        Some(if has_escapes { Quoted::Escaped(self.since(start - 1)) } else { Quoted::Plain(text) })
    }

    fn escape(&mut self) -> Option<()> {
        let length = match self.rest().get(1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
            b'u' if self.rest().get(2..6)?.iter().all(u8::is_ascii_hexdigit) => 6,
            _ => return None,
        };
        self.at += length;
        Some(())
    }

    fn number(&mut self) -> Option<&'r str> {
        let start = self.at;
        self.one_of(b"-");
        if !self.one_of(b"0") {
            self.digits()?;
        }
        if self.one_of(b".") {
            self.digits()?;
        }
        if self.one_of(b"eE") {
            self.one_of(b"+-");
            self.digits()?;
        }
        Some(self.since(start))
    }

    fn one_of(&mut self, bytes: &[u8]) -> bool {
        let there = self.rest().first().is_some_and(|byte| bytes.contains(byte));
        self.at += usize::from(there);
        there
    }

    fn digits(&mut self) -> Option<()> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(())
    }

    fn rest(&self) -> &'r [u8] {
        &self.text.as_bytes()[self.at..]
    }
}

/// How many bytes stand before the first quote, backslash or control character. Most of a body is read here, so eight
/// bytes are looked at at once: a byte of `ends` has its highest bit where one of the three may stand, and the lowest
/// of them is never wrong.
fn plain(bytes: &[u8]) -> usize {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHEST: u64 = EACH << 7;
    let (eights, rest) = bytes.as_chunks::<8>();
    for (count, eight) in eights.iter().enumerate() {
        let eight = u64::from_le_bytes(*eight);
        let below = |limit: u64, bytes: u64| bytes.wrapping_sub(EACH * limit) & !bytes;
        let is = |byte: u8| below(1, eight ^ (EACH * u64::from(byte)));
        let ends = (is(b'"') | is(b'\\') | below(0x20, eight)) & HIGHEST;
        if ends != 0 {
            return count * 8 + ends.trailing_zeros() as usize / 8;
        }
    }
    let is_end = |byte: &u8| matches!(byte, b'"' | b'\\' | ..0x20);
    eights.len() * 8 + rest.iter().position(is_end).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    fn passes(json: &[u8]) -> bool {
        let passed = || {
            let mut reader = Reader::new(json)?;
            let token = reader.token()?;
            reader.pass_over(token)?;
            reader.is_at_end().then_some(())
        };
        passed().is_some()
    }

    fn agrees(json: &[u8]) -> bool {
        passes(json) == serde_json::from_slice::<&RawValue>(json).is_ok()
    }

    fn text(json: &str) -> Option<String> {
        match Reader::new(json.as_bytes())?.token()? {
            Token::Text(text) => text.decoded().map(Cow::into_owned),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_json_passes() {
        for json in [
            r#"{"a":[1,-0,0.5,1e3,1E+3,2e-7,1e999],"":{},"b":[[],[{}]],"c":[true,false,null]}"#,
            " \t\r\n[ 1 , \"\" ] \n",
            r#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00""#,
            r#"["\ud83d",{"\ud83d":1}]"#,
            "\"\u{7f}é😀\"",
            "0",
        ] {
            assert!(passes(json.as_bytes()) && agrees(json.as_bytes()), "{json}");
        }
    }

    #[test]
    fn what_is_no_json_does_not_pass() {
        let broken =
            r#"|{|[|}|]|{,}|{"a"}|{"a":}|{"a":1,}|{"a":1,,"b":1}|{a:1}|{1:1}|[1,]|[,1]|[1 2]|[1]]|{"a":1}}|{"a":1]"#;
        let numbers = "|01|-|+1|1.|.5|1e|1e+|1 1|NaN|//1|tru|truex|nul";
        let strings = r#"|"|"a|"\|"\x"|"\u12g4"|"\u12"|'a'"#;
        let controls = "|\"\t\"|\"\0\"|\u{b}1|\u{feff}1";
        for json in [broken, numbers, strings, controls].concat().split('|') {
            assert!(!passes(json.as_bytes()) && agrees(json.as_bytes()), "{json}");
        }
        assert!(!passes(b"\"\xff\""));
    }

    #[test]
    fn nesting_costs_no_stack() {
        let deep = |close: &str| format!("{}1{}", "[{\"a\":".repeat(200_000), close.repeat(200_000));
        assert!(passes(deep("}]").as_bytes()));
        assert!(!passes(deep("]}").as_bytes()));
    }

    #[test]
    fn half_a_character_is_no_text_and_two_halves_are_one() {
        assert_eq!(text(r#""\ud83d\ude00""#).as_deref(), Some("😀"));
        for half in [r#""\ud83d""#, r#""\ude00""#, r#""\ud83d\ud83d""#] {
            assert_eq!(text(half), None, "{half}");
        }
    }

    /// What JSON is made of, and what comes near to it.
    const PARTS: &[&str] = &[
        "{", "}", "[", "]", "{}", "[]", "\"a\":", "\"a\"", ":", ",", "1", "0", "-", ".5", "e", "+", "true", "null",
        " ", "\n", "\u{c}", "\"", "\\", "\\u00", "\\ud83d", "\\/", "x", "é",
    ];

    const WHOLE: &str = r#"{"a":[1,{"b":"c\n"}],"d":-0.5e1, "e":null}"#;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn serde_json_agrees_on_every_text(
            parts in prop::collection::vec(prop::sample::select(PARTS), 0..12),
            at in 0..WHOLE.len(),
            cut in 0..4_usize,
        ) {
            let (before, behind) = WHOLE.split_at(at);
            let part = parts.first().copied().unwrap_or_default();
            let changed = [before, part, behind.get(cut..).unwrap_or_default()].concat();
            for json in [parts.concat(), changed] {
                prop_assert!(agrees(json.as_bytes()), "{}", json);
            }
        }

        #[test]
        fn a_string_reads_as_it_was_written(any in any::<String>(), escaped in "[a-z\\\\\"\u{1}-\u{1f}é]{0,40}") {
            for written in [any, escaped] {
                let json = serde_json::to_string(&written).expect("a string is always JSON");
                prop_assert_eq!(text(&json), Some(written));
            }
        }

        #[test]
        fn eight_bytes_at_once_are_no_other_bytes(bytes in prop::collection::vec(any::<u8>(), 0..40), at in 0..40_usize) {
            let mut bytes: Vec<u8> = bytes.into_iter().map(|byte| byte | 0x40).collect();
            for end in [b'"', b'\\', 0, 0x1f, 0x20, 0x21, 0x23, 0x80, 0x9f, 0xff] {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = end;
                }
                let one_by_one = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20));
                prop_assert_eq!(plain(&bytes), one_by_one.unwrap_or(bytes.len()));
            }
        }
    }
}
