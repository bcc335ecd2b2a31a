//! `payhook completions`: what a shell offers behind each word.

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::args::Arguments;
use crate::output;

/// Print what a shell completes commands and options from
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook completions bash > /etc/bash_completion.d/payhook\n  payhook completions zsh > ~/.zfunc/_payhook\n  payhook completions fish > ~/.config/fish/completions/payhook.fish"
)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "payhook", &mut script);
        output::line(String::from_utf8(script)?.trim_end());
        Ok(ExitCode::SUCCESS)
    }
}
