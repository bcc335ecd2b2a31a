//! What is signed: `{timestamp}.{body}`.

use std::borrow::Cow;

use arrayvec::ArrayVec;

use super::place::{Place, Seen};

/// A message of so many bytes is put together before its digest is made: that of several pieces costs more than the copy.
const SHORT_MAX: usize = 1024;

/// Room for a short message, beside the stack's other things.
pub(super) type Room = ArrayVec<u8, SHORT_MAX>;

/// A text with places in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(Box<str>),
    Body,
    Timestamp,
    Id,
    Url,
    Path,
    Method,
    Secret,
    /// What stands there; with a separator, what stands behind it.
    At(Place, Option<Box<str>>),
    /// Left out when something inside is not there.
    Optional(Vec<Piece>),
}

/// One side of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Begin,
    End,
}

/// What the template is filled with.
pub(super) struct Filling<'f, 'r> {
    pub(super) seen: &'f Seen<'r>,
    pub(super) timestamp: Option<&'f str>,
    pub(super) id: Option<&'f str>,
    pub(super) secret: &'f [u8],
}

/// What is signed but not there, as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Missing(pub(super) String);

impl Template {
    /// Reads a template.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let pieces = pieces(&mut rest, false)?;
        if pieces.is_empty() { Err("`signed` is empty".to_owned()) } else { Ok(Self(pieces)) }
    }

    /// Hands on every byte of what is signed, in order.
    pub(super) fn feed<'r>(&'r self, filling: &Filling<'_, 'r>, mut sink: impl FnMut(&[u8])) -> Result<(), Missing> {
        feed(&self.0, filling, &mut sink)
    }

    /// What is signed, in one piece, where it is short: the body itself, or put together in `room`. Nothing where it is
    /// longer.
    pub(super) fn short<'m, 'r: 'm>(
        &'r self,
        filling: &Filling<'_, 'r>,
        room: &'m mut Room,
    ) -> Result<Option<&'m [u8]>, Missing> {
        let body = filling.seen.request.body;
        if self.is_the_body() {
            return Ok(Some(body));
        }
        if body.len() > SHORT_MAX {
            return Ok(None);
        }
        let mut fits = true;
        self.feed(filling, |bytes| fits &= room.try_extend_from_slice(bytes).is_ok())?;
        Ok(fits.then_some(room))
    }

    /// What is signed, in one piece.
    pub(super) fn whole<'r>(&'r self, filling: &Filling<'_, 'r>) -> Result<Cow<'r, [u8]>, Missing> {
        if self.is_the_body() {
            return Ok(Cow::Borrowed(filling.seen.request.body));
        }
        let mut whole = Vec::with_capacity(filling.seen.request.body.len() + 128);
        self.feed(filling, |bytes| whole.extend_from_slice(bytes))?;
        Ok(Cow::Owned(whole))
    }

    /// Whether it is the body and nothing else.
    fn is_the_body(&self) -> bool {
        self.0 == [Piece::Body]
    }

    /// Whether the whole body is signed, whatever else the request holds. One in brackets is left out when whoever sends leaves
    /// out what stands beside it.
    pub(super) fn covers_body(&self) -> bool {
        self.0.contains(&Piece::Body)
    }

    pub(super) fn has_timestamp(&self) -> bool {
        self.has(&|piece| *piece == Piece::Timestamp)
    }

    pub(super) fn has_id(&self) -> bool {
        self.has(&|piece| *piece == Piece::Id)
    }

    pub(super) fn has_secret(&self) -> bool {
        self.has(&|piece| *piece == Piece::Secret)
    }

    /// Whether something is signed behind the secret: who has such a SHA-256 can make that of a longer text, of which he chooses
    /// the end.
    pub(super) fn can_be_extended(&self) -> bool {
        self.has_secret() && self.0.last() != Some(&Piece::Secret)
    }

    pub(super) fn has_url(&self) -> bool {
        self.has(&|piece| *piece == Piece::Url)
    }

    /// The names of the source's own values that are signed.
    pub(super) fn parameters(&self) -> Vec<&str> {
        fn collect<'t>(pieces: &'t [Piece], into: &mut Vec<&'t str>) {
            for piece in pieces {
                match piece {
                    Piece::At(Place::Config(name), _) => into.push(name),
                    Piece::Optional(inside) => collect(inside, into),
                    _ => {}
                }
            }
        }
        let mut names = Vec::new();
        collect(&self.0, &mut names);
        names
    }

    /// Whether something is signed beside the body that whoever sends writes as it likes: a header, a field of the query, or an
    /// id with nothing behind it.
    pub(super) fn has_free_text(&self) -> bool {
        self.has(&|piece| matches!(piece, Piece::At(Place::Header(_) | Place::Query(_), _)))
            || (self.has_id() && self.behind_id().is_none())
    }

    /// The text right behind the id.
    pub(super) fn behind_id(&self) -> Option<&str> {
        self.0.windows(2).find_map(|two| match two {
            [Piece::Id, Piece::Literal(text)] => Some(&**text),
            _ => None,
        })
    }

    /// The side of the body at which the time stands, with nothing between.
    pub(super) fn time_meets_body(&self) -> Option<Side> {
        self.0.windows(2).find_map(|two| match two {
            [Piece::Timestamp, Piece::Body] => Some(Side::Begin),
            [Piece::Body, Piece::Timestamp] => Some(Side::End),
            _ => None,
        })
    }

    fn has(&self, is: &dyn Fn(&Piece) -> bool) -> bool {
        fn any(pieces: &[Piece], is: &dyn Fn(&Piece) -> bool) -> bool {
            pieces.iter().any(|piece| is(piece) || matches!(piece, Piece::Optional(inside) if any(inside, is)))
        }
        any(&self.0, is)
    }
}

