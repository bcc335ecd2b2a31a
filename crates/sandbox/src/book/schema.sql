-- Everything is small and read by its key; documents are JSON, so that a new field needs no migration.
CREATE TABLE IF NOT EXISTS documents (
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    owner   TEXT NOT NULL,             -- what it belongs to and is listed by
    number  INTEGER NOT NULL,          -- of the sandbox's sequence: the order in which they were made
    content TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS documents_by_owner ON documents (kind, owner, number);

-- What will happen: the clockwork's list.
CREATE TABLE IF NOT EXISTS timers (
    id      INTEGER PRIMARY KEY,
    due     INTEGER NOT NULL,          -- microseconds, UTC, the sandbox's time
    patient INTEGER NOT NULL,          -- 1: a person may come first, so time does not leap to it
    story   TEXT NOT NULL,             -- the one it belongs to, if any
    content TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS timers_by_due ON timers (due, id);

-- Notifications: what is to be sent, and what became of it.
CREATE TABLE IF NOT EXISTS messages (
    id       INTEGER PRIMARY KEY,
    endpoint TEXT NOT NULL,            -- the webhook it is for; empty for what a stranger sends
    lane     TEXT NOT NULL,            -- those of one lane are sent one after the other
    provider TEXT NOT NULL,
    event    TEXT NOT NULL,            -- the provider's word
    subject  TEXT NOT NULL,            -- the merchant's reference
    story    TEXT NOT NULL,            -- the one it belongs to, if any
    content  TEXT NOT NULL,            -- media type, body, and how it is sent, before it is signed
    queued   INTEGER NOT NULL,
    due      INTEGER NOT NULL,
    tries    INTEGER NOT NULL DEFAULT 0,
    state    TEXT NOT NULL             -- waiting, accepted, ignored, given_up
) STRICT;
CREATE INDEX IF NOT EXISTS messages_by_lane ON messages (lane, id) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS messages_by_due ON messages (due) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS messages_by_subject ON messages (subject, id);
CREATE INDEX IF NOT EXISTS messages_by_story ON messages (story, id) WHERE story <> '';
CREATE INDEX IF NOT EXISTS messages_by_endpoint ON messages (endpoint, id);

CREATE TABLE IF NOT EXISTS attempts (
    message INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (message, number)
) STRICT, WITHOUT ROWID;

-- Answers given under an idempotency key.
CREATE TABLE IF NOT EXISTS answers (
    scope   TEXT NOT NULL,
    key     TEXT NOT NULL,
    given   INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
