//! Loading: from a file name to what it means, every mistake reported at once.

use std::io::{ErrorKind, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use payhook_domain::time::Timestamp;
use zeroize::Zeroizing;

use super::resolved::Resolved;
use super::server::certificate;
use super::source;
use super::source::scheme::Providers;
use super::source::signing_keys;
use super::store;
use super::typed::section::Section;
use super::typed::shape;
use super::typed::tree::{self, Table};
use super::typed::variables::Variables;
use super::typed::{env_only, expand, overlay};
use super::words::mistakes::{Findings, Mistakes, Place, Warning};
use super::words::secret::Secret;
use super::{abandon, checks, destination, digest, doubts, route, server};

/// The file looked for when none is named.
pub const FILE_NAME: &str = "payhook.toml";
/// Largest configuration file, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;
const VERSION: i64 = 1;

/// Where a configuration comes from.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// The file named by `--config`. When absent, `payhook.toml` in `directory`, if there is one.
    pub file: Option<PathBuf>,
    /// Where to look for `payhook.toml` and, without a file, for `.env`. Empty means the working directory.
    pub directory: PathBuf,
    /// The environment.
    pub variables: Variables,
    /// Now, to warn of keys and a certificate past their time.
    pub now: Timestamp,
}

/// A configuration that can be run.
#[derive(Debug)]
pub struct Loaded {
    /// What it means.
    pub config: Resolved,
    /// What is doubtful about it.
    pub warnings: Vec<Warning>,
}

/// Where the admin API of a configured gateway is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminApi {
    /// The admin listener.
    pub address: SocketAddr,
    /// The store, beside which the file with the local API token lies.
    pub store: super::Store,
}

/// Reads a configuration.
///
/// # Errors
/// Every mistake in it, at once.
pub fn load(options: LoadOptions) -> Result<Loaded, Mistakes> {
    let mut findings = Findings::default();
    let mut typed = Typed::read(options, &mut findings);
    // A file that is not TOML would make a mistake of everything behind the first error.
    if findings.count() > 0 && typed.unreadable {
        return Err(failed(findings));
    }
    typed.settle(&mut findings);
    let config = typed.resolve(&mut findings);
    typed.variables.tell_doubts(&mut findings);
    let warnings = findings.into_result()?;
    Ok(Loaded { config, warnings })
}

/// Finds the admin API of a configuration, whatever may be wrong with the rest of it.
///
/// # Errors
/// Mistakes in `[server]` and `[store]`, or in reading the file at all; syntax errors elsewhere in it are passed over.
pub fn admin_api(options: LoadOptions) -> Result<AdminApi, Mistakes> {
    let mut findings = Findings::default();
    let mut typed = Typed::read(options, &mut findings);
    if typed.unreadable && typed.file.as_deref().is_none_or(|file| hides_api(file, &typed.tree)) {
        return Err(failed(findings));
    }
    typed.settle(&mut Findings::default());
    let mut findings = Findings::default();
    let root = typed.root();
    let server = server::read(&root.table("server"), &typed.home, &mut findings);
    let store = store::read(&root.table("store"), &typed.home, &mut findings);
    findings.into_result().map(|_| AdminApi { address: server.admin, store })
}

/// The key that notifications of a provider's source are signed with, as it is written: the first that is not retired, of
/// the source of this name or the provider's first. For whoever may read the file anyway; a running gateway keeps no text.
///
/// # Errors
/// Mistakes in reading the file, or in what it takes from elsewhere.
pub fn signing_secret(options: LoadOptions, provider: &str, name: Option<&str>) -> Result<Option<Secret>, Mistakes> {
    let mut findings = Findings::default();
    let mut typed = Typed::read(options, &mut findings);
    if typed.unreadable {
        return Err(failed(findings));
    }
    typed.settle(&mut findings);
    findings.into_result()?;
    let sources = typed.root().tables("source");
    let says = |section: &Section<'_>, key: &str, text: &str| section.text(key).is_some_and(|(said, _)| said == text);
    let meant = sources.iter().filter(|section| says(section, "provider", provider));
    let mut meant = meant.filter(|section| name.is_none_or(|name| says(section, "name", name)));
    Ok(meant.next().and_then(signing_keys::first_text).map(Secret::new))
}

/// What was typed, wherever.
struct Typed {
    tree: Table,
    file: Option<PathBuf>,
    /// What relative paths start from.
    home: PathBuf,
    variables: Variables,
    now: Timestamp,
    /// Every file that was looked at.
    files: Vec<PathBuf>,
    /// Whether the file could not be read as TOML.
    unreadable: bool,
}

impl Typed {
    fn read(options: LoadOptions, findings: &mut Findings) -> Self {
        let LoadOptions { file, directory, variables, now } = options;
        let file = file.or_else(|| Some(directory.join(FILE_NAME)).filter(|file| file.exists()));
        let home = file.as_deref().and_then(Path::parent).map_or(directory, Path::to_path_buf);
        let beside = home.join(".env");
        let variables = variables.with_file(&beside, findings);
        let before = findings.count();
        let tree = match &file {
            Some(path) => read_file(path, findings),
            None => env_only::tree(&variables, findings),
        };
        let unreadable = file.is_some() && findings.count() > before;
        let files = file.iter().cloned().chain([beside]).collect();
        Self { tree, file, home, variables, now, files, unreadable }
    }

