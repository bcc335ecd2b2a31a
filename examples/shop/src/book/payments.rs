//! What payhook believes of each payment. A higher version replaces a lower one; nothing else is compared.

use rusqlite::{OptionalExtension, Row, Transaction};

use super::BookError;

/// A payment, as last believed. Amounts are in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    /// payhook's name of it.
    pub(crate) id: String,
    /// The order it pays.
    pub(crate) reference: Option<String>,
    pub(crate) provider: String,
    /// The provider's name of it, which captures and refunds go by.
    pub(crate) provider_reference: Option<String>,
    pub(crate) version: i64,
    pub(crate) status: String,
    pub(crate) currency: Option<String>,
    pub(crate) authorised: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    pub(crate) disputed: i64,
}

/// Writes down what an event says of a payment. The names it brings are kept in any case; the rest only when its version is
/// higher than the one that is there. Gives the order the payment belongs to, if any event has named it.
pub(crate) fn believe(act: &Transaction<'_>, told: &Payment) -> Result<Option<String>, BookError> {
    let sql = "INSERT INTO payments VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT (id) DO UPDATE SET
            reference = coalesce(reference, excluded.reference),
            provider_reference = coalesce(provider_reference, excluded.provider_reference)";
    let newer = "UPDATE payments SET version = ?2, status = ?3, currency = ?4, authorised = ?5, captured = ?6,
        refunded = ?7, disputed = ?8 WHERE id = ?1 AND version < ?2";
    let Payment { id, reference, provider, provider_reference, version, status, currency, .. } = told;
    let (authorised, captured, refunded, disputed) = (told.authorised, told.captured, told.refunded, told.disputed);
    act.execute(
        sql,
        (
            id,
            reference,
            provider,
            provider_reference,
            version,
            status,
            currency,
            authorised,
            captured,
            refunded,
            disputed,
        ),
    )?;
    act.execute(newer, (id, version, status, currency, authorised, captured, refunded, disputed))?;
    Ok(act.query_row("SELECT reference FROM payments WHERE id = ?1", [id], |row| row.get(0))?)
}

/// The payments of an order.
pub(crate) fn of_order(act: &Transaction<'_>, reference: &str) -> Result<Vec<Payment>, BookError> {
    let mut query = act.prepare(&format!("{SELECT} WHERE reference = ?1 ORDER BY rowid"))?;
    let payments = query.query_map([reference], read)?;
    Ok(payments.collect::<Result<_, _>>()?)
}

/// The payment with that id, of that order.
pub(crate) fn payment(act: &Transaction<'_>, reference: &str, id: &str) -> Result<Option<Payment>, BookError> {
    let sql = format!("{SELECT} WHERE reference = ?1 AND id = ?2");
    Ok(act.query_row(&sql, [reference, id], read).optional()?)
}

const SELECT: &str = "SELECT id, reference, provider, provider_reference, version, status, currency, authorised, captured, \
     refunded, disputed FROM payments";

fn read(row: &Row<'_>) -> rusqlite::Result<Payment> {
    Ok(Payment {
        id: row.get(0)?,
        reference: row.get(1)?,
        provider: row.get(2)?,
        provider_reference: row.get(3)?,
        version: row.get(4)?,
        status: row.get(5)?,
        currency: row.get(6)?,
        authorised: row.get(7)?,
        captured: row.get(8)?,
        refunded: row.get(9)?,
        disputed: row.get(10)?,
    })
}

#[cfg(test)]
impl Payment {
    /// A payment of which nothing but the id is known.
    pub(crate) fn unknown(id: String) -> Self {
        Self {
            id,
            reference: None,
            provider: "adyen".to_owned(),
            provider_reference: None,
            version: 0,
            status: "initiated".to_owned(),
            currency: None,
            authorised: 0,
            captured: 0,
            refunded: 0,
            disputed: 0,
        }
    }
}
