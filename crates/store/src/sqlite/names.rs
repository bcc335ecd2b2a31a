//! Names and their numbers; the kinds of events are numbered here too.

use std::collections::HashMap;

use payhook_domain::id::NameId;
use payhook_domain::kind::Kind;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension};

use crate::{Name, NameKind};

/// `names.sort` of event kinds, which no caller enrols.
const KINDS: i64 = 0;

/// The number of each kind in this file.
#[derive(Debug)]
pub(super) struct Kinds {
    numbers: Vec<i64>,
    kinds: HashMap<i64, Kind>,
}

impl Kinds {
    /// Gives every kind of this release a number, once.
    pub(super) fn enrol(connection: &Connection) -> rusqlite::Result<Self> {
        let transaction = connection.unchecked_transaction()?;
        let numbers = Kind::ALL
            .iter()
            .map(|kind| number(&transaction, KINDS, kind.as_str()))
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        transaction.commit()?;
        let kinds = numbers.iter().copied().zip(Kind::ALL.iter().copied()).collect();
        Ok(Self { numbers, kinds })
    }

    /// The kinds that have a number in a file that is only read.
    pub(super) fn known(connection: &Connection) -> rusqlite::Result<Self> {
        let mut named = connection.prepare("SELECT id, name FROM names WHERE sort = ?1")?;
        let named = named.query_map([KINDS], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        let named: Vec<(i64, String)> = named.collect::<rusqlite::Result<_>>()?;
        let number = |kind: &Kind| named.iter().find(|(_, name)| name == kind.as_str()).map_or(-1, |(id, _)| *id);
        let kinds = named.iter().filter_map(|(id, name)| Some((*id, Kind::parse(name)?))).collect();
        Ok(Self { numbers: Kind::ALL.iter().map(number).collect(), kinds })
    }

    pub(super) fn number(&self, kind: Kind) -> i64 {
        self.numbers[kind as usize]
    }

    /// The kind with this number; one that only a newer release knows reads as `other`.
    pub(super) fn kind(&self, number: i64) -> Kind {
        self.kinds.get(&number).copied().unwrap_or(Kind::Other)
    }
}

/// The numbers of these names, made now where they are new.
pub(super) fn enrol(connection: &Connection, kind: NameKind, names: &[String]) -> rusqlite::Result<Vec<NameId>> {
    names
        .iter()
        .map(|name| {
            let id = number(connection, kind as i64, name)?;
            u16::try_from(id).map(NameId).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, id))
        })
        .collect()
}

fn number(connection: &Connection, sort: i64, name: &str) -> rusqlite::Result<i64> {
    let known = connection
        .prepare_cached("SELECT id FROM names WHERE sort = ?1 AND name = ?2")?
        .query_row((sort, name), |row| row.get(0))
        .optional()?;
    match known {
        Some(id) => Ok(id),
        None => connection.prepare_cached("INSERT INTO names (sort, name) VALUES (?1, ?2)")?.insert((sort, name)),
    }
}

/// Every name a caller enrolled, the first first; without what only a newer release enrols.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<Name>> {
    connection
        .prepare_cached("SELECT sort, id, name FROM names WHERE sort BETWEEN 1 AND 4 ORDER BY id")?
        .query_map([], |row| {
            let kind = match row.get(0)? {
                1 => NameKind::Source,
                2 => NameKind::Destination,
                3 => NameKind::Provider,
                4 => NameKind::Scope,
                _ => return Err(rusqlite::Error::InvalidColumnType(0, "sort".to_owned(), Type::Integer)),
            };
            Ok(Name { kind, id: NameId(row.get(1)?), name: row.get(2)? })
        })?
        .collect()
}
