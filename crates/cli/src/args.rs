//! What can be typed: the list of commands. What each takes stands in its own file.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Receives payment webhooks, verifies them, writes them to disk before it answers, and delivers them signed
#[derive(Parser, Debug)]
#[command(name = "payhook", version, arg_required_else_help = true, disable_help_subcommand = true)]
#[command(
    after_help = "Examples:\n  payhook demo\n  payhook init\n  payhook check\n  payhook serve\n  payhook sandbox\n  payhook trigger adyen authorised"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Every command of this release.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    Demo(crate::demo::Demo),
    Serve(crate::serve::Serve),
    Sandbox(crate::sandbox::Sandbox),
    Check(crate::check::Check),
    Init(crate::init::Init),
    Trigger(crate::trigger::Trigger),
    Verify(crate::verify::Verify),
    Events(crate::events::Events),
    Payments(crate::payments::Payments),
    Deliveries(crate::deliveries::Deliveries),
    Destinations(crate::destinations::Destinations),
    Quarantine(crate::quarantine::Quarantine),
    Aside(crate::aside::Aside),
    Conflicts(crate::conflicts::Conflicts),
    Routes(crate::routes::Routes),
    Prune(crate::prune::Prune),
    Doctor(crate::doctor::Doctor),
    Keys(crate::keys::Keys),
    Backup(crate::backup::Backup),
    Completions(crate::completions::Completions),
}

impl Command {
    /// Runs it to its end.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Demo(command) => command.run().await,
            Self::Serve(command) => command.run().await,
            Self::Sandbox(command) => command.run().await,
            Self::Check(command) => command.run(),
            Self::Init(command) => command.run(),
            Self::Trigger(command) => command.run().await,
            Self::Verify(command) => command.run().await,
            Self::Events(command) => command.run().await,
            Self::Payments(command) => command.run().await,
            Self::Deliveries(command) => command.run().await,
            Self::Destinations(command) => command.run().await,
            Self::Quarantine(command) => command.run().await,
            Self::Aside(command) => command.run().await,
            Self::Conflicts(command) => command.run().await,
            Self::Routes(command) => command.run().await,
            Self::Prune(command) => command.run().await,
            Self::Doctor(command) => command.run().await,
            Self::Keys(command) => command.run(),
            Self::Backup(command) => command.run().await,
            Self::Completions(command) => command.run(),
        }
    }
}

/// The command these words name, as far as they name one: `payhook events list`.
pub(crate) fn command_typed(words: impl Iterator<Item = String>) -> String {
    let mut typed = "payhook".to_owned();
    let mut command = Arguments::command();
    for word in words.skip(1) {
        let Some(inner) = command.find_subcommand(&word).cloned() else { break };
        typed.extend([" ", &word]);
        command = inner;
    }
    typed
}

#[cfg(test)]
mod tests {
    use payhook_domain::id::{EventId, PaymentId};

    use super::*;

    fn each(command: &clap::Command, path: &str, visit: &mut impl FnMut(&clap::Command, &str)) {
        visit(command, path);
        for inner in command.get_subcommands() {
            each(inner, &format!("{path} {}", inner.get_name()), visit);
        }
    }

    #[test]
    fn the_definitions_hold_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_does_and_shows_an_example() {
        each(&Arguments::command(), "payhook", &mut |command, path| {
            assert!(command.get_about().is_some(), "{path} has no description");
            if command.get_subcommands().next().is_none() {
                let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(after.contains(path), "{path} has no example");
                for id in after.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
                    let is_id = match id.split_once('_') {
                        Some(("evt", _)) => id.parse::<EventId>().is_ok(),
                        Some(("pay", _)) => id.parse::<PaymentId>().is_ok(),
                        _ => true,
                    };
                    assert!(is_id, "{path} shows {id}, which it refuses");
                }
            }
        });
    }
}
