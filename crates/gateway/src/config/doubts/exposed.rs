//! Secrets that stand in a file which everybody on the machine can read.
//!
//! `payhook.toml` may be read by all, and is where each secret comes from elsewhere: `${NAME}`, `${file:PATH}`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::config::typed::tree::{Node, Table, Value};
use crate::config::words::mistakes::{Findings, Place};

/// The tables that hold secrets, and the keys they stand under.
const TABLES: [&str; 2] = ["source", "destination"];
const KEYS: [&str; 4] = ["keys", "key", "secret", "password"];

/// Warns at the first of them; the tree is as it was typed, not yet expanded.
pub(in crate::config) fn look(tree: &Table, file: &Path, findings: &mut Findings) {
    let mut secrets = Vec::new();
    TABLES.iter().filter_map(|table| tree.get(*table)).for_each(|node| collect(node, false, &mut secrets));
    let Some(first) = secrets.iter().min().filter(|_| everybody_can_read(file)) else { return };
    let what = match secrets.len() {
        1 => "a secret stands in a file that everybody on this machine can read".to_owned(),
        count => format!("{count} secrets stand in a file that everybody on this machine can read, the first here"),
    };
    findings.warning(first, what, "take them from .env: \"${NAME}\", and `chmod 600 .env`; or `chmod 600` this file");
}

fn collect(node: &Node, is_secret: bool, secrets: &mut Vec<Place>) {
    match &node.value {
        Value::Text(text) if is_secret && matches!(node.place, Place::Line(..)) && !is_for_all(text) => {
            secrets.push(node.place.clone());
        }
        Value::List(items) => items.iter().for_each(|item| collect(item, is_secret, secrets)),
        Value::Table(inner) => {
            inner.iter().for_each(|(key, node)| collect(node, KEYS.contains(&key.as_str()), secrets));
        }
        _ => {}
    }
}

/// Whether everybody may read it: the secret stands elsewhere, or it is a public key.
fn is_for_all(text: &str) -> bool {
    let public = ["whpk_", "-----BEGIN PUBLIC KEY", "-----BEGIN RSA PUBLIC KEY"];
    text.contains("${") || public.iter().any(|begin| text.trim_start().starts_with(begin))
}

/// Whether the file, and each folder on the way to it, let anybody in.
fn everybody_can_read(file: &Path) -> bool {
    let lets = |path: &Path, bit: u32| std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & bit != 0);
    let Ok(file) = std::fs::canonicalize(file) else { return false };
    lets(&file, 0o004) && file.ancestors().skip(1).all(|folder| lets(folder, 0o001))
}
