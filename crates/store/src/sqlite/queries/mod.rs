//! Questions, one file per noun. Each is bounded in the rows it returns and in those it looks at.

mod deliveries;
mod events;
mod growth;
mod notifications;
mod payments;
mod quarantine;
mod reader;
mod stopped;
mod tallies;
mod times;

pub(super) use events::list as list_events;
pub(super) use reader::SqliteReader;
pub(super) use tallies::read as tallies;
