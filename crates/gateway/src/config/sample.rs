//! What a file means, for tests of what comes after reading it.

use std::path::Path;

use payhook_domain::time::Timestamp;

use super::{LoadOptions, Resolved, Variables, load};

/// The file's meaning, as `payhook.toml` in `folder`, with nothing from the environment.
pub(crate) fn resolved(folder: &Path, toml: &str) -> Resolved {
    std::fs::write(folder.join("payhook.toml"), toml).expect("written");
    let variables = Variables::given([("UNUSED", "")]);
    let now = Timestamp::from_seconds(1_800_000_000);
    let options = LoadOptions { file: None, directory: folder.to_path_buf(), variables, now };
    load(options).unwrap_or_else(|mistakes| panic!("{toml}\n{mistakes}")).config
}
