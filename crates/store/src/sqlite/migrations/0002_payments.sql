-- Payments folded from events, order per payment, holds. Only adds: a release that knows 0001 alone still works with it.

-- What must survive a restart and is no event.
CREATE TABLE memos (
    name   TEXT PRIMARY KEY,
    value  BLOB NOT NULL
) STRICT, WITHOUT ROWID;
