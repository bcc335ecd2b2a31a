//! How SQLite goes about every statement of the store: none walks through a table that grows, unless it is listed with
//! what bounds it.
//!
//! The statements are the real ones: this test runs the other tests in a process of its own, in which every connection
//! tells what it runs. So a new statement is looked at as soon as a test reaches it, and one that none reaches fails.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, Once, PoisonError};

use rusqlite::trace::{TraceEvent, TraceEventCodes};
use rusqlite::{Connection, auto_extension, ffi};

use crate::desk::Desk;

/// Names the file to which that process tells; set for it alone.
const TOLD_TO: &str = "PAYHOOK_STORE_STATEMENTS";

/// Tests that run nothing others do not, and take long.
const LEFT_OUT: [&str; 4] = ["plans::", "year::", "model::", "trouble::"];

/// Tables that stay small, and how small.
const SMALL: [(&str, &str); 4] = [
    ("names", "one row per configured name and kind"),
    ("tallies", "a few rows per destination and state"),
    ("memos", "a few rows per destination, replay and task"),
    ("quarantine", "at most 1,000 rows per source"),
];

/// Statements that walk, by a part of their text, and what bounds the walk.
const BOUNDED: &[(&str, &str)] = &[
    ("SELECT EXISTS (SELECT 1 FROM holds)", "ends at the first row; once per start"),
    ("SELECT EXISTS (SELECT 1 FROM moved)", "ends at the first row"),
    ("INDEXED BY deliveries_held WHERE state = 1 ORDER BY at LIMIT 1", "the first row of its index"),
    ("INDEXED BY deliveries_held WHERE state = 1 ORDER BY at DESC LIMIT 1", "the last row of its index"),
    ("INDEXED BY deliveries_due WHERE state = 2 LIMIT ?1", "so many rows of its index"),
    ("WITH RECURSIVE dead AS MATERIALIZED", "so many of the newest dead letters, and of what waits behind them"),
    ("WITH RECURSIVE parts (id)", "over its own result: the parts of one payment"),
    ("SELECT id FROM notifications ORDER BY id ASC LIMIT 1", "the first row"),
    ("SELECT id FROM notifications ORDER BY id DESC LIMIT 1", "the last row"),
    ("(SELECT headers, body FROM notifications ORDER BY id DESC LIMIT ?1)", "so many of the newest rows"),
    (
        "DELETE FROM holds WHERE (event,",
        "over what is held at the moment, once for up to 256 that end; never what was held",
    ),
];

/// Statements that run in large stores alone, from 262,144 rows on. Their plans are looked at all the same.
const OF_LARGE_STORES: [&str; 3] = [
    "SELECT coalesce((SELECT id FROM events WHERE seq = ?1), (SELECT substr(digests, (?1 & 2047) * 16 + 1, 16) FROM identities WHERE segment = ?1 >> 11))",
    "SELECT name FROM payments WHERE id = ?1",
    "SELECT digest FROM aliases WHERE id = ?1",
];

/// Has every connection of this process tell what it runs, when it is the process that this test started.
#[allow(clippy::disallowed_methods, reason = "a test is told by its parent what it is for")]
pub(crate) fn tell_if_asked() {
    static BEGUN: Once = Once::new();
    if std::env::var_os(TOLD_TO).is_some() {
        BEGUN.call_once(tell);
    }
}

#[allow(unsafe_code, reason = "SQLite calls this for each connection that is opened; it opens and closes none")]
fn tell() {
    unsafe extern "C" fn opened(
        connection: *mut ffi::sqlite3,
        message: *mut *mut std::ffi::c_char,
        _: *const ffi::sqlite3_api_routines,
    ) -> std::ffi::c_int {
        unsafe { auto_extension::init_auto_extension(connection, message, listen) }
    }
    unsafe { auto_extension::register_auto_extension(opened) }.expect("registered");
}

fn listen(mut connection: Connection) -> rusqlite::Result<()> {
    connection.trace_v2(
        TraceEventCodes::SQLITE_TRACE_STMT,
        Some(|event: TraceEvent<'_>| {
            if let TraceEvent::Stmt(_, sql) = event {
                note(sql);
            }
        }),
    )
}

/// Writes a statement down, once, with whether a thread of the store runs it.
#[allow(clippy::disallowed_methods, reason = "a test is told by its parent what it is for")]
fn note(sql: &str) {
    static SEEN: Mutex<Option<HashSet<(bool, String)>>> = Mutex::new(None);
    let by_store = std::thread::current().name().is_some_and(|name| name.starts_with("store-"));
    let line = words(sql);
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    if seen.get_or_insert_default().insert((by_store, line.clone())) {
        let file = std::env::var_os(TOLD_TO).expect("it was asked");
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file).expect("opens");
        writeln!(file, "{}{line}", if by_store { "store\t" } else { "other\t" }).expect("written");
    }
}

