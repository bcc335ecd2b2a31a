//! A value taken out of the text in which it stands: `v1` of `t=1700000000,v1=5257a8…`.

use std::borrow::Cow;

use super::place::{Place, Seen};
use super::separator::Separator;
use crate::request::visible;

/// Most values of one part that are looked at: each is held against every key.
pub(super) const VALUES_MAX: usize = 8;

/// Where a value stands, and how it is taken out.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Each of these may hold it.
    pub(super) places: Vec<Place>,
    /// Whether a header may stand there more than once.
    pub(super) several: bool,
    pub(super) prefix: Option<Prefix>,
    pub(super) format: Format,
}

#[derive(Clone, Debug)]
pub(super) struct Prefix {
    pub(super) text: String,
    pub(super) optional: bool,
}

/// How a text is taken apart.
#[derive(Clone, Debug)]
pub(super) enum Format {
    /// It is the value.
    Raw,
    /// `t=1,v1=ab,v1=cd`: items, each a name and a value; the wanted names.
    Pairs { item_sep: Separator, kv_sep: Separator, wanted: Vec<String> },
    /// `1700000000.ab`: fields in an order; the position of the wanted one, and whether all from there on are it. With an
    /// item separator several such stand beside each other.
    Fields { item_sep: Option<Separator>, sep: Separator, names: Vec<String>, position: usize, and_rest: bool },
}

impl Part {
    /// Hands on every value, up to [`VALUES_MAX`]. Returns how many there were.
    pub(super) fn each<'r>(&'r self, seen: &Seen<'r>, take: impl FnMut(&str)) -> usize {
        let mut taken = Taken { count: 0, take };
        self.places.iter().for_each(|place| self.take_at(place, seen, &mut |value| taken.add(value)));
        taken.count
    }

    /// The same, of one of its places alone.
    pub(super) fn each_at<'r>(&self, place: &'r Place, seen: &Seen<'r>, take: impl FnMut(&str)) -> usize {
        let mut taken = Taken { count: 0, take };
        self.take_at(place, seen, &mut |value| taken.add(value));
        taken.count
    }

    fn take_at<'r>(&self, place: &'r Place, seen: &Seen<'r>, take: &mut impl FnMut(&str)) {
        match place {
            Place::Header(name) if self.several => {
                let values = seen.request.headers.get_all(name).iter();
                values.filter_map(visible).for_each(|text| self.take_apart(text, &mut *take));
            }
            _ => {
                if let Some(text) = place.find(seen) {
                    self.take_apart(&text, take);
                }
            }
        }
    }

    /// The same, out of a text that was found already.
    pub(super) fn each_in(&self, text: &str, take: impl FnMut(&str)) -> usize {
        let mut taken = Taken { count: 0, take };
        self.take_apart(text, &mut |value| taken.add(value));
        taken.count
    }

    /// The one value; nothing when there is none. Of several the first counts.
    pub(super) fn one<'r>(&'r self, seen: &Seen<'r>) -> Option<Cow<'r, str>> {
        let text = self.places.iter().find_map(|place| place.find(seen))?;
        match text {
            Cow::Borrowed(text) => self.one_in(text).map(Cow::Borrowed),
            Cow::Owned(text) => self.one_in(&text).map(|value| Cow::Owned(value.to_owned())),
        }
    }

    /// The same, out of a text that was found already.
    pub(super) fn one_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mut found = None;
        self.take_apart(text, &mut |value| {
            found.get_or_insert(value);
        });
        found
    }

    fn take_apart<'t>(&self, text: &'t str, take: &mut impl FnMut(&'t str)) {
        let Some(text) = self.behind_prefix(text) else { return };
        match &self.format {
            Format::Raw => take(text),
            Format::Pairs { item_sep, kv_sep, wanted } => item_sep.split(text, |item| match kv_sep.split_once(item) {
                Some((name, value)) if wanted.iter().any(|wanted| wanted == name.trim_ascii()) => take(value),
                _ => {}
            }),
            Format::Fields { item_sep: None, sep, position, and_rest, .. } => {
                take_fields(text, sep, (*position, *and_rest), take);
            }
            Format::Fields { item_sep: Some(item_sep), sep, position, and_rest, .. } => {
                item_sep.split(text, |item| take_fields(item.trim_ascii(), sep, (*position, *and_rest), take));
            }
        }
    }

    fn behind_prefix<'t>(&self, text: &'t str) -> Option<&'t str> {
        let Some(prefix) = &self.prefix else { return Some(text) };
        text.strip_prefix(prefix.text.as_str()).or(prefix.optional.then_some(text))
    }

    /// Where it stands, for people.
    pub(super) fn said(&self) -> String {
        self.places.iter().map(Place::to_string).collect::<Vec<_>>().join(" or ")
    }

    /// The header it stands in, where it stands in one.
    pub(super) fn header(&self) -> Option<&http::HeaderName> {
        self.places.iter().find_map(|place| match place {
            Place::Header(name) => Some(name),
            _ => None,
        })
    }
}

/// The first [`VALUES_MAX`] values, as they are handed on.
struct Taken<T> {
    count: usize,
    take: T,
}

impl<T: FnMut(&str)> Taken<T> {
    fn add(&mut self, value: &str) {
        if self.count < VALUES_MAX {
            (self.take)(value);
            self.count += 1;
        }
    }
}

/// The field at a position; with the rest, every one from there on.
fn take_fields<'t>(
    text: &'t str,
    sep: &Separator,
    (position, and_rest): (usize, bool),
    take: &mut impl FnMut(&'t str),
) {
    let mut at = 0;
    sep.split(text, |field| {
        if at == position || (and_rest && at > position) {
            take(field);
        }
        at += 1;
    });
}
