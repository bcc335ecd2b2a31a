//! Chores of the workshop: `cargo xtask tidy` checks the house rules, `cargo xtask reference` writes the reference pages.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to whoever runs it")]

mod reference;
mod tidy;

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy(),
        Some("reference") => reference(),
        other => {
            eprintln!(
                "unknown chore {other:?}\nhint: cargo xtask tidy checks the house rules, cargo xtask reference writes the reference pages"
            );
            ExitCode::from(2)
        }
    }
}

fn tidy() -> ExitCode {
    match tidy::problems() {
        Ok(problems) if problems.is_empty() => ExitCode::SUCCESS,
        Ok(problems) => {
            problems.iter().for_each(|problem| println!("{problem}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn reference() -> ExitCode {
    match reference::write() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
