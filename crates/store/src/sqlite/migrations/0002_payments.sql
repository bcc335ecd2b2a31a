-- Payments folded from events, order per payment, holds, and memos. Only adds: a release that knows 0001 alone still
-- works with the file, without any of these.

-- One row per payment, folded in the transaction of each event. `facts` is what its events state (domain's form);
-- `lanes` names the last delivery to each destination; `firm`: the public name is one an event gave the payment itself,
-- not a dispute or capture that named no payment. A row with `merged` turned out to be that other payment.
CREATE TABLE payments (
    id          INTEGER PRIMARY KEY,
    digest      BLOB    NOT NULL,
    firm        INTEGER NOT NULL,
    provider    INTEGER NOT NULL,
    account     TEXT,
    key         TEXT    NOT NULL,
    reference   TEXT,
    status      INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    facts       BLOB    NOT NULL,
    lanes       BLOB    NOT NULL,
    merged      INTEGER
) STRICT;

-- What payments are found by: the payment's key and its other references; and orders, by account and merchant
-- reference, with the latest date of a success. In order of arrival; the index follows behind (sqlite/runs.rs).
CREATE TABLE aliases (
    id          INTEGER PRIMARY KEY,
    digest      BLOB    NOT NULL,
    payment     INTEGER NOT NULL,
    success_at  INTEGER
) STRICT;

CREATE TABLE alias_index (
    prefix  INTEGER NOT NULL,
    id      INTEGER NOT NULL,
    PRIMARY KEY (prefix, id)
) STRICT, WITHOUT ROWID;

-- What an event says about its payment, and what was believed of the payment when the event was committed.
ALTER TABLE events ADD COLUMN payment_row INTEGER;
ALTER TABLE events ADD COLUMN payment_state TEXT;
ALTER TABLE events ADD COLUMN stale INTEGER;
ALTER TABLE events ADD COLUMN fact BLOB;

-- A lane is a chain: each delivery names the one that waits for it, and counts those it waits for. -1 in `waits` of a
-- dead letter: the lane stopped there. `missed`: the rows of events that died before it, 8 bytes each.
ALTER TABLE deliveries ADD COLUMN waits INTEGER;
ALTER TABLE deliveries ADD COLUMN next_event INTEGER;
ALTER TABLE deliveries ADD COLUMN next_generation INTEGER;
ALTER TABLE deliveries ADD COLUMN missed BLOB;

-- Held deliveries by when their hold is over, and by the order whose success overtakes them.
CREATE INDEX deliveries_held ON deliveries (at) WHERE state = 1;
CREATE TABLE holds (
    orders       BLOB    NOT NULL,
    event        INTEGER NOT NULL,
    destination  INTEGER NOT NULL,
    generation   INTEGER NOT NULL,
    PRIMARY KEY (orders, event, destination, generation)
) STRICT, WITHOUT ROWID;

-- What must survive a restart and is no event.
CREATE TABLE memos (
    name   TEXT PRIMARY KEY,
    value  BLOB NOT NULL
) STRICT, WITHOUT ROWID;
