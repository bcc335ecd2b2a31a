//! A store's file as text, so that what earlier releases wrote can be kept, read and compared.

use std::path::Path;

use rusqlite::Connection;

/// The whole file: settings of the header, then each table, its rows, and the indexes.
pub(super) fn write(file: &Path) -> String {
    let file = Connection::open(file).expect("opens");
    let number = |name: &str| file.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).expect("a number");
    let mut text = String::new();
    for name in ["page_size", "application_id", "user_version"] {
        text.push_str(&format!("PRAGMA {name} = {};\n", number(name)));
    }
    text.push_str("BEGIN;\n");
    for (name, sql) in made(&file, "table") {
        text.push_str(&format!("{sql};\n"));
        rows(&file, &name).for_each(|row| text.push_str(&format!("INSERT INTO {name} VALUES ({row});\n")));
    }
    rows(&file, "sqlite_sequence")
        .for_each(|row| text.push_str(&format!("INSERT INTO sqlite_sequence VALUES ({row});\n")));
    made(&file, "index").for_each(|(_, sql)| text.push_str(&format!("{sql};\n")));
    text.push_str("COMMIT;\n");
    text
}

/// The file that a dump is of.
pub(super) fn restore(text: &str, file: &Path) {
    let file = Connection::open(file).expect("opens");
    file.execute_batch(text).expect("a dump of ours");
}

fn made(file: &Connection, what: &str) -> impl Iterator<Item = (String, String)> {
    let list = "SELECT name, sql FROM sqlite_schema WHERE type = ?1 AND name NOT LIKE 'sqlite_%' ORDER BY rowid";
    let mut list = file.prepare(list).expect("prepared");
    let found = list.query_map([what], |row| Ok((row.get(0)?, row.get(1)?))).expect("asked");
    found.collect::<rusqlite::Result<Vec<_>>>().expect("read").into_iter()
}

fn rows(file: &Connection, table: &str) -> impl Iterator<Item = String> {
    let columns = file.prepare(&format!("SELECT * FROM {table}")).expect("prepared");
    let quoted: Vec<_> = columns.column_names().map(|name| format!("quote({name})")).collect();
    let mut all = file.prepare(&format!("SELECT {} FROM {table}", quoted.join(" || ', ' || "))).expect("prepared");
    let found = all.query_map([], |row| row.get(0)).expect("asked");
    found.collect::<rusqlite::Result<Vec<_>>>().expect("read").into_iter()
}
