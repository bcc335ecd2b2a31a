-- The first shape of the file. Times are microseconds since 1970, UTC. Small numbers stand for names (`names`), states
-- (`State`), standings (sqlite/rows.rs). `seq` is the order of commits: only the writer hands it out, without gaps.

-- Sources, destinations, providers and event kinds, by number. Numbers are never given twice.
CREATE TABLE names (
    id    INTEGER PRIMARY KEY,
    sort  INTEGER NOT NULL,
    name  TEXT    NOT NULL,
    UNIQUE (sort, name)
) STRICT;

-- One row per HTTP request that brought something new, as it was received. The bytes stand last, so that what stands before
-- them is read without them, and are null once retention has dropped them.
CREATE TABLE notifications (
    id           INTEGER PRIMARY KEY,
    source       INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    target       TEXT    NOT NULL,
    peer         TEXT,
    config       BLOB    NOT NULL,
    headers      BLOB,
    body         BLOB
) STRICT;

-- What was ever seen, 2,048 rows of events in one: the 16-byte digests of their identities in the order of arrival, and for
-- each the digests of what was signed and of all it said. Written when the last of them has come; until then the rows of
-- the events themselves say so (sqlite/segments). Never expires: a table of its own, so that it outlives the events.
CREATE TABLE identities (
    segment  INTEGER PRIMARY KEY,
    digests  BLOB NOT NULL,
    details  BLOB NOT NULL
) STRICT;

-- Those that came again with other details: the version now held to be true, and how many there were.
CREATE TABLE versions (
    event      INTEGER PRIMARY KEY,
    signed     BLOB    NOT NULL,
    content    BLOB    NOT NULL,
    revisions  INTEGER NOT NULL
) STRICT;

-- The index of identities, which follows behind: see sqlite/runs.rs. `prefix` is the digest's first 8 bytes, big-endian;
-- two that share it stand side by side.
CREATE TABLE identity_index (
    prefix  INTEGER NOT NULL,
    event   INTEGER NOT NULL,
    PRIMARY KEY (prefix, event)
) STRICT, WITHOUT ROWID;

