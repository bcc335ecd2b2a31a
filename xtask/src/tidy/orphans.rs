//! Files that no module names: the compiler passes over them without a word, and tests in them never run.

use std::path::{Path, PathBuf};

use super::Problem;
use super::sources::Source;

/// Files that are roots of their own.
const ROOTS: [&str; 3] = ["lib.rs", "main.rs", "build.rs"];

pub(crate) fn check(sources: &[Source]) -> Vec<Problem> {
    let rust = sources.iter().filter(|source| source.is_rust() && !is_root(source, sources));
    rust.filter(|source| !parents(source).any(|parent| names(sources, &parent, &module(source))))
        .map(|source| source.problem(1, "no module names this file, so it is not compiled: add `mod …;`, or remove it"))
        .collect()
}

/// Whether cargo finds it by itself: `lib.rs`, `main.rs`, and what stands directly in a folder of tests, examples or
/// targets.
fn is_root(source: &Source, sources: &[Source]) -> bool {
    let path = Path::new(&source.path);
    let folder = path.parent().unwrap_or(Path::new(""));
    let by_name = ROOTS.iter().any(|root| path.ends_with(root));
    let by_folder = ["tests", "examples", "benches", "bin", "fuzz_targets"].iter().any(|name| folder.ends_with(name));
    let beside_a_manifest = || {
        let manifest = folder.parent().map(|parent| parent.join("Cargo.toml"));
        manifest.is_some_and(|manifest| sources.iter().any(|source| Path::new(&source.path) == manifest))
    };
    by_name || (by_folder && beside_a_manifest())
}

/// The module's name: the file's, or for `mod.rs` its folder's.
fn module(source: &Source) -> String {
    let path = Path::new(&source.path);
    let named = if path.ends_with("mod.rs") { path.parent().unwrap_or(path) } else { path };
    named.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The files that may name it: those of the folder it stands in, or the one that is called like that folder.
fn parents(source: &Source) -> impl Iterator<Item = PathBuf> {
    let path = Path::new(&source.path);
    let folder = path.parent().unwrap_or(Path::new(""));
    let folder = if path.ends_with("mod.rs") { folder.parent().unwrap_or(folder) } else { folder }.to_owned();
    let beside = folder.with_extension("rs");
    ["lib.rs", "main.rs", "mod.rs"].map(|name| folder.join(name)).into_iter().chain([beside])
}

fn names(sources: &[Source], parent: &Path, module: &str) -> bool {
    let declares = |line: &str| {
        let line = line.trim_start();
        let private = line.strip_prefix("pub").map_or(line, |rest| match rest.strip_prefix('(') {
            Some(rest) => rest.split_once(')').map_or(rest, |(_, rest)| rest),
            None => rest,
        });
        private
            .trim_start()
            .strip_prefix("mod ")
            .is_some_and(|rest| rest.strip_prefix(module).is_some_and(|rest| rest.starts_with(';')))
    };
    sources.iter().any(|source| Path::new(&source.path) == parent && source.text.lines().any(declares))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(files: &[(&str, &str)]) -> Vec<Source> {
        let source = |(path, text): &(&str, &str)| Source { path: (*path).to_owned(), text: (*text).to_owned() };
        files.iter().map(source).collect()
    }

    #[test]
    fn a_file_that_no_module_names_is_found() {
        let sources = house(&[
            ("crates/x/Cargo.toml", ""),
            ("crates/x/src/lib.rs", "pub(in crate::x) mod a;\npub(crate) mod b;\nmod c;\n// mod lost;"),
            ("crates/x/src/a.rs", ""),
            ("crates/x/src/b/mod.rs", "mod inner;"),
            ("crates/x/src/b/inner.rs", ""),
            ("crates/x/src/c.rs", "mod inner;"),
            ("crates/x/src/c/inner.rs", ""),
            ("crates/x/src/lost.rs", ""),
            ("crates/x/src/b/lost.rs", ""),
            ("crates/x/tests/one.rs", ""),
            ("crates/x/tests/it/main.rs", "mod a;"),
            ("crates/x/tests/it/a.rs", ""),
            ("crates/x/tests/it/lost.rs", ""),
        ]);
        let found: Vec<_> = check(&sources).into_iter().map(|problem| problem.file).collect();
        assert_eq!(found, ["crates/x/src/lost.rs", "crates/x/src/b/lost.rs", "crates/x/tests/it/lost.rs"]);
    }
}