fn pieces(rest: &mut &str, inside: bool) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(['{', '[', ']']).unwrap_or(rest.len());
        if end > 0 {
            pieces.push(Piece::Literal(rest[..end].into()));
            *rest = &rest[end..];
            continue;
        }
        match rest.as_bytes()[0] {
            b'{' => {
                let (name, behind) = rest[1..].split_once('}').ok_or("a `{` of `signed` is never closed")?;
                *rest = behind;
                pieces.push(placeholder(name)?);
            }
            b'[' if inside => return Err("a `[` of `signed` stands inside another".to_owned()),
            b'[' => {
                *rest = &rest[1..];
                let optional = self::pieces(rest, true)?;
                *rest = rest.strip_prefix(']').ok_or("a `[` of `signed` is never closed")?;
                pieces.push(Piece::Optional(optional));
            }
            _ if inside => break,
            _ => return Err("a `]` of `signed` closes nothing".to_owned()),
        }
    }
    Ok(pieces)
}

fn placeholder(name: &str) -> Result<Piece, String> {
    Ok(match name {
        "body" => Piece::Body,
        "timestamp" => Piece::Timestamp,
        "id" => Piece::Id,
        "url" => Piece::Url,
        "path" => Piece::Path,
        "method" => Piece::Method,
        "secret" => Piece::Secret,
        _ => {
            let (place, after) = match name.split_once("|after:") {
                Some((place, after)) if !after.is_empty() => (place, Some(after.into())),
                _ => (name, None),
            };
            Piece::At(Place::read(place).map_err(|what| format!("in `signed`, {{{name}}}: {what}"))?, after)
        }
    })
}

fn feed<'r>(pieces: &'r [Piece], filling: &Filling<'_, 'r>, sink: &mut impl FnMut(&[u8])) -> Result<(), Missing> {
    for piece in pieces {
        match piece {
            Piece::Literal(text) => sink(text.as_bytes()),
            Piece::Body => sink(filling.seen.request.body),
            Piece::Timestamp => sink(wanted(filling.timestamp, "the timestamp")?.as_bytes()),
            Piece::Id => sink(wanted(filling.id, "the id")?.as_bytes()),
            Piece::Url => sink(wanted(filling.seen.policy.url.as_deref(), "the source's `url`")?.as_bytes()),
            Piece::Path => sink(path(filling.seen.request.target).as_bytes()),
            Piece::Method => sink(b"POST"),
            Piece::Secret => sink(filling.secret),
            Piece::At(place, after) => sink(at(place, after.as_deref(), filling)?.as_bytes()),
            Piece::Optional(inside) => {
                if is_there(inside, filling) {
                    feed(inside, filling, sink)?;
                }
            }
        }
    }
    Ok(())
}

fn is_there<'r>(pieces: &'r [Piece], filling: &Filling<'_, 'r>) -> bool {
    feed(pieces, filling, &mut |_| {}).is_ok()
}

fn at<'r>(place: &'r Place, after: Option<&str>, filling: &Filling<'_, 'r>) -> Result<Cow<'r, str>, Missing> {
    let missing = || Missing(place.to_string());
    let found = place.find(filling.seen).ok_or_else(missing)?;
    let Some(after) = after else { return Ok(found) };
    match found {
        Cow::Borrowed(text) => text.split_once(after).map(|(_, behind)| Cow::Borrowed(behind)),
        Cow::Owned(text) => text.split_once(after).map(|(_, behind)| Cow::Owned(behind.to_owned())),
    }
    .ok_or_else(missing)
}

