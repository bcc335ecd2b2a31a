-- The first shape of the file. Times are microseconds since 1970, UTC. Small numbers stand for names (`names`), states
-- (`State`), standings (sqlite/rows.rs). `seq` is the order of commits: only the writer hands it out, without gaps.

-- Sources, destinations, providers and event kinds, by number. Numbers are never given twice.
CREATE TABLE names (
    id    INTEGER PRIMARY KEY,
    sort  INTEGER NOT NULL,
    name  TEXT    NOT NULL,
    UNIQUE (sort, name)
) STRICT;

-- One row per HTTP request that brought something new.
CREATE TABLE notifications (
    id           INTEGER PRIMARY KEY,
    source       INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    target       TEXT    NOT NULL,
    peer         TEXT,
    config       BLOB    NOT NULL
) STRICT;

-- Its bytes, apart, so that retention can drop them without touching a row that is scanned.
CREATE TABLE bodies (
    notification  INTEGER PRIMARY KEY,
    headers       BLOB NOT NULL,
    body          BLOB NOT NULL
) STRICT;

-- What was ever seen, in the order of arrival. Never expires: a table of its own, so that it outlives the events.
-- `signed` and `content` are those of the version now held to be true.
CREATE TABLE identities (
    event      INTEGER PRIMARY KEY,
    digest     BLOB    NOT NULL,
    signed     BLOB    NOT NULL,
    content    BLOB    NOT NULL,
    revisions  INTEGER NOT NULL
) STRICT;

-- Its index, which follows behind: see sqlite/identities.rs. `prefix` is the digest's first 8 bytes, big-endian; two that
-- share it stand side by side.
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
    success             INTEGER,
    live                INTEGER,
    occurred_text       TEXT,
    occurred_at         INTEGER,
    account             TEXT,
    reference           TEXT,
    provider_reference  TEXT,
    payment             TEXT,
    amount              INTEGER,
    currency            TEXT,
    decimals            INTEGER,
    checks              TEXT,
    original_at         INTEGER,
    original_len        INTEGER,
    original            TEXT
) STRICT;

CREATE INDEX events_versions ON events (first) WHERE first IS NOT NULL;
-- 1 is `routed`: nearly every row, and the one standing nobody searches for.
CREATE INDEX events_marked ON events (standing, seq) WHERE standing <> 1;
-- One row in 64 is enough to find where a time begins; the scan is exact.
CREATE INDEX events_time ON events (received_at) WHERE seq % 64 = 0;

-- The merchant's reference, the provider's and the payment's key, each once per event row. In segments of 512 rows:
-- an index over all of them would dirty another page for nearly every insert; the few pages of a segment are shared.
CREATE TABLE lookups (
    segment  INTEGER NOT NULL,
    word     TEXT    NOT NULL,
    seq      INTEGER NOT NULL,
    PRIMARY KEY (segment, word, seq)
) STRICT, WITHOUT ROWID;

-- One event owed to one destination. `at`: when it is due, or became final.
CREATE TABLE deliveries (
    event        INTEGER NOT NULL,
    destination  INTEGER NOT NULL,
    generation   INTEGER NOT NULL,
    state        INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    at           INTEGER NOT NULL,
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
