//! Tables: rows of plain texts laid out in columns that fit their widest cell.

use anstyle::Style;
use serde_json::Value;

use crate::output::{BAD, BOLD, GOOD, WAITING};

/// Rows under a header.
pub(crate) struct Table<const N: usize> {
    header: [&'static str; N],
    rows: Vec<[String; N]>,
}

/// Widest cell shown whole; a longer one ends in `…`. Ids and references are never near it.
const CELL_MAX: usize = 60;

impl<const N: usize> Table<N> {
    pub(crate) fn new(header: [&'static str; N]) -> Self {
        Self { header, rows: Vec::new() }
    }

    /// Adds a row. Whatever would move the cursor of a terminal is made visible.
    pub(crate) fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells.map(|cell| shortened(&printable(&cell))));
    }

    /// The lines, without one at the end.
    pub(crate) fn render(&self) -> String {
        let mut widths = self.header.map(str::len);
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let header = self.header.map(str::to_owned);
        let mut lines = vec![laid_out(&header, &widths, |_| BOLD)];
        lines.extend(self.rows.iter().map(|row| laid_out(row, &widths, style_of)));
        lines.join("\n")
    }
}

fn laid_out<const N: usize>(cells: &[String; N], widths: &[usize; N], style: impl Fn(&str) -> Style) -> String {
    let mut line = String::new();
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let style = style(cell);
        let space = if index + 1 < N { width - cell.chars().count() + 2 } else { 0 };
        line.push_str(&format!("{style}{cell}{style:#}{:space$}", ""));
    }
    line.trim_end().to_owned()
}

/// States read at a glance; the word says the same without colour.
pub(crate) fn style_of(word: &str) -> Style {
    match word {
        "delivered" => GOOD,
        "pending" | "aside" | "conflict" => WAITING,
        "rejected" | "exhausted" | "failed" => BAD,
        _ => Style::new(),
    }
}

/// The text of a JSON value for people: nothing for null, texts without quotes.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The text with control characters made visible: what a sender wrote must not steer the reader's terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= CELL_MAX {
        return text.to_owned();
    }
    text.chars().take(CELL_MAX - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(["ID", "STATE"]);
        table.row(["1".into(), "delivered".into()]);
        table.row(["12345".into(), String::new()]);
        let plain = anstream::adapter::strip_str(&table.render()).to_string();
        assert_eq!(plain.lines().map(str::trim_end).collect::<Vec<_>>(), ["ID     STATE", "1      delivered", "12345"]);
    }

    #[test]
    fn a_reference_cannot_steer_the_terminal() {
        let mut table = Table::new(["REFERENCE"]);
        table.row(["a\x1b[2Jb\r\n\u{9b}c".into()]);
        let rendered = anstream::adapter::strip_str(&table.render()).to_string();
        assert_eq!(rendered, "REFERENCE\na\u{fffd}[2Jb\u{fffd}\u{fffd}\u{fffd}c");
    }
}