fn wanted<'f>(value: Option<&'f str>, name: &str) -> Result<&'f str, Missing> {
    value.ok_or_else(|| Missing(name.to_owned()))
}

fn path(target: &str) -> &str {
    target.split_once('?').map_or(target, |(path, _)| path)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::{Policy, RawRequest};

    fn filled(template: &str, with_header: bool) -> Result<String, Missing> {
        let mut headers = HeaderMap::new();
        if with_header {
            headers.insert("x-id", HeaderValue::from_static("a/b/c"));
        }
        let policy = Policy { url: Some("https://shop.example/in/x".to_owned()), ..Policy::default() };
        let request = RawRequest { target: "/in/x?q=1&d.id=2", headers: &headers, body: b"B" };
        let seen = Seen { request, policy: &policy };
        let filling = Filling { seen: &seen, timestamp: Some("7"), id: None, secret: b"S" };
        let template = Template::read(template).expect("a template");
        let whole = template.whole(&filling)?;
        Ok(String::from_utf8(whole.into_owned()).expect("text"))
    }

    #[test]
    fn every_place_is_filled_in_its_order() {
        for (template, expected) in [
            ("{body}", "B"),
            ("v1.{timestamp}.{body}", "v1.7.B"),
            ("{method} {path} {url}", "POST /in/x https://shop.example/in/x"),
            ("{body}.{secret}", "B.S"),
            ("{query:q}|{query:d.id}|{header:x-id}|{header:x-id|after:/}|{literal:z}", "1|2|a/b/c|b/c|z"),
            ("[id:{header:x-id};][no:{header:x-no};]ts:{timestamp};", "id:a/b/c;ts:7;"),
        ] {
            assert_eq!(filled(template, true).as_deref(), Ok(expected), "{template}");
        }
        assert_eq!(filled("[id:{header:x-id};]ts", false).as_deref(), Ok("ts"));
    }

    #[test]
    fn what_is_signed_but_not_there_is_named() {
        assert_eq!(filled("{id}.{body}", true), Err(Missing("the id".to_owned())));
        assert_eq!(filled("{header:x-id}{body}", false), Err(Missing("header:x-id".to_owned())));
        assert_eq!(filled("{header:x-id|after:#}", true), Err(Missing("header:x-id".to_owned())));
        assert_eq!(filled("{config:x_login}", true), Err(Missing("config:x_login".to_owned())));
    }

    #[test]
    fn a_template_with_a_slip_is_refused() {
        for (slip, expected) in [
            ("", "empty"),
            ("{body", "never closed"),
            ("[{body}", "never closed"),
            ("{body}]", "closes nothing"),
            ("[[{body}]]", "inside another"),
            ("{nobody}", "no place"),
            ("{header:a b}", "header"),
            ("{json:id}", "slash"),
        ] {
            let what = Template::read(slip).expect_err(slip);
            assert!(what.contains(expected), "{slip}: {what}");
        }
    }

    #[test]
    fn what_a_template_signs_is_known_before_any_request() {
        let template = Template::read("[{config:x_login}]{timestamp}{form:bt_payload}").expect("a template");
        assert!(template.has_timestamp() && !template.has_id() && !template.has_secret() && !template.has_url());
        assert_eq!(template.parameters(), ["x_login"]);
    }

    #[test]
    fn a_body_is_covered_when_all_of_it_is_always_signed() {
        for (template, covers) in [
            ("{timestamp}.{body}", true),
            ("[{header:x-id}.]{body}", true),
            ("{form:order}|{form:amount}", false),
            ("{timestamp}[.{header:x-id}.{body}]", false),
        ] {
            assert_eq!(Template::read(template).expect("a template").covers_body(), covers, "{template}");
        }
    }

    #[test]
    fn what_stands_beside_id_and_time_is_known_before_any_request() {
        for (template, behind_id, meets) in [
            ("{id}.{timestamp}.{body}", Some("."), None),
            ("{config:x_login}{timestamp}{body}", None, Some(Side::Begin)),
            ("{body}{timestamp}", None, Some(Side::End)),
            ("{body}|{timestamp}|{id}", None, None),
        ] {
            let read = Template::read(template).expect("a template");
            assert_eq!((read.behind_id(), read.time_meets_body()), (behind_id, meets), "{template}");
        }
    }
}
