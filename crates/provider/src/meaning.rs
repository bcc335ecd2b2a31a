//! What a JSON value says, apart from how it is written.
//!
//! Two senders of one fact differ in the order of members, in white space and escapes, in numbers as text. None of that
//! makes another fact. Empty text, `null`, and what holds nothing else say as much as absence does.
//!
//! What is digested is written in one pass into one buffer: each value with its sort before it and its length or its end
//! behind, so that no two values are written alike, and the members of an object moved into the order of their names.

use std::borrow::Cow;

use payhook_domain::identity::Digest;

use crate::reader::{Quoted, Reader, Token};
use crate::scalar::{is_whole, near};

/// What stands before a text, a list, an object and a member's name, and behind the last of a list's or object's.
const TEXT: u8 = b't';
const LIST: u8 = b'l';
const OBJECT: u8 = b'm';
const NAME: u8 = b'n';
const END: u8 = b'e';

/// How deep what is said may be nested. Reading it goes as deep into the stack.
const DEPTH_MAX: usize = 127;

/// The digest of what a body says, or of its bytes where it is no JSON, nested beyond reason (128 deep), or holds half a
/// character or a number that is out of bounds.
pub(crate) fn digest(body: &[u8]) -> Digest {
    let written = || {
        let mut reader = Reader::new(body)?;
        let mut meaning = Meaning::with_room_for(body.len());
        let token = reader.token()?;
        meaning.value(token, &mut reader)?;
        if reader.is_at_end() { meaning.written() } else { None }
    };
    Digest::of([written().as_deref().unwrap_or(body)])
}

/// Whether something was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Something.
    Much,
    /// As much as absence says.
    Nothing,
}

impl Said {
    fn unless(empty: bool) -> Self {
        if empty { Self::Nothing } else { Self::Much }
    }
}

/// A meaning being written.
#[derive(Debug)]
pub(crate) struct Meaning {
    written: Vec<u8>,
    /// The members of every object not yet ended, the innermost's last.
    members: Vec<Member>,
    moved: Vec<u8>,
    /// How many objects and lists are not yet ended.
    depth: usize,
    /// How many members may still come; beyond, what is said has no meaning but its bytes.
    members_left: usize,
    /// Whether something was met that has no meaning.
    is_meaningless: bool,
}

/// Where a member stands in what is written.
#[derive(Clone, Copy, Debug)]
struct Member {
    start: usize,
    name: usize,
    value: usize,
    end: usize,
}

/// An object being written.
#[derive(Debug)]
#[must_use = "an object has an end"]
pub(crate) struct Object {
    start: usize,
    first: usize,
}

impl Meaning {
    /// Nothing yet, with room for what a text of this many bytes may say.
    pub(crate) fn with_room_for(bytes: usize) -> Self {
        let (written, members) = (Vec::with_capacity(bytes + 64), Vec::with_capacity(32));
        Self { written, members, moved: Vec::new(), depth: 0, members_left: usize::MAX, is_meaningless: false }
    }

    /// The same for at most so many members: what is not yet known to be authentic is not put in order at any length.
    pub(crate) fn of_members(bytes: usize, members_max: usize) -> Self {
        Self { members_left: members_max, ..Self::with_room_for(bytes) }
    }

    /// Everything written; nothing when something was met that has no meaning: half a character, a number out of
    /// bounds, what is nested beyond reason.
    pub(crate) fn written(self) -> Option<Vec<u8>> {
        (!self.is_meaningless).then_some(self.written)
    }

    /// Writes a text.
    pub(crate) fn text(&mut self, text: &str) -> Said {
        self.framed(TEXT, text);
        Said::unless(text.is_empty())
    }