/// The same text with single spaces.
fn words(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the other tests run: by threads of the store, and by any.
fn statements() -> (BTreeSet<String>, BTreeSet<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("statements");
    let mut tests = Command::new(std::env::current_exe().expect("a running program"));
    tests.env(TOLD_TO, &file).args(LEFT_OUT.iter().flat_map(|test| ["--skip", test]));
    let ran = tests.output().expect("it runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
    let told = std::fs::read_to_string(file).expect("it told");
    let of = |prefix: &str| told.lines().filter_map(|line| line.strip_prefix(prefix)).map(str::to_owned).collect();
    let (by_store, others): (BTreeSet<String>, BTreeSet<String>) = (of("store\t"), of("other\t"));
    let all = by_store.union(&others).cloned().collect();
    (by_store, all)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_walks_through_what_grows_and_every_statement_is_looked_at() {
    let (by_store, all) = statements();
    let desk = Desk::new().await;
    let file = desk.file();
    let asks =
        |sql: &&String| ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|verb| sql.starts_with(verb));
    let mut walks: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let large = OF_LARGE_STORES.map(str::to_owned);
    for sql in by_store.iter().chain(&large).filter(asks) {
        let steps: Vec<String> = plan(&file, sql).into_iter().filter(|step| is_walk(step, sql)).collect();
        if !steps.is_empty() {
            walks.insert(sql, steps);
        }
    }
    let mut used = HashSet::new();
    walks.retain(|sql, _| {
        let listed = BOUNDED.iter().filter(|(part, _)| sql.contains(part));
        used.extend(listed.clone().map(|(part, _)| *part));
        listed.count() == 0
    });
    let walks: String = walks.iter().map(|(sql, steps)| format!("{steps:?}\n  {sql}\n")).collect();
    assert!(walks.is_empty(), "these walk; list each with what bounds it, or give it an index:\n{walks}");
    let unused: Vec<_> = BOUNDED.iter().filter(|(part, _)| !used.contains(part)).collect();
    assert!(unused.is_empty(), "nothing of these walks any more: {unused:?}");
    let missed = missed(&all);
    assert!(missed.is_empty(), "no test runs these; add one:\n{}", missed.join("\n"));
    println!("{} statements looked at, {} of them walk a bounded way", by_store.len(), used.len());
}

fn plan(file: &Connection, sql: &str) -> Vec<String> {
    let mut explained =
        file.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let steps = explained.raw_query().mapped(|row| row.get(3)).collect::<rusqlite::Result<_>>();
    steps.unwrap_or_else(|error| panic!("{error}: {sql}"))
}

/// Whether a step of a plan goes through a table, or an index, that grows.
fn is_walk(step: &str, sql: &str) -> bool {
    let Some(over) = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next()) else { return false };
    // A name of its own for the table: `FROM deliveries d`.
    let named = |table: &str| over == table || sql.contains(&format!("{table} {over}"));
    // What stands in brackets is counted already, and a constant row is no table.
    !over.starts_with('(') && over != "CONSTANT" && !SMALL.iter().any(|(table, _)| named(table))
}

/// Parts of the statements in the source that are in none of those that ran.
fn missed(ran: &BTreeSet<String>) -> Vec<String> {
    let mut missed = Vec::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sqlite")) {
        let source = std::fs::read_to_string(&file).expect("a source");
        let product = source.split("#[cfg(test)]").next().unwrap_or_default();
        let parts = texts(product).into_iter().filter(|part| is_sql(part));
        let unseen = parts.filter(|part| !ran.iter().any(|sql| sql.contains(part.as_str())));
        let unlisted = unseen.filter(|part| !OF_LARGE_STORES.contains(&part.as_str()));
        missed.extend(unlisted.map(|part| format!("{}: {part}", file.display())));
    }
    missed
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().expect("lists").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect()
}

fn is_sql(part: &str) -> bool {
    ["SELECT ", " FROM ", "FROM ", "INSERT INTO ", "UPDATE ", "DELETE ", " WHERE "]
        .iter()
        .any(|word| part.contains(word))
        && part.len() > 12
}

/// The string literals of a source, in single spaces, taken apart where something is put into them.
fn texts(source: &str) -> Vec<String> {
    let code: String =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect();
    let code = code.replace("\\\"", "'").replace("\\\n", "\n").replace("\\n", "\n");
    let literals = code.split('"').skip(1).step_by(2);
    literals.flat_map(|text| text.split(['{', '}']).step_by(2).map(words).collect::<Vec<_>>()).collect()
}
