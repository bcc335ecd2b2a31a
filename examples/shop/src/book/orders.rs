//! What was ordered, by whom, and how it stands.

use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, Transaction};

use super::{BookError, of_order};
use crate::money;
use crate::standing::{self, Standing};

/// An order.
#[derive(Clone, Debug)]
pub struct Order {
    /// What provider and bank statement call it.
    pub reference: String,
    /// The unguessable part of its page's address.
    pub page: String,
    /// Who ordered.
    pub email: String,
    /// What its payments amount to.
    pub standing: Standing,
    /// In minor units.
    pub total: i64,
    /// Of the total.
    pub currency: String,
    /// How often the buyer was thanked: never, or once.
    pub thanks: u32,
    /// Seconds since 1970, UTC.
    pub placed_at: i64,
}

/// One line of an order, as it was sold.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) product: String,
    pub(crate) name: String,
    pub(crate) quantity: u32,
    /// Of one, in minor units.
    pub(crate) price: i64,
}

/// An order that is about to be placed.
pub(crate) struct NewOrder {
    pub(crate) reference: String,
    pub(crate) page: String,
    pub(crate) attempt: String,
    pub(crate) email: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) placed_at: i64,
}

/// Places an order. Nothing is placed when the same form was sent before: then that order is given.
pub(crate) fn place(act: &Transaction<'_>, new: &NewOrder) -> Result<(Order, bool), BookError> {
    let total: i64 = new.lines.iter().map(|line| line.price * i64::from(line.quantity)).sum();
    let sql = "INSERT INTO orders VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (attempt) DO NOTHING";
    let standing = Standing::Waiting.as_str();
    let values = (&new.reference, &new.page, &new.attempt, &new.email, money::CURRENCY, total, standing, new.placed_at);
    let is_new = act.execute(sql, values)? == 1;
    if is_new {
        for line in &new.lines {
            let values = (&new.reference, &line.product, &line.name, line.quantity, line.price);
            act.execute("INSERT INTO lines VALUES (?1, ?2, ?3, ?4, ?5)", values)?;
        }
    }
    let sql = format!("{SELECT} WHERE attempt = ?1");
    Ok((act.query_row(&sql, [&new.attempt], order)?, is_new))
}

/// The order whose page this is.
pub(crate) fn by_page(act: &Transaction<'_>, page: &str) -> Result<Option<Order>, BookError> {
    Ok(act.query_row(&format!("{SELECT} WHERE page = ?1"), [page], order).optional()?)
}

/// The order with that reference.
pub(crate) fn by_reference(act: &Transaction<'_>, reference: &str) -> Result<Option<Order>, BookError> {
    Ok(act.query_row(&format!("{SELECT} WHERE reference = ?1"), [reference], order).optional()?)
}

/// The latest orders, newest first, at most that many.
pub(crate) fn latest(act: &Transaction<'_>, most: u32) -> Result<Vec<Order>, BookError> {
    let mut query = act.prepare(&format!("{SELECT} ORDER BY placed_at DESC, rowid DESC LIMIT ?1"))?;
    let orders = query.query_map([most], order)?;
    Ok(orders.collect::<Result<_, _>>()?)
}

/// What is in an order.
pub(crate) fn lines(act: &Transaction<'_>, reference: &str) -> Result<Vec<Line>, BookError> {
    let mut query = act.prepare("SELECT product, name, quantity, price FROM lines WHERE reference = ?1")?;
    let lines = query.query_map([reference], |row| {
        Ok(Line { product: row.get(0)?, name: row.get(1)?, quantity: row.get(2)?, price: row.get(3)? })
    })?;
    Ok(lines.collect::<Result<_, _>>()?)
}

/// Looks at an order's payments again and writes down what they amount to. Says so.
pub(crate) fn restand(act: &Transaction<'_>, order: &Order) -> Result<Standing, BookError> {
    let standing = standing::of(order.total, &order.currency, &of_order(act, &order.reference)?);
    act.execute("UPDATE orders SET standing = ?2 WHERE reference = ?1", (&order.reference, standing.as_str()))?;
    Ok(standing)
}

const SELECT: &str = "SELECT reference, page, email, standing, total, currency, placed_at, \
     (SELECT count(*) FROM outbox WHERE outbox.reference = orders.reference) FROM orders";

fn order(row: &Row<'_>) -> rusqlite::Result<Order> {
    let word: String = row.get(3)?;
    let standing = Standing::parse(&word).ok_or_else(|| {
        let problem = format!("{word:?} is no standing this release knows");
        rusqlite::Error::FromSqlConversionFailure(3, Type::Text, problem.into())
    })?;
    Ok(Order {
        reference: row.get(0)?,
        page: row.get(1)?,
        email: row.get(2)?,
        standing,
        total: row.get(4)?,
        currency: row.get(5)?,
        placed_at: row.get(6)?,
        thanks: row.get(7)?,
    })
}