    /// Writes the value that begins with `token`, as it is read; nothing when it is no JSON.
    pub(crate) fn value<'r>(&mut self, token: Token<'r>, reader: &mut Reader<'r>) -> Option<Said> {
        Some(match token {
            Token::Null => self.text(""),
            Token::Flag(flag) => self.text(flag),
            Token::Number(number) => self.number(number),
            Token::Text(text) => {
                let text = self.decoded(text);
                self.text(&text)
            }
            Token::Object | Token::List => self.nested(token, reader)?,
        })
    }

    /// Writes an object's members, as they are read; `value` reads and writes that of a name.
    pub(crate) fn object<'r>(
        &mut self,
        reader: &mut Reader<'r>,
        mut value: impl FnMut(&mut Self, &mut Reader<'r>, &str, Token<'r>) -> Option<Said>,
    ) -> Option<Said> {
        let object = self.begin();
        reader.members(|reader, name| {
            let name = self.decoded(name);
            let token = reader.token()?;
            self.member(&name, |meaning| value(meaning, reader, &name, token))
        })?;
        Some(self.end(&object))
    }

    /// Begins an object.
    pub(crate) fn begin(&mut self) -> Object {
        let start = self.written.len();
        self.written.push(OBJECT);
        self.depth += 1;
        Object { start, first: self.members.len() }
    }

    /// Writes a member, unless its value says nothing. One that comes twice counts twice, in the order it came.
    pub(crate) fn member(&mut self, name: &str, value: impl FnOnce(&mut Self) -> Option<Said>) -> Option<()> {
        let start = self.written.len();
        self.is_meaningless |= self.members_left == 0;
        self.members_left = self.members_left.saturating_sub(1);
        self.framed(NAME, name);
        let at = self.written.len();
        match value(self)? {
            Said::Much if self.is_meaningless => {}
            Said::Much => {
                let end = self.written.len();
                self.members.push(Member { start, name: at - name.len(), value: at, end });
            }
            Said::Nothing => self.written.truncate(start),
        }
        Some(())
    }

    /// Ends an object: its members in the order of their names.
    pub(crate) fn end(&mut self, object: &Object) -> Said {
        let Self { written, members, moved, is_meaningless, .. } = self;
        let own = &mut members[object.first..];
        let name = |member: &Member| &written[member.name..member.value];
        if !*is_meaningless && !own.is_sorted_by_key(name) {
            // stable, so that a name that stands twice keeps its order
            own.sort_by(|one, other| name(one).cmp(name(other)));
            moved.clear();
            own.iter().for_each(|member| moved.extend_from_slice(&written[member.start..member.end]));
            written.truncate(object.start + 1);
            written.extend_from_slice(moved);
        }
        written.push(END);
        let said = Said::unless(own.is_empty());
        members.truncate(object.first);
        self.depth -= 1;
        said
    }

    /// Whatever the value is; for a list of texts alone, the one text that they make with commas between them.
    pub(crate) fn joined<'r>(&mut self, token: Token<'r>, reader: &mut Reader<'r>) -> Option<Said> {
        let start = self.written.len();
        let said = self.value(token, reader)?;
        let Some(joined) = self.texts_from(start) else { return Some(said) };
        self.written.truncate(start);
        Some(self.text(&joined))
    }

    /// The texts of the list that was written from `start` on, joined; nothing when it is another value or holds one.
    fn texts_from(&self, start: usize) -> Option<String> {
        let mut rest = self.written[start..].strip_prefix(&[LIST])?;
        let mut joined = String::with_capacity(rest.len());
        while let Some(text) = rest.strip_prefix(&[TEXT]) {
            let (length, text) = length_of(text)?;
            let (text, behind) = text.split_at_checked(length)?;
            if !joined.is_empty() {
                joined.push(',');
            }
            joined.push_str(std::str::from_utf8(text).ok()?);
            rest = behind;
        }
        (rest == [END]).then_some(joined)
    }

    /// What is nested beyond reason is read all the same.
    fn nested<'r>(&mut self, token: Token<'r>, reader: &mut Reader<'r>) -> Option<Said> {
        if self.depth == DEPTH_MAX {
            self.is_meaningless = true;
            return reader.pass_over(token).map(|()| Said::Nothing);
        }
        match token {
            Token::List => self.list(reader),
            _ => self.object(reader, |meaning, reader, _, token| meaning.value(token, reader)),
        }
    }

    fn list<'r>(&mut self, reader: &mut Reader<'r>) -> Option<Said> {
        self.written.push(LIST);
        self.depth += 1;
        let mut is_empty = true;
        while reader.element(is_empty)? {
            let token = reader.token()?;
            self.value(token, reader)?;
            is_empty = false;
        }
        self.depth -= 1;
        self.written.push(END);
        Some(Said::unless(is_empty))
    }

    /// Whole numbers as they are written; others as the number they come near to.
    fn number(&mut self, number: &str) -> Said {
        if is_whole(number) {
            return self.text(number);
        }
        let near = near(number);
        self.is_meaningless |= near.is_none();
        self.text(&near.unwrap_or_default().to_string())
    }

    fn decoded<'r>(&mut self, text: Quoted<'r>) -> Cow<'r, str> {
        let decoded = text.decoded();
        self.is_meaningless |= decoded.is_none();
        decoded.unwrap_or_default()
    }

    /// Writes a sort, a length and a text; nothing once there is nothing to digest.
    fn framed(&mut self, sort: u8, text: &str) {
        if self.is_meaningless {
            return;
        }
        let mut before = sort;
        let mut length = text.len();
        while length > 0x7f {
            self.written.push(before);
            before = length.to_le_bytes()[0] | 0x80;
            length >>= 7;
        }
        self.written.extend_from_slice(&[before, length.to_le_bytes()[0]]);
        self.written.extend_from_slice(text.as_bytes());
    }
}

