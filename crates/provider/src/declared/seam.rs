//! Where the parts of what is signed meet.
//!
//! A signature stands for one text. Where in it the id or the time ends and the body begins, headers say that are signed
//! only as a part of it: whoever has one genuine request may move the cut, hand in the end of one part as the beginning
//! of the next, and the signature fits as before. So each part has to be what only it can be.

use super::scheme::Unit;
use super::separator::Separator;
use super::template::{Side, Template};
use super::verify::Shown;
use crate::reader::{Reader, Token};

/// Bytes of the longest time: RFC 2822 writes one in 31, and names of zones are longer than `+0000`.
const TIME_LEN_MAX: usize = 64;

/// What must hold at the seams of one template.
#[derive(Debug)]
pub(super) struct Seams {
    /// What stands behind the id, and so not in it. Standard Webhooks forbids the dot in ids.
    behind_id: Option<Separator>,
    /// Whether the time is signed as it stands.
    pub(super) signs_time: bool,
    /// Where the time meets the body with nothing between.
    meets: Option<Side>,
    /// Whether text of the request is signed of which nothing says where it ends.
    has_free_text: bool,
    /// Whether what is signed could have been made longer by whoever sends.
    can_be_extended: bool,
}

impl Seams {
    pub(super) fn of(template: &Template) -> Self {
        Self {
            behind_id: template.behind_id().map(Separator::of),
            signs_time: template.has_timestamp(),
            meets: template.time_meets_body(),
            has_free_text: template.has_free_text(),
            can_be_extended: template.can_be_extended(),
        }
    }

    /// Whether the body is all that was signed as the body, and nothing else. Beside free text it has to be one whole JSON
    /// object or list, which neither an end nor a beginning of such a one is, nor one with more behind it. What extends a
    /// SHA-256 begins with a byte that stands behind no text in UTF-8.
    pub(super) fn tell_body(&self, body: &[u8]) -> bool {
        let is_whole = !self.has_free_text || is_whole(body).is_some();
        is_whole && (!self.can_be_extended || std::str::from_utf8(body).is_ok())
    }

    /// What is wrong at a seam, where something is. A time whose unit can be read is held against it elsewhere.
    pub(super) fn fault(&self, shown: &Shown<'_>, unit: Option<Unit>, body: &[u8]) -> Option<String> {
        if let Some((between, id)) = self.behind_id.as_ref().zip(shown.id.as_deref())
            && between.is_in(id)
        {
            return Some(format!("its id holds `{between}`, which ends the id in what is signed"));
        }
        let time = shown.timestamp.as_deref().filter(|_| self.signs_time)?.as_bytes();
        if unit == Some(Unit::Text) && !could_be_a_time(time) {
            return Some("its time is written as no time is".to_owned());
        }
        let ends = self.meets.is_none_or(|side| ends_where_it_says(time, body, side));
        (!ends).then(|| "where its time ends and the body begins cannot be told".to_owned())
    }
}

fn is_whole(body: &[u8]) -> Option<()> {
    let mut reader = Reader::new(body)?;
    let token = reader.token().filter(|token| matches!(token, Token::Object | Token::List))?;
    reader.pass_over(token)?;
    reader.is_at_end().then_some(())
}

/// Whether it is written with what times are written with: `1790000000`, `2023-05-15 13:02:57.878`,
/// `Mon, 28 Sep 2026 14:13:20 GMT`. Quotes, braces, `=` and `&` belong to bodies.
fn could_be_a_time(time: &[u8]) -> bool {
    (1..=TIME_LEN_MAX).contains(&time.len()) && time.iter().all(|byte| byte.is_ascii_alphabetic() || is_in_time(*byte))
}

/// What stands in a time that has no names of days, months or zones: the letters are those of ISO 8601.
fn is_in_time(byte: u8) -> bool {
    byte.is_ascii_digit() || b"TZ:-+., /".contains(&byte)
}

/// What such a time begins and ends with.
fn is_end_of_time(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'Z'
}

/// Whether a time that touches the body could not as well be longer by the next bytes of the body, nor shorter: then the
/// rest of it would stand in the body, and could be the time's.
fn ends_where_it_says(time: &[u8], body: &[u8], side: Side) -> bool {
    let is_whole = time.iter().all(|byte| is_in_time(*byte))
        && [time.first(), time.last()].into_iter().flatten().all(|byte| is_end_of_time(*byte));
    let goes_on = match side {
        Side::Begin => body.iter().take_while(|byte| is_in_time(**byte)).any(|byte| is_end_of_time(*byte)),
        Side::End => body.iter().rev().take_while(|byte| is_in_time(**byte)).any(|byte| is_end_of_time(*byte)),
    };
    is_whole && !goes_on
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_times_are() {
        for time in [
            "1790000000",
            "1790000000.123",
            "2018-07-12T13:46:28.629Z",
            "2023-05-15 13:02:57.878",
            "20210114T120000+0100",
            "Mon, 28 Sep 2026 14:13:20 GMT",
            "05/15/2023 01:02:57 PM",
        ] {
            assert!(could_be_a_time(time.as_bytes()), "{time}");
        }
        for none in ["", "1790000000{", "1790000000a=", "17&", "\"17\"", "é", "1790000000|1", "17;", &"1".repeat(65)] {
            assert!(!could_be_a_time(none.as_bytes()), "{none}");
        }
    }

    #[test]
    fn a_time_that_touches_the_body_ends_at_one_place_alone() {
        for (time, body, side, expected) in [
            ("1790000000", "{\"id\":1}", Side::Begin, true),
            ("1790000000", " {\"id\":1}", Side::Begin, true),
            ("179000000", "0{\"id\":1}", Side::Begin, false),
            ("2023-05-15 13:02:57.878", "transactionType=CHARGE", Side::Begin, true),
            ("2023-05-15 13:02:57.878", "TransactionType=CHARGE", Side::Begin, true),
            ("2023-05-15", " 13:02:57.878transactionType=CHARGE", Side::Begin, false),
            ("2023-05-15 13:02:57.878transact", "ionType=CHARGE", Side::Begin, false),
            ("2023-05-15 13:02:57.878T", "ransactionType=CHARGE", Side::Begin, false),
            ("2018-07-12T13:46:28.629Z", "{}", Side::Begin, true),
            ("2018-07-12T13:46:28+05", ":30{}", Side::Begin, false),
            ("1790000000", "{\"id\":1}", Side::End, true),
            ("90000000", "{\"id\":1}17", Side::End, false),
            ("1790000000", "amount=12", Side::End, false),
            ("1790000000", "", Side::Begin, true),
        ] {
            assert_eq!(ends_where_it_says(time.as_bytes(), body.as_bytes(), side), expected, "{time} {body}");
        }
    }
}