-- One row per event as first recorded, and one per revision and conflict of it (`first` is then the first row's seq).
CREATE TABLE events (
    seq                 INTEGER PRIMARY KEY,
    notification        INTEGER NOT NULL,
    item                INTEGER NOT NULL,
    source              INTEGER NOT NULL,
    provider            INTEGER NOT NULL,
    received_at         INTEGER NOT NULL,
    standing            INTEGER NOT NULL,
    revision            INTEGER NOT NULL,
    duplicates          INTEGER NOT NULL DEFAULT 0,
    first               INTEGER,
    aside               TEXT,
    detail              TEXT,
    id                  BLOB    NOT NULL,
    signed              BLOB    NOT NULL,
    content             BLOB    NOT NULL,
    kind                INTEGER NOT NULL,
    code                TEXT    NOT NULL,
    reference           TEXT,
    provider_reference  TEXT,
    payment             TEXT,
    -- All else it says, in the domain's form; and what was believed of its payment when the event was committed.
    said                BLOB    NOT NULL,
    payment_row         INTEGER,
    payment_state       TEXT,
    stale               INTEGER
) STRICT;

CREATE INDEX events_versions ON events (first) WHERE first IS NOT NULL;
-- 1 is `routed`: nearly every row, and the one standing nobody searches for.
CREATE INDEX events_marked ON events (standing, seq) WHERE standing <> 1;
-- One row in 64 is enough to find where a time begins; the scan is exact.
CREATE INDEX events_time ON events (received_at) WHERE seq % 64 = 0;

-- What events are found by: the merchant's reference, the provider's and the payment's key. In segments like identities,
-- each in 32 drawers (`id` is segment * 32 + drawer) of hashes and places: see sqlite/segments/words.rs.
CREATE TABLE words (
    id       INTEGER PRIMARY KEY,
    entries  BLOB NOT NULL
) STRICT;

-- One event owed to one destination. `at`: when it is due, or became final. One that is due since its event was committed
-- has the state 4 until it is tried: found in the order of events, it needs no index (sqlite/lease).
-- A lane is a chain: each delivery names the one that waits for it, and counts those it waits for. -1 in `waits` of a
-- dead letter: the lane stopped there. `missed`: the rows of events that died before it, 8 bytes each.
CREATE TABLE deliveries (
    event            INTEGER NOT NULL,
    destination      INTEGER NOT NULL,
    generation       INTEGER NOT NULL,
    state            INTEGER NOT NULL,
    attempts         INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    at               INTEGER NOT NULL,
    waits            INTEGER,
    next_event       INTEGER,
    next_generation  INTEGER,
    missed           BLOB,
    PRIMARY KEY (event, destination, generation)
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_due ON deliveries (destination, at) WHERE state = 2;
CREATE INDEX deliveries_dead ON deliveries (event) WHERE state IN (11, 12);

-- One try. Durations in microseconds.
CREATE TABLE attempts (
    event        INTEGER NOT NULL,
    destination  INTEGER NOT NULL,
    generation   INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    started_at   INTEGER NOT NULL,
    took         INTEGER NOT NULL,
    outcome      INTEGER NOT NULL,
    retry_after  INTEGER,
    status       INTEGER,
    error        TEXT,
    excerpt      TEXT,
    dns          INTEGER,
    connect      INTEGER,
    tls          INTEGER,
    first_byte   INTEGER,
    PRIMARY KEY (event, destination, generation, number)
) STRICT, WITHOUT ROWID;

-- Refused requests. `digest` is over source, body and signature headers: the same again is counted, not kept.
CREATE TABLE quarantine (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    digest    BLOB    NOT NULL UNIQUE,
    source    INTEGER NOT NULL,
    first_at  INTEGER NOT NULL,
    last_at   INTEGER NOT NULL,
    times     INTEGER NOT NULL,
    target    TEXT    NOT NULL,
    peer      TEXT,
    reason    TEXT    NOT NULL,
    detail    TEXT    NOT NULL,
    claimed   BLOB,
    size      INTEGER NOT NULL,
    headers   BLOB    NOT NULL,
    body      BLOB    NOT NULL
) STRICT;

CREATE INDEX quarantine_source ON quarantine (source, id);

-- Exact counts, changed in the transaction of what they count. `sort` is numbered in sqlite/tally.rs.
CREATE TABLE tallies (
    sort   INTEGER NOT NULL,
    a      INTEGER NOT NULL,
    b      INTEGER NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (sort, a, b)
) STRICT, WITHOUT ROWID;

-- Which notifications were owed whole (`format = "original"`), and to whom. With `event` 0 the notification itself was;
-- otherwise that one event of it was, inside the bytes of another notification.
CREATE TABLE wholes (
    notification  INTEGER NOT NULL,
    destination   INTEGER NOT NULL,
    event         INTEGER NOT NULL,
    PRIMARY KEY (notification, destination, event)
) STRICT, WITHOUT ROWID;

-- One row per payment, folded in the transaction of each event. `name` is the digest of what it was first called, `digest`
-- its public name; `firm`: the public name is one an event gave the payment itself, not a dispute or capture that named no
-- payment. `facts` is what its events state (domain's form); `lanes` names the last delivery to each destination. A row
-- with `merged` turned out to be that other payment.
CREATE TABLE payments (
    id          INTEGER PRIMARY KEY,
    name        BLOB    NOT NULL,
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

CREATE INDEX payments_merged ON payments (merged) WHERE merged IS NOT NULL;

-- The index of their first names, which follows behind.
CREATE TABLE payment_index (
    prefix  INTEGER NOT NULL,
    payment INTEGER NOT NULL,
    PRIMARY KEY (prefix, payment)
) STRICT, WITHOUT ROWID;

-- What else payments are found by, their other references; and orders, by account and merchant reference, with the latest
-- date of a success. In order of arrival; the index follows behind.
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
