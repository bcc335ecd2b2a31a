//! The reference pages under `docs/reference/`, made from the code they describe.
//!
//! - `kinds`, `errors`, `configuration`, `metrics`, `logs`, `schemes`: one page each.
//! - `figures`: what the store tells of itself, on the page of metrics.
//! - `log_lines`: what can be logged, read from the source.
//!
//! `cargo xtask reference` writes them; a test fails when a committed page is not what the code says.

mod configuration;
mod errors;
mod figures;
mod kinds;
mod log_lines;
mod logs;
mod metrics;
mod schemes;

use std::path::{Path, PathBuf};

/// A page's file name and its text.
type Page = (&'static str, String);

/// Every page.
///
/// # Errors
/// When the source cannot be read, or does not say all that a page needs.
fn pages() -> anyhow::Result<Vec<Page>> {
    Ok(vec![
        ("configuration.md", configuration::page()),
        ("errors.md", errors::page()),
        ("kinds.md", kinds::page()),
        ("logs.md", logs::page()?),
        ("metrics.md", metrics::page()),
        ("schemes.md", schemes::page()?),
    ])
}

/// Writes every page.
///
/// # Errors
/// When a page cannot be made, or its file not written.
pub(crate) fn write() -> anyhow::Result<()> {
    std::fs::create_dir_all(folder())?;
    for (name, text) in pages()? {
        std::fs::write(folder().join(name), text)?;
    }
    Ok(())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_pages_are_what_the_code_says() {
        for (name, text) in pages().unwrap() {
            let committed = std::fs::read_to_string(folder().join(name)).unwrap_or_default();
            assert!(committed == text, "docs/reference/{name} is out of date: run `cargo xtask reference`");
        }
    }
}
