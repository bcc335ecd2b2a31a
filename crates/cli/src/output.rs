//! The only place that prints. Colours on terminals alone, and nothing is said by colour alone.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::OnceLock;

use anstyle::{AnsiColor, Style};
use payhook_gateway::config::{Variables, Warning};
use payhook_gateway::telemetry::setup;
use payhook_gateway::telemetry::sink::journal_mark;
use serde::Serialize;
use tracing::Level;

use crate::complaint::{Complaint, Exit};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const WAITING: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default();

/// Says a line on standard output. A reader that has gone away (`| head`) is no fault of ours.
pub(crate) fn line(text: &str) {
    let _ = try_line(text);
}

/// The same for a stream of lines, which ends when its reader does.
///
/// # Errors
/// When nobody reads.
pub(crate) fn try_line(text: &str) -> io::Result<()> {
    print(&format!("{text}\n"))
}

fn print(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    printed.inspect_err(|error| {
        if error.kind() != io::ErrorKind::BrokenPipe {
            LOST.get_or_init(|| error.to_string());
        }
    })
}

/// Why something that was said did not arrive: a full disk, say.
static LOST: OnceLock<String> = OnceLock::new();

/// How the process ends that was about to end so. What did not all arrive where it was led to, an export or a key, was not done.
pub(crate) fn ended(exit: ExitCode) -> ExitCode {
    let Some(why) = LOST.get() else { return exit };
    let hint = "what was printed is not whole: make room, or lead it elsewhere, and run it again";
    hinted(Level::ERROR, &format!("standard output cannot be written: {why}"), hint);
    ExitCode::from(Exit::Failed as u8)
}

/// Data for programs: one JSON document, indented.
pub(crate) fn json(value: &impl Serialize) {
    line(&serde_json::to_string_pretty(value).expect("values made here have text keys"));
}

/// Something the user should know while the command goes on, on standard error.
pub(crate) fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Something doubtful about the configuration.
pub(crate) fn warning(warning: &Warning) {
    hinted(Level::WARN, &warning.to_string(), &warning.hint);
}

/// One finding of the doctor: how bad, what was looked at, what is so, and what to do.
pub(crate) fn finding(severity: &str, check: &str, what: &str, hint: &str) {
    let style = match severity {
        "ok" => GOOD,
        "problem" => BAD,
        _ => WAITING,
    };
    line(&format!("{style}{severity:>7}{style:#}  {BOLD}{check}{BOLD:#}: {what}"));
    if !hint.is_empty() {
        line(&format!("{DIM}   hint:{DIM:#} {hint}"));
    }
}

/// Says why a command did not do what was asked, and gives the exit code for it.
pub(crate) fn complain(error: &anyhow::Error) -> ExitCode {
    match error.downcast_ref::<Complaint>() {
        Some(complaint) => {
            complaint.said.iter().for_each(|(what, hint)| hinted(Level::ERROR, what, hint));
            ExitCode::from(complaint.exit as u8)
        }
        None => {
            hinted(Level::ERROR, &format!("{error:#}"), "");
            ExitCode::from(Exit::Failed as u8)
        }
    }
}

/// Says what the command line did not understand, in our form; or the help or version that was asked for.
pub(crate) fn refused_arguments(refused: &clap::Error, command: &str) -> ExitCode {
    if refused.exit_code() == 0 {
        let _ = print(&refused.render().ansi().to_string());
        return ended(ExitCode::SUCCESS);
    }
    if refused.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = write!(anstream::stderr(), "{}", refused.render().ansi());
        return ExitCode::from(Exit::Usage as u8);
    }
    let (what, hint) = in_our_words(&refused.render().to_string(), command);
    hinted(Level::ERROR, &what, &hint);
    ExitCode::from(Exit::Usage as u8)
}

/// clap's paragraphs as one line and a hint: its tip, or the help of the command that was typed.
fn in_our_words(rendered: &str, command: &str) -> (String, String) {
    let said = ["Usage:", "For more information"].iter().filter_map(|mark| rendered.find(mark)).min();
    let said = &rendered[..said.unwrap_or(rendered.len())];
    let (tips, whats): (Vec<_>, Vec<_>) =
        said.lines().map(str::trim).filter(|line| !line.is_empty()).partition(|line| line.starts_with("tip:"));
    let what = whats.join(" ").trim_start_matches("error:").trim().to_owned();
    let hint = match tips.first() {
        Some(tip) => tip.trim_start_matches("tip:").trim().to_owned(),
        None => format!("`{command} --help` shows what it takes"),
    };
    (what, hint)
}

fn hinted(level: Level, what: &str, hint: &str) {
    let (style, label) = if level == Level::ERROR { (BAD, "error") } else { (WAITING, "warning") };
    // Of a service that does not start, the journal has nothing but this.
    let mark = if setup::leads_to_journal(&Variables::of_process()) { journal_mark(level) } else { "" };
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{mark}{style}{label}:{style:#} {}", what.replace('\n', " "));
    if !hint.is_empty() {
        let _ = writeln!(err, "{mark}{DIM} hint:{DIM:#} {hint}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clap_says_becomes_one_line_and_a_hint() {
        let missing = "error: the following required arguments were not provided:\n  <PROVIDER>\n  <EVENT>...\n\nUsage: payhook trigger <PROVIDER> <EVENT>...\n\nFor more information, try '--help'.\n";
        let (what, hint) = in_our_words(missing, "payhook trigger");
        assert_eq!(what, "the following required arguments were not provided: <PROVIDER> <EVENT>...");
        assert_eq!(hint, "`payhook trigger --help` shows what it takes");
        let misspelt = "error: unrecognized subcommand 'serv'\n\n  tip: a similar subcommand exists: 'serve'\n\nUsage: payhook <COMMAND>\n";
        let value =
            "error: invalid value 'x' for '--limit <N>': invalid digit\n\nFor more information, try '--help'.\n";
        assert_eq!(in_our_words(value, "payhook").0, "invalid value 'x' for '--limit <N>': invalid digit");
        assert_eq!(in_our_words(misspelt, "payhook").1, "a similar subcommand exists: 'serve'");
    }
}
