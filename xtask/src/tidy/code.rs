//! Rust text with its words and strings blanked out, so that braces can be counted, and the functions in it.

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The line of its `fn`, from 1.
    pub(crate) line: usize,
    /// From `fn` to the closing brace, both included.
    pub(crate) lines: usize,
}

/// Every function with a body, also those inside others.
pub(crate) fn functions(source: &str) -> Vec<Function> {
    let code = blank(source);
    let starts = code.match_indices("fn ").filter(|(at, _)| {
        let before = code[..*at].chars().next_back();
        !before.is_some_and(|character| character.is_alphanumeric() || character == '_')
    });
    starts.filter_map(|(at, _)| function_at(&code, at)).collect()
}

fn function_at(code: &str, at: usize) -> Option<Function> {
    let after = code[at + 3..].trim_start();
    let name: String = after.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect();
    let (mut round, mut curly) = (0_i32, 0_i32);
    for (offset, character) in code[at..].char_indices() {
        match character {
            '(' | '[' => round += 1,
            ')' | ']' => round -= 1,
            ';' if round == 0 && curly == 0 => return None, // a declaration
            '{' => curly += 1,
            '}' => {
                curly -= 1;
                if curly == 0 && round == 0 {
                    let line = 1 + newlines(&code[..at]);
                    return Some(Function { name, line, lines: 1 + newlines(&code[at..at + offset]) });
                }
            }
            _ => {}
        }
    }
    None
}

fn newlines(text: &str) -> usize {
    text.matches('\n').count()
}

/// The same text with comments, strings and characters replaced by spaces; lines stay where they are.
pub(crate) fn blank(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = hidden(rest, out.chars().next_back());
        if length == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            out.extend(rest[..length].chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        }
    }
    out
}

/// How many bytes at the start of `rest` are no code.
fn hidden(rest: &str, before: Option<char>) -> usize {
    let bytes = rest.as_bytes();
    match bytes {
        [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
        [b'/', b'*', ..] => rest.find("*/").map_or(rest.len(), |end| end + 2),
        [b'"', ..] => quoted(rest, 1),
        [b'r', b'"' | b'#', ..] if !before.is_some_and(|c| c.is_alphanumeric() || c == '_') || before == Some('b') => {
            raw(rest)
        }
        // A lifetime is a quote without a second one right after its first character.
        [b'\'', b'\\', ..] => quoted_until(rest, 1, b'\''),
        [b'\'', ..] => {
            let character = rest[1..].chars().next().map_or(0, char::len_utf8);
            if bytes.get(1 + character) == Some(&b'\'') { character + 2 } else { 0 }
        }
        _ => 0,
    }
}

fn quoted(rest: &str, from: usize) -> usize {
    quoted_until(rest, from, b'"')
}

fn quoted_until(rest: &str, from: usize, end: u8) -> usize {
    let bytes = rest.as_bytes();
    let mut at = from;
    while at < bytes.len() && bytes[at] != end {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// `r"…"`, `r#"…"#` and so on; a raw identifier is none.
fn raw(rest: &str) -> usize {
    let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
    if rest.as_bytes().get(1 + hashes) != Some(&b'"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let start = 2 + hashes;
    rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_in_strings_characters_and_comments_do_not_count() {
        let source = "fn a<'x>(s: &'x str) -> [u8; 2] {\n  let _ = (\"}\\\"\", '}', '\\'', r#\"\"}\"#); // }\n  /* } */\n}\nfn b();\n";
        let found = functions(source);
        assert_eq!(found, [Function { name: "a".to_owned(), line: 1, lines: 4 }]);
        assert_eq!(blank(source).lines().count(), source.lines().count());
    }

    #[test]
    fn function_pointers_and_names_ending_in_fn_are_no_functions() {
        assert!(functions("struct S { f: fn (u8) -> u8 }\nlet my_fn = 1;\ntrait T { fn d(&self); }").is_empty());
    }
}
