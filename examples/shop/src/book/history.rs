//! What was heard of an order, for the merchant's page.

use rusqlite::Transaction;

use super::BookError;

/// One webhook that was applied.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) id: String,
    pub(crate) revision: i64,
    pub(crate) kind: String,
    pub(crate) provider_reference: Option<String>,
    /// In minor units.
    pub(crate) amount: Option<i64>,
    pub(crate) currency: Option<String>,
    /// The provider's reason, where it gives one.
    pub(crate) detail: Option<String>,
    pub(crate) received_at: i64,
}

/// Most webhooks of one order that are shown.
const HISTORY_MAX: u32 = 500;

/// Everything heard of an order, in the order of arrival: what named it, and what is about a payment of it.
pub(crate) fn history(act: &Transaction<'_>, reference: &str) -> Result<Vec<Heard>, BookError> {
    let sql = "SELECT id, revision, kind, provider_reference, amount, currency, detail, received_at FROM webhooks
        WHERE reference = ?1 OR payment IN (SELECT id FROM payments WHERE reference = ?1) ORDER BY rowid LIMIT ?2";
    let mut query = act.prepare(sql)?;
    let heard = query.query_map((reference, HISTORY_MAX), |row| {
        Ok(Heard {
            id: row.get(0)?,
            revision: row.get(1)?,
            kind: row.get(2)?,
            provider_reference: row.get(3)?,
            amount: row.get(4)?,
            currency: row.get(5)?,
            detail: row.get(6)?,
            received_at: row.get(7)?,
        })
    })?;
    Ok(heard.collect::<Result<_, _>>()?)
}
