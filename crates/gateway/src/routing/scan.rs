//! Bounds on a condition's text, held before the parser sees it: the parser recurses with every bracket and every sign,
//! and has been brought down by both.

use super::when::Wrong;

/// Longest condition, in bytes.
pub(super) const TEXT_BYTES_MAX: usize = 4_096;
/// Deepest brackets.
const BRACKETS_MAX: usize = 24;
/// Most signs in a row, `!` or `-`.
const SIGNS_MAX: usize = 4;

/// Whether the text may be read at all.
pub(super) fn check(text: &str) -> Result<(), Wrong> {
    if text.len() > TEXT_BYTES_MAX {
        let what = format!("is longer than {TEXT_BYTES_MAX} bytes");
        return Err(Wrong::new(what, "make several routes of it, each with a part"));
    }
    if text.trim().is_empty() {
        return Err(Wrong::new("is empty", "remove it to match every event the route takes"));
    }
    let (mut brackets, mut signs) = (0_usize, 0_usize);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = hidden(rest).unwrap_or(first.len_utf8());
        let at = text.len() - rest.len();
        match first {
            '(' | '[' | '{' => brackets += 1,
            ')' | ']' | '}' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        match first {
            '!' | '-' => signs += 1,
            first if first.is_whitespace() => {}
            _ => signs = 0,
        }
        if brackets > BRACKETS_MAX {
            let what = format!("has more than {BRACKETS_MAX} brackets within each other{}", position(text, at));
            return Err(Wrong::new(what, "take some of the brackets away"));
        }
        if signs > SIGNS_MAX {
            let what = format!("has more than {SIGNS_MAX} signs in a row{}", position(text, at));
            return Err(Wrong::new(what, "two of them cancel each other"));
        }
        rest = &rest[length..];
    }
    Ok(())
}

/// How many bytes at the start are a text in quotes or a comment, in which brackets are only letters.
fn hidden(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    let prefix = rest.find(|c: char| !matches!(c, 'r' | 'R' | 'b' | 'B')).filter(|length| *length <= 2)?;
    let raw = rest[..prefix].contains(['r', 'R']);
    let body = &rest[prefix..];
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| body.starts_with(quote))?;
    let mut at = quote.len();
    while at < body.len() && !body[at..].starts_with(quote) {
        let escaped = if !raw && body[at..].starts_with('\\') { body[at + 1..].chars().next() } else { None };
        let one = body[at..].chars().next().map_or(1, char::len_utf8);
        at += one + escaped.map_or(0, char::len_utf8);
    }
    Some((prefix + at + quote.len()).min(rest.len()))
}

/// ` at column 7`, with the line when there are several.
pub(super) fn position(text: &str, at: usize) -> String {
    let before = &text[..at];
    let (line, start) = (before.matches('\n').count() + 1, before.rfind('\n').map_or(0, |newline| newline + 1));
    let column = before[start..].chars().count() + 1;
    placed(text, line, column)
}

/// The same from a line and a column, both from 1.
pub(super) fn placed(text: &str, line: usize, column: usize) -> String {
    if text.trim_end().contains('\n') {
        format!(" at line {line}, column {column}")
    } else {
        format!(" at column {column}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_texts_and_comments_are_letters() {
        let many = "(".repeat(200);
        for text in [
            format!("event.code == '{many}'"),
            format!("event.code == \"{many}\""),
            format!("event.code == '''{many}'{many}'''"),
            format!("event.code == r'{many}\\'"),
            format!("event.code == 'a\\'{many}'"),
            format!("event.success // {many}"),
            format!("event.code == '{many}"),
        ] {
            assert!(check(&text).is_ok(), "{text}");
        }
        assert!(check(&format!("event.code == r'\\' + {many}")).is_err());
    }

    #[test]
    fn places_are_told_by_line_only_when_there_are_several() {
        assert_eq!(position("a ? b", 2), " at column 3");
        assert_eq!(position("a\n  é(", 6), " at line 2, column 4");
    }
}
