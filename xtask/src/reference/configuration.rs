//! The page of configuration keys.

use std::fmt::Write;

use payhook_gateway::config::keys::{Key, ROOT, Shape};

pub(super) fn page() -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         Read in this order, later wins: defaults, `payhook.toml` (or `--config FILE`), `.env`, the environment\n\
         (`PAYHOOK__SERVER__PUBLIC`), flags. `${NAME}` and `${file:PATH}` expand in texts; an unset name is an error. An unknown key is an\n\
         error, and so is one that this release does not build yet. `payhook check` reports every mistake at once.\n\n\
         In `.env` a value in single quotes is taken as it is. One with a `$` needs them, or a backslash before it: a shell would look for\n\
         a variable there, so anything else is a mistake where the name is asked for. So are two values of one name.\n",
    );
    table(&mut page, "the file", ROOT);
    page
}

/// The keys of a table, then the tables in it.
fn table(page: &mut String, title: &str, keys: &[Key]) {
    // Writing into a String does not fail.
    let _ = write!(page, "\n## {title}\n\n| key | takes | does |\n|---|---|---|\n");
    let built = || keys.iter().filter(|key| key.built);
    for key in built() {
        let _ = writeln!(page, "| `{}` | {} | {} |", key.name, takes(&key.shape), key.meaning);
    }
    for key in built() {
        match key.shape {
            Shape::Table(inner) | Shape::TableOrFlag(inner) => table(page, &format!("`{}`", key.name), inner),
            Shape::Tables(inner) => table(page, &format!("`[[{}]]`", key.name), inner),
            Shape::TextOrTable(inner) => table(page, &format!("`{}`", key.name), inner),
            Shape::TextsOrTables(inner) => table(page, &format!("one of `{}`", key.name), inner),
            _ => {}
        }
    }
}

fn takes(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text => "a text",
        Shape::Duration => "a duration: `10s`, `5m`",
        Shape::Size => "a size: `512 MiB`",
        Shape::Integer => "a whole number",
        Shape::Number => "a number",
        Shape::Flag => "`true` or `false`",
        Shape::Date => "a date",
        Shape::Texts => "a list of texts",
        Shape::Durations => "a list of durations",
        Shape::TextsOrTables(_) => "a list of texts or tables",
        Shape::TextOrNamed => "a text, or a table of them by name",
        Shape::Named => "a table of texts by name",
        Shape::TextOrTable(_) => "a text, or a table",
        Shape::TableOrFlag(_) => "a table, or `false`",
        Shape::Table(_) => "a table",
        Shape::Tables(_) => "any number of tables",
        Shape::Any => "anything",
    }
}
