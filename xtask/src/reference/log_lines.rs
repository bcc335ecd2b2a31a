//! Every line the product can log, read from its source: level, message, fields.

use crate::tidy::code::blank;
use crate::tidy::sources::Source;

/// A line that can be logged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LogLine {
    /// `error`, `warn`, `info`, `debug`; `info or warn` where the outcome decides.
    pub(super) level: &'static str,
    /// What it says; `…` stands for what differs each time.
    pub(super) message: String,
    /// The names of its fields, in order.
    pub(super) fields: Vec<String>,
}

/// From the gravest on.
const LEVELS: [&str; 4] = ["error", "warn", "info", "debug"];

/// What adds a field to a wide line.
const ADDERS: [&str; 4] = [".text(\"", ".maybe(\"", ".plain(\"", ".number(\""];

/// The lines in this file. Wide ones, of which there is one per request and per try, come first.
pub(super) fn in_source(source: &Source) -> Vec<LogLine> {
    // What a test logs is nothing that a gateway says.
    let text = source.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let mut lines: Vec<_> = text.match_indices(".line(level, \"").map(|(at, _)| wide(&text[at..])).collect();
    let code = blank(text);
    for level in LEVELS {
        let start = format!("tracing::{level}!(");
        lines.extend(code.match_indices(&start).map(|(at, _)| event(level, source, &code, at + start.len())));
    }
    lines
}

/// `.line(level, "request", now).text("source", name)…send()`.
fn wide(text: &str) -> LogLine {
    let text = text.split(".send()").next().unwrap_or(text);
    let message = text.split('"').nth(1).unwrap_or_default().to_owned();
    let mut found: Vec<(usize, String)> = Vec::new();
    for adder in ADDERS {
        let names = text.match_indices(adder).map(|(at, _)| (at, &text[at + adder.len()..]));
        found.extend(names.map(|(at, rest)| (at, rest.split('"').next().unwrap_or_default().to_owned())));
    }
    found.sort();
    let mut fields: Vec<String> = found.into_iter().map(|(_, name)| name).collect();
    fields.dedup();
    LogLine { level: "info or warn", message, fields }
}

/// `tracing::warn!(%error, destination, "a message with {event}", event)`, from behind the opening bracket.
fn event(level: &'static str, source: &Source, code: &str, at: usize) -> LogLine {
    let mut line = LogLine { level, message: String::new(), fields: Vec::new() };
    // Blanked text has the same characters in number, not the same bytes.
    let skipped = code[..at].chars().count();
    let original: Vec<char> = source.text.chars().skip(skipped).collect();
    for (from, to) in arguments(&code[at..]) {
        let argument: String = original[from..to].iter().collect();
        let argument = argument.trim();
        if argument.starts_with('"') {
            line.message = said(argument);
            break;
        }
        let name = argument.split('=').next().unwrap_or(argument);
        line.fields.push(name.trim().trim_start_matches(['%', '?']).to_owned());
    }
    line
}

/// Where each argument of a call begins and ends, in characters, up to the bracket that closes it.
fn arguments(code: &str) -> Vec<(usize, usize)> {
    let (mut depth, mut from, mut found) = (0_u32, 0, Vec::new());
    for (at, character) in code.chars().enumerate() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => {
                found.push((from, at));
                break;
            }
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.push((from, at));
                from = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// A message as it is read: continued lines joined, what is filled in shown as `…`.
fn said(literal: &str) -> String {
    let (mut said, mut filled) = (String::new(), false);
    let inner = literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(literal);
    let mut characters = inner.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek() == Some(&'\n') => {
                while characters.next_if(|next| next.is_whitespace()).is_some() {}
            }
            '\\' => {}
            '{' => {
                filled = true;
                said.push('…');
            }
            '}' => filled = false,
            _ if filled => {}
            character => said.push(character),
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<LogLine> {
        in_source(&Source { path: "crates/x/src/a.rs".to_owned(), text: text.to_owned() })
    }

    fn line(level: &'static str, message: &str, fields: &[&str]) -> LogLine {
        LogLine { level, message: message.to_owned(), fields: fields.iter().map(|name| (*name).to_owned()).collect() }
    }

    #[test]
    fn an_event_s_fields_and_message_are_found() {
        let text =
            "fn f() { tracing::warn!(%error, at = f(1, 2), ?why, \"it, …\\\n      went {what} \\\"so\\\"\", what); }";
        assert_eq!(lines(text), [line("warn", "it, …went … \"so\"", &["error", "at", "why"])]);
    }

    #[test]
    fn a_wide_line_s_fields_are_found_once_each() {
        let text =
            "lines.line(level, \"attempt\", now).text(\"to\", x); line.number(\"n\", 1).plain(\"final\", a).send()";
        assert_eq!(lines(text), [line("info or warn", "attempt", &["to", "n", "final"])]);
    }

    #[test]
    fn what_stands_in_a_comment_is_no_line() {
        assert!(lines("// tracing::info!(x, \"y\")\n").is_empty());
    }
}
