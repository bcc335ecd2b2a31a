//! Notifications with their bytes.

use bytes::Bytes;
use payhook_domain::id::{NameId, NotificationId};
use payhook_domain::notification::Notification;
use payhook_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension};

/// When the newest of them was received.
pub(super) fn last_receipt(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let last = connection
        .prepare_cached("SELECT received_at FROM notifications ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(last.map(Timestamp::from_micros))
}

/// One notification. Without bytes when retention has dropped them.
pub(super) fn one(connection: &Connection, id: NotificationId) -> rusqlite::Result<Option<Notification>> {
    connection
        .prepare_cached(
            "SELECT source, received_at, target, peer, config, headers, body FROM notifications WHERE id = ?1",
        )?
        .query_row([id.0], |row| {
            let bytes =
                |index| row.get::<_, Option<Vec<u8>>>(index).map(|bytes| Bytes::from(bytes.unwrap_or_default()));
            Ok(Notification {
                source: NameId(row.get(0)?),
                received_at: Timestamp::from_micros(row.get(1)?),
                target: row.get(2)?,
                peer: row.get_ref(3)?.as_str_or_null()?.and_then(|peer| peer.parse().ok()),
                config: row.get(4)?,
                headers: bytes(5)?,
                body: bytes(6)?,
            })
        })
        .optional()
}

/// Whether the notification was owed whole to the destination when it was recorded.
pub(super) fn was_owed_whole(
    connection: &Connection,
    id: NotificationId,
    destination: NameId,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM wholes WHERE notification = ?1 AND destination = ?2 AND event = 0")?
        .exists((id.0, destination.0))
}
