//! Turns logging on: everything that is not a wide line goes through `tracing` into the same sink.

use std::fs::File;
use std::io::IsTerminal;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::line::{Form, Lines};
use super::sink::Sink;
use crate::config::Variables;

/// A running log: where wide lines go, and the handle that flushes it.
#[derive(Clone)]
pub struct Log {
    /// For wide lines.
    pub lines: Lines,
    /// For flushing before the process ends.
    pub sink: Sink,
}

/// Starts logging to standard error: text on a terminal, JSON otherwise. `PAYHOOK_LOG` says what, in `tracing`'s own form
/// (`info,payhook_net=debug`); what says nothing that can be read counts as `info`.
///
/// # Errors
/// When the log's thread cannot be started.
pub fn start(variables: &Variables) -> std::io::Result<Log> {
    let form = if std::io::stderr().is_terminal() { Form::Text } else { Form::Json };
    let sink = match leads_to_journal(variables) {
        true => Sink::start_to_journal(std::io::stderr())?,
        false => Sink::start(std::io::stderr())?,
    };
    trace_into(&sink, form, variables.get("PAYHOOK_LOG"), "info");
    std::panic::set_hook(Box::new(log_panic));
    Ok(Log { lines: Lines::new(sink.clone(), form), sink })
}

/// Whether standard error is systemd's journal, which takes a line's level from a mark before it: `<4>`. It says by device
/// and inode, `8:1234`, what it reads; whoever was started by a service and writes elsewhere has inherited the variable.
#[must_use]
pub fn leads_to_journal(variables: &Variables) -> bool {
    let Some(stream) = variables.get("JOURNAL_STREAM") else { return false };
    let same = |file: File| file.metadata().is_ok_and(|file| stream == format!("{}:{}", file.dev(), file.ino()));
    std::io::stderr().as_fd().try_clone_to_owned().is_ok_and(|error| same(File::from(error)))
}

/// Says where, not what: a panic's message may quote a request.
fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "a fault of ours; the request or try it happened in has failed, nothing else");
}

/// Logs what goes wrong to standard error and no wide lines at all: for a gateway that runs behind something else on
/// the same terminal. `asked` is the user's wish, if any; `usual` counts without one.
///
/// # Errors
/// When a log thread cannot be started.
pub fn start_quiet(asked: Option<&str>, usual: &str) -> std::io::Result<Log> {
    let sink = Sink::start(std::io::stderr())?;
    trace_into(&sink, Form::Text, asked, usual);
    Ok(Log { lines: Lines::new(Sink::start(std::io::sink())?, Form::Text), sink })
}

fn trace_into(sink: &Sink, form: Form, asked: Option<&str>, usual: &str) {
    let asked = asked.map(str::trim).filter(|asked| !asked.is_empty());
    let filter = asked.and_then(filter_of);
    let is_misread = asked.is_some() && filter.is_none();
    let filter = filter.unwrap_or_else(|| EnvFilter::new(usual));
    let layer = tracing_subscriber::fmt::layer().with_writer(sink.clone()).with_target(false);
    let registry = tracing_subscriber::registry().with(filter);
    // A second gateway in one process (tests, embedding) keeps the first one's subscriber.
    let _ = match form {
        Form::Text => registry.with(layer.with_ansi(false)).try_init(),
        Form::Json => registry.with(layer.json().flatten_event(true)).try_init(),
    };
    if is_misread {
        tracing::warn!(hint = "write error, warn, info or debug", "PAYHOOK_LOG cannot be read; it counts as not set");
    }
}

/// The filter a text asks for; nothing where it does not say how much. A word that is no level would be taken for the only
/// part of the program that may log, and nothing would be logged at all.
fn filter_of(asked: &str) -> Option<EnvFilter> {
    let says_how_much = |part: &str| part.contains(['=', '[']) || part.parse::<LevelFilter>().is_ok();
    let parts: Vec<_> = asked.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let is_understood = !parts.is_empty() && parts.iter().all(|part| says_how_much(part));
    is_understood.then(|| EnvFilter::try_new(parts.join(",")).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_no_level_does_not_silence_the_log() {
        for asked in ["verbose", "warning", "inof", ",", "info,payhook_net"] {
            assert!(filter_of(asked).is_none(), "{asked}");
        }
        for (asked, most) in [
            ("info", LevelFilter::INFO),
            ("WARN", LevelFilter::WARN),
            ("debug ,", LevelFilter::DEBUG),
            ("off", LevelFilter::OFF),
            ("info, payhook_net=debug", LevelFilter::DEBUG),
        ] {
            let filter = filter_of(asked).unwrap_or_else(|| panic!("{asked} is understood"));
            assert_eq!(filter.max_level_hint(), Some(most), "{asked}");
        }
    }
}