    /// Lays the environment over the file, expands, and leaves only what has a known shape.
    fn settle(&mut self, findings: &mut Findings) {
        overlay::apply(&mut self.tree, &self.variables, findings);
        doubts::misspelt::look(&self.tree, &self.variables, findings);
        if let Some(file) = &self.file {
            doubts::exposed::look(&self.tree, file, findings);
        }
        let mut sources = expand::Sources { variables: &self.variables, home: &self.home, files: &mut self.files };
        expand::table(&mut self.tree, &mut sources, findings);
        shape::check(&mut self.tree, findings);
    }

    fn root(&self) -> Section<'_> {
        Section::root(&self.tree, self.place())
    }

    fn place(&self) -> Place {
        self.file.as_deref().map_or(Place::Environment, |file| Place::File(Arc::from(file)))
    }

    fn resolve(&self, findings: &mut Findings) -> Resolved {
        let root = self.root();
        check_version(&root, findings);
        let (sources, destinations, routes) = (root.tables("source"), root.tables("destination"), root.tables("route"));
        if sources.is_empty() && self.file.is_some() {
            let hint = "add a [[source]] with name, provider and keys; `payhook init` shows one";
            findings.mistake(&self.place(), "there is no source: nothing could be received", hint);
        }
        checks::typed(&sources, &destinations, &routes, findings);
        let server = server::read(&root.table("server"), &self.home, findings);
        let store = store::read(&root.table("store"), &self.home, findings);
        let providers = Providers::read(&root.tables("scheme"), findings);
        let resolved_sources = source::read_all(&sources, &providers, store.retention, self.now, findings);
        let resolved_destinations = destination::read_all(&destinations, findings);
        let known = route::Known {
            source_names: names(&sources),
            destination_names: names(&destinations),
            sources: &resolved_sources,
            destinations: &resolved_destinations,
        };
        let routes = route::read_all(&routes, &known, findings);
        let mut resolved = Resolved {
            file: self.file.clone(),
            files: self.files.clone(),
            server,
            store,
            sources: resolved_sources,
            destinations: resolved_destinations,
            routes,
            abandon: abandon::read(&root, &names(&destinations), findings),
            digest: [0; 8],
            facts: Vec::new(),
        };
        checks::resolved(&resolved, &self.place(), findings);
        // Not where the server is read: whoever only looks for its address is not kept from it.
        if let Some(files) = &resolved.server.tls {
            certificate::check(files, &root.table("server").place_of("tls"), self.now, findings);
        }
        if findings.count() == 0 {
            resolved.facts = digest::facts(&resolved);
            resolved.digest = digest::of(&resolved.facts);
        }
        resolved
    }
}

fn names<'t>(sections: &[Section<'t>]) -> Vec<&'t str> {
    sections.iter().filter_map(|section| section.text("name").map(|(name, _)| name)).collect()
}

fn check_version(root: &Section<'_>, findings: &mut Findings) {
    match root.integer("version") {
        Some((VERSION, _)) => {}
        Some((version, place)) => {
            let what = format!("version {version} of the file's form is unknown to this release");
            findings.mistake(&place, what, "write version = 1");
        }
        None if root.has("version") => {}
        None => findings.mistake(&root.place, "there is no `version`", "write version = 1 as the first line"),
    }
}

fn read_file(path: &Path, findings: &mut Findings) -> Table {
    let file: Arc<Path> = Arc::from(path);
    match text_of(path) {
        Ok(text) => tree::read(&text, &file, findings),
        Err(error) => {
            let hint = match error.kind() {
                ErrorKind::InvalidData => "save it as UTF-8",
                _ => "check the path and who may read it; `payhook init` writes a first file",
            };
            findings.mistake(&Place::File(file), format!("cannot be read: {error}"), hint);
            Table::new()
        }
    }
}

/// Whether what a file with syntax errors says of `[server]` or `[store]` may be among what could not be read.
fn hides_api(path: &Path, tree: &Table) -> bool {
    let Ok(text) = text_of(path) else { return true };
    let opens = |heading: &str, name: &str| {
        heading
            .trim_matches(['[', ' ', '\t'])
            .strip_prefix(name)
            .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    let broken = tree::broken_headings(&text);
    broken.contains(&"")
        || ["server", "store"].into_iter().any(|name| {
            let is_lost = !tree.contains_key(name) && tree::headings(&text).any(|heading| opens(heading, name));
            is_lost || broken.iter().any(|heading| opens(heading, name))
        })
}

fn text_of(path: &Path) -> std::io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    let read = std::fs::File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_string(&mut text)?;
    if read as u64 > FILE_BYTES_MAX {
        return Err(std::io::Error::other("it is larger than 1 MiB"));
    }
    Ok(text)
}

fn failed(findings: Findings) -> Mistakes {
    findings.into_result().expect_err("a mistake was counted")
}