/// The length written at the head of `bytes`, and what follows it.
fn length_of(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let last = bytes.iter().position(|byte| byte & 0x80 == 0)?;
    let length = bytes[..=last].iter().rev().fold(0, |length, byte| length << 7 | usize::from(byte & 0x7f));
    Some((length, &bytes[last + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_value_is_written_does_not_matter() {
        for (one, other) in [
            (r#"{"a":1,"b":{"c":2,"d":3}}"#, r#"{ "b" : {"d":3,"c":2}, "a":1 }"#),
            (r#"{"a":"x/y"}"#, r#"{"\u0061":"x\/y"}"#),
            (r#"{"a":1,"b":true}"#, r#"{"a":"1","b":"true"}"#),
            (r#"{"a":null,"b":"","c":{},"d":[],"e":{"f":null}}"#, "{}"),
        ] {
            assert_eq!(digest(one.as_bytes()), digest(other.as_bytes()), "{one}");
        }
    }

    #[test]
    fn more_members_than_are_put_in_order_have_no_meaning_but_are_read() {
        let of = |count: usize| {
            let members: Vec<String> = (0..count).rev().map(|n| format!(r#""m{n}":"{n}""#)).collect();
            let text = format!("{{{}}}", members.join(","));
            let mut reader = Reader::new(text.as_bytes()).expect("UTF-8");
            let mut meaning = Meaning::of_members(0, 8);
            let (token, mut read) = (reader.token().expect("an object"), 0);
            assert_eq!(token, Token::Object);
            meaning
                .object(&mut reader, |meaning, reader, _, token| {
                    read += 1;
                    meaning.value(token, reader)
                })
                .expect("JSON");
            (read, reader.is_at_end(), meaning.written().is_some())
        };
        assert_eq!([of(8), of(9), of(500)], [(8, true, true), (9, true, false), (500, true, false)]);
    }

    #[test]
    fn what_it_says_does() {
        let said = [
            "{}",
            r#"{"a":"b"}"#,
            r#"{"a":["b"]}"#,
            r#"{"a":{"b":"b"}}"#,
            r#"{"a":"b","c":"d"}"#,
            r#"{"a":"d","c":"b"}"#,
            r#"{"a":["b","c"]}"#,
            r#"{"a":["c","b"]}"#,
            r#"{"a":["bc"]}"#,
            r#"{"a":[["b"],"c"]}"#,
            r#"{"a":[["b","c"]]}"#,
            r#"{"ab":"b"}"#,
            r#"{"a":1.5}"#,
            r#"{"a":15}"#,
            r#"{"a":[null]}"#,
            r#"["a","b"]"#,
        ];
        for (at, one) in said.iter().enumerate() {
            for other in &said[at + 1..] {
                assert_ne!(digest(one.as_bytes()), digest(other.as_bytes()), "{one} {other}");
            }
        }
    }

    #[test]
    fn what_is_no_json_or_too_deep_counts_by_its_bytes() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for body in [b"\xff".as_slice(), b"{", deep.as_bytes()] {
            assert_eq!(digest(body), Digest::of([body]));
        }
    }
}
