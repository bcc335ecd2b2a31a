//! `payhook init`: writes a commented `payhook.toml` and a `.env` with fresh secrets. Never overwrites.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::complaint::Complaint;
use crate::{keys, output};

/// Write a commented payhook.toml, and a .env with fresh secrets
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook init\n  payhook init shop\n  payhook init /etc/payhook --store /var/lib/payhook/payhook.db"
)]
pub(crate) struct Init {
    /// The folder to write into; made when it is missing
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Where everything received will be kept [default: payhook.db, beside the configuration]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

/// The line of the template that says where the store is, up to its closing quote.
const STORE: &str = "url = \"sqlite:payhook.db\"";

/// The file every first configuration begins as.
const CONFIGURATION: &str = include_str!("../templates/payhook.toml");
/// Its secrets; what stands in `{}` is made fresh.
const SECRETS: &str = include_str!("../templates/env");

impl Init {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let text = self.configuration()?;
        let (configuration, secrets) = (self.folder.join("payhook.toml"), self.folder.join(".env"));
        for path in [&configuration, &secrets] {
            // Also a dangling link is something there.
            if path.symlink_metadata().is_ok() {
                let hint = "move it away, or name another folder; nothing was written";
                return Err(Complaint::failed(format!("{} is there already", path.display()), hint).into());
            }
        }
        std::fs::create_dir_all(&self.folder).map_err(|error| cannot_write(&self.folder, &error))?;
        write(&secrets, &fresh_secrets()?, 0o600)?;
        write(&configuration, &text, 0o644)?;
        let entry = |path: &Path, about: &str| output::line(&format!("wrote {}  {about}", path.display()));
        entry(&configuration, "the configuration; every line says what it is for");
        entry(&secrets, "fresh secrets, readable by you alone; keep it out of version control");
        output::line("next: put your provider's key into .env, then `payhook check` and `payhook serve`");
        Ok(ExitCode::SUCCESS)
    }

    /// The configuration as it will be written.
    fn configuration(&self) -> Result<String, Complaint> {
        let Some(store) = &self.store else { return Ok(CONFIGURATION.to_owned()) };
        match store.to_str() {
            Some(path) if !path.is_empty() && !path.contains(['"', '\\', '$']) && !path.contains(char::is_control) => {
                Ok(CONFIGURATION.replacen(STORE, &format!("url = \"sqlite:{path}\""), 1))
            }
            _ => Err(Complaint::usage("--store names no file that a configuration can hold", "name a plain path")),
        }
    }
}

fn fresh_secrets() -> anyhow::Result<String> {
    let mut text = SECRETS.to_owned();
    for provider in ["adyen", "banked", "payhook"] {
        text = text.replace(&format!("{{{provider}}}"), &keys::make(provider)?.text);
    }
    Ok(text)
}

/// Writes a file that must not be there yet.
fn write(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    Ok(written.map_err(|error| cannot_write(path, &error))?)
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Complaint {
    Complaint::failed(format!("{} cannot be written: {error}", path.display()), "choose a folder you may write to")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn init(store: Option<&str>) -> Init {
        Init { folder: PathBuf::new(), store: store.map(PathBuf::from) }
    }

    #[test]
    fn the_store_is_where_it_was_asked_for_and_nothing_else_changes() {
        let usual = init(None).configuration().expect("nothing was asked for");
        let elsewhere = init(Some("/var/lib/payhook/payhook.db")).configuration().expect("a plain path");
        assert_eq!(elsewhere.matches("sqlite:/var/lib/payhook/payhook.db").count(), 1);
        assert_eq!(elsewhere.replace("sqlite:/var/lib/payhook/payhook.db", "sqlite:payhook.db"), usual);
    }

    #[test]
    fn a_path_that_would_break_the_file_is_refused() {
        for path in ["", "a\"b", "${HOME}/payhook.db", "a\nb", "a\\b"] {
            assert!(init(Some(path)).configuration().is_err(), "{path:?}");
        }
    }
}
