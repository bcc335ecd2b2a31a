//! Lists: pages of the API gathered until there are enough rows.

use clap::Args;
use serde_json::{Value, json};

use crate::client::Client;
use crate::output;
use crate::table::{Table, printable};

/// Rows asked for at a time, within what the API gives.
const PAGE: usize = 200;

/// How much of a list, and in which form.
#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// Most rows to show
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,

    /// Where an earlier list ended
    #[arg(long, value_name = "CURSOR", allow_hyphen_values = true)]
    cursor: Option<String>,

    /// Print JSON as the API gives it
    #[arg(long)]
    json: bool,
}

/// Shows the list at `path`, newest first, with a table of these columns.
pub(crate) async fn show<const N: usize>(
    client: &Client,
    path: &str,
    filters: &[(&str, Option<&str>)],
    list: &ListArgs,
    header: [&'static str; N],
    row: impl Fn(&Value) -> [String; N],
) -> anyhow::Result<()> {
    let (rows, next) = gather(client, path, filters, list).await?;
    if list.json {
        output::json(&json!({ "data": rows, "next_cursor": next }));
        return Ok(());
    }
    if rows.is_empty() {
        output::note("nothing to show");
    } else {
        let mut table = Table::new(header);
        rows.iter().for_each(|value| table.row(row(value)));
        output::line(&table.render());
    }
    if let Some(next) = next {
        output::note(&format!("there is more: --cursor {}", printable(&next)));
    }
    Ok(())
}

/// Shows rows that belong to one thing, under their title; nothing when there are none.
pub(crate) fn section<const N: usize>(
    rows: &Value,
    title: &str,
    header: [&'static str; N],
    row: impl Fn(&Value) -> [String; N],
) {
    let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
    if !rows.is_empty() {
        let mut table = Table::new(header);
        rows.iter().for_each(|value| table.row(row(value)));
        output::line(&format!("\n{title}\n{}", table.render()));
    }
}

/// Every row of the list at `path`, newest first.
pub(crate) async fn all(client: &Client, path: &str, filters: &[(&str, Option<&str>)]) -> anyhow::Result<Vec<Value>> {
    let list = ListArgs { limit: u32::MAX, cursor: None, json: false };
    Ok(gather(client, path, filters, &list).await?.0)
}

/// Reads pages until there are enough rows or no more. A page may be short although more follows: the gateway looks at
/// a bounded number of rows for each.
async fn gather(
    client: &Client,
    path: &str,
    filters: &[(&str, Option<&str>)],
    list: &ListArgs,
) -> anyhow::Result<(Vec<Value>, Option<String>)> {
    let wanted = usize::try_from(list.limit).unwrap_or(usize::MAX);
    let mut rows = Vec::new();
    let mut cursor = list.cursor.clone();
    loop {
        let limit = (wanted - rows.len()).min(PAGE).to_string();
        let mut query = filters.to_vec();
        query.extend([("limit", Some(limit.as_str())), ("cursor", cursor.as_deref())]);
        let mut page = client.get(path, &query).await?;
        if let Some(Value::Array(data)) = page.get_mut("data").map(Value::take) {
            rows.extend(data);
        }
        cursor = page.get("next_cursor").and_then(Value::as_str).map(str::to_owned);
        if cursor.is_none() || rows.len() >= wanted {
            return Ok((rows, cursor));
        }
    }
}
