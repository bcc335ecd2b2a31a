//! The reference pages under `docs/reference/`, made from the code they describe.
//!
//! - `kinds`, `errors`, `configuration`, `metrics`: one page each.
//!
//! `cargo xtask reference` writes them; a test fails when a committed page is not what the code says.

mod configuration;
mod errors;
mod kinds;
mod metrics;

use std::path::{Path, PathBuf};

/// A page's file name and its text.
type Page = (&'static str, String);

/// Every page.
fn pages() -> Vec<Page> {
    vec![
        ("configuration.md", configuration::page()),
        ("errors.md", errors::page()),
        ("kinds.md", kinds::page()),
        ("metrics.md", metrics::page()),
    ]
}

/// Writes every page.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn write() -> anyhow::Result<()> {
    std::fs::create_dir_all(folder())?;
    for (name, text) in pages() {
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
        for (name, text) in pages() {
            let committed = std::fs::read_to_string(folder().join(name)).unwrap_or_default();
            assert!(committed == text, "docs/reference/{name} is out of date: run `cargo xtask reference`");
        }
    }
}
