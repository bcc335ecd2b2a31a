//! One wide line: everything worth knowing about one request or one attempt, in one place.
//!
//! Written straight into a buffer, since it is made for every request: building it through a general logging framework
//! cost more than verifying the signature.

use std::fmt::Write;

use payhook_domain::time::Timestamp;
use tracing::Level;

use super::sink::Sink;

/// How lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `10:02:03.123 request  source=adyen status=200`, for people.
    Text,
    /// One JSON object per line, for machines.
    Json,
}

/// Where wide lines are written, and in which form.
#[derive(Clone)]
pub struct Lines {
    sink: Sink,
    form: Form,
}

impl Lines {
    /// Lines of `form` into `sink`.
    #[must_use]
    pub fn new(sink: Sink, form: Form) -> Self {
        Self { sink, form }
    }

    /// Begins a line called `message` at `now`.
    #[must_use]
    pub fn line(&self, level: Level, message: &'static str, now: Timestamp) -> Line<'_> {
        let mut text = String::with_capacity(512);
        text.push_str(self.sink.mark(level));
        let _ = match self.form {
            Form::Json => write!(text, r#"{{"ts":"{now}","level":"{level}","message":"{message}""#),
            Form::Text => write!(text, "{now} {:<5} {message:<8}", level.as_str()),
        };
        Line { lines: self, text }
    }
}

/// A line being written. Dropping it unsent writes nothing.
pub struct Line<'a> {
    lines: &'a Lines,
    text: String,
}

impl Line<'_> {
    /// Adds a text. It is escaped; callers still never pass secrets or bodies.
    #[must_use]
    pub fn text(mut self, key: &'static str, value: &str) -> Self {
        match self.lines.form {
            Form::Json => {
                let _ = write!(self.text, r#","{key}":"#);
                push_json(&mut self.text, value);
            }
            Form::Text if value.chars().all(|c| !c.is_control() && !c.is_whitespace() && c != '"') => {
                let _ = write!(self.text, " {key}={value}");
            }
            Form::Text => {
                let _ = write!(self.text, " {key}=");
                push_json(&mut self.text, value);
            }
        }
        self
    }

    /// Adds a text when there is one.
    #[must_use]
    pub fn maybe(self, key: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(key, value),
            None => self,
        }
    }

    /// Adds something shown as it is: an id, an address, a word of ours. Never anything that could need escaping.
    #[must_use]
    pub fn plain(mut self, key: &'static str, value: impl std::fmt::Display) -> Self {
        let _ = match self.lines.form {
            Form::Json => write!(self.text, r#","{key}":"{value}""#),
            Form::Text => write!(self.text, " {key}={value}"),
        };
        self
    }

    /// Adds a number.
    #[must_use]
    pub fn number(mut self, key: &'static str, value: impl Into<i128>) -> Self {
        let value = value.into();
        let _ = match self.lines.form {
            Form::Json => write!(self.text, r#","{key}":{value}"#),
            Form::Text => write!(self.text, " {key}={value}"),
        };
        self
    }

    /// Ends the line and hands it over.
    pub fn send(mut self) {
        self.text.push_str(match self.lines.form {
            Form::Json => "}\n",
            Form::Text => "\n",
        });
        self.lines.sink.write(self.text.as_bytes());
    }
}

/// Appends `value` as a JSON string.
fn push_json(text: &mut String, value: &str) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn written(form: Form) -> String {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let sink = Sink::start(Shared(Arc::clone(&kept))).expect("a thread");
        let lines = Lines::new(sink.clone(), form);
        lines
            .line(Level::INFO, "request", Timestamp::from_micros(0))
            .text("reference", "a \"b\"\u{1}")
            .maybe("none", None)
            .number("status", 200)
            .send();
        sink.flush();
        let bytes = kept.lock().expect("not poisoned").clone();
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn json_lines_are_json_whatever_a_reference_contains() {
        let value: serde_json::Value = serde_json::from_str(&written(Form::Json)).expect("JSON");
        assert_eq!(value["reference"], "a \"b\"\u{1}");
        assert_eq!(value["status"], 200);
    }

    #[test]
    fn text_lines_quote_what_would_break_them() {
        let text = written(Form::Text);
        assert!(text.ends_with(" reference=\"a \\\"b\\\"\\u0001\" status=200\n"), "{text}");
    }
}
