//! Expansion: `${NAME}` and `${file:PATH}` inside the texts of a file.
//!
//! An unset or empty variable is a mistake, never an empty text: an empty key would be an open door. `$${` stands for
//! `${` itself. What comes from the environment is taken as it is.

use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::tree::{Node, Table, Value};
use super::variables::Variables;
use crate::config::words::mistakes::{Findings, Place};

/// Largest file `${file:PATH}` takes in, in bytes.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// Where the texts come from.
pub(in crate::config) struct Sources<'s> {
    pub(in crate::config) variables: &'s Variables,
    /// What relative paths start from.
    pub(in crate::config) home: &'s Path,
    /// Notes the files that texts were taken from.
    pub(in crate::config) files: &'s mut Vec<PathBuf>,
}

/// Expands every text of the table that was typed in a file. A text that cannot be expanded becomes missing.
pub(in crate::config) fn table(table: &mut Table, sources: &mut Sources<'_>, findings: &mut Findings) {
    table.values_mut().for_each(|node| expand(node, sources, findings));
}

fn expand(node: &mut Node, sources: &mut Sources<'_>, findings: &mut Findings) {
    match &mut node.value {
        Value::Text(text) if text.contains("${") && matches!(node.place, Place::Line(..)) => {
            node.value = match expanded(text, sources) {
                Ok(text) => Value::Text(text),
                Err((what, hint)) => {
                    findings.mistake(&node.place, what, hint);
                    Value::Missing
                }
            };
        }
        Value::List(items) => items.iter_mut().for_each(|item| expand(item, sources, findings)),
        Value::Table(inner) => table(inner, sources, findings),
        _ => {}
    }
}

/// A finding's two halves.
type Problem = (String, String);

fn expanded(text: &str, sources: &mut Sources<'_>) -> Result<Zeroizing<String>, Problem> {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if let Some(before) = rest[..at].strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        out.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('}') else {
            return Err((
                "a `${` is not closed".into(),
                "write `${NAME}`, or `$${` for the characters themselves".into(),
            ));
        };
        out.push_str(&looked_up(&rest[at + 2..at + end], sources)?);
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn looked_up(inner: &str, sources: &mut Sources<'_>) -> Result<Zeroizing<String>, Problem> {
    if let Some(path) = inner.strip_prefix("file:") {
        let path = sources.home.join(path);
        let text = content(&path);
        sources.files.push(path);
        return text;
    }
    let is_name = !inner.is_empty() && inner.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    if !is_name {
        return Err(("what stands in `${}` is no name".into(), "write `${NAME}` or `${file:PATH}`".into()));
    }
    match sources.variables.get(inner) {
        None => Err((
            format!("`${{{inner}}}` is not set"),
            format!("set {inner} in the environment or in .env beside this file"),
        )),
        Some(value) if value.trim().is_empty() => {
            Err((format!("`${{{inner}}}` is empty"), format!("give {inner} a value, or remove this line")))
        }
        Some(value) => Ok(Zeroizing::new(value.to_owned())),
    }
}

/// A file's text without the line end that editors and `echo` leave.
fn content(path: &Path) -> Result<Zeroizing<String>, Problem> {
    let hint = || "name a text file of at most 64 KiB that payhook may read".to_owned();
    let failed = |error: &dyn std::fmt::Display| (format!("{} cannot be read: {error}", path.display()), hint());
    let file = std::fs::File::open(path).map_err(|error| failed(&error))?;
    let mut text = Zeroizing::new(String::new());
    let read = file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(|error| failed(&error))?;
    if read as u64 > FILE_BYTES_MAX {
        return Err(failed(&"it is too large"));
    }
    let trimmed = text.trim_end_matches(['\r', '\n']);
    if trimmed.trim().is_empty() {
        return Err((format!("{} is empty", path.display()), hint()));
    }
    Ok(Zeroizing::new(trimmed.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        let variables = Variables::given([("KEY", "abc"), ("EMPTY", " "), ("ODD", "${KEY}")]);
        let mut sources = Sources { variables: &variables, home: Path::new("/nowhere"), files: &mut Vec::new() };
        let found = expanded(text, &mut sources);
        match (&found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found.as_str(), expected, "{text}"),
            (Err((what, _)), Err(expected)) => assert!(what.contains(expected), "{text}: {what}"),
            _ => panic!("{text}: {:?}", found.map_err(|(what, _)| what)),
        }
    }

    #[test]
    fn names_expand_once_and_in_place() {
        check("${KEY}", Ok("abc"));
        check("a${KEY}b${KEY}", Ok("aabcbabc"));
        check("${ODD}", Ok("${KEY}"));
        check("$${KEY}", Ok("${KEY}"));
        check("$5 ${KEY}", Ok("$5 abc"));
    }

    #[test]
    fn what_cannot_be_expanded_is_a_mistake_and_never_empty() {
        check("${NONE}", Err("`${NONE}` is not set"));
        check("${EMPTY}", Err("`${EMPTY}` is empty"));
        check("${KEY", Err("not closed"));
        check("${}", Err("no name"));
        check("${KEY:-default}", Err("no name"));
        check("${file:none}", Err("/nowhere/none cannot be read"));
    }

    #[test]
    fn a_file_gives_its_text_without_the_last_line_end() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("key"), "s3cret\n").expect("written");
        let mut files = Vec::new();
        let mut sources = Sources { variables: &Variables::default(), home: folder.path(), files: &mut files };
        assert_eq!(expanded("${file:key}", &mut sources).expect("expands").as_str(), "s3cret");
        assert_eq!(files, [folder.path().join("key")], "it is known which file that was");
    }
}
