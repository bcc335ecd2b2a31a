CREATE TABLE IF NOT EXISTS orders (
  reference TEXT PRIMARY KEY,    -- what provider and bank statement call it
  page TEXT NOT NULL UNIQUE,     -- the unguessable part of its page's address
  attempt TEXT NOT NULL UNIQUE,  -- the checkout form it came from: a form sent twice is one order
  email TEXT NOT NULL,
  currency TEXT NOT NULL,
  total INTEGER NOT NULL CHECK (total > 0),
  standing TEXT NOT NULL,        -- what its payments amount to
  placed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS orders_by_time ON orders (placed_at);

CREATE TABLE IF NOT EXISTS lines (
  reference TEXT NOT NULL REFERENCES orders,
  product TEXT NOT NULL,
  name TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  price INTEGER NOT NULL,
  PRIMARY KEY (reference, product)
) STRICT, WITHOUT ROWID;

-- What is wanted of a provider. Written before it is asked; asked with the same key and the same bytes until it answers.
CREATE TABLE IF NOT EXISTS intentions (
  key TEXT PRIMARY KEY,          -- the Idempotency-Key
  reference TEXT NOT NULL REFERENCES orders,
  payment TEXT,                  -- the payment it is about; nothing for a session, which begins one
  kind TEXT NOT NULL,            -- session, capture, cancel, refund
  provider TEXT NOT NULL,
  path TEXT NOT NULL,
  body TEXT NOT NULL,
  amount INTEGER NOT NULL,
  state TEXT NOT NULL,           -- open, done, refused, given_up
  answer TEXT,                   -- what the provider said last
  provider_reference TEXT,       -- what the provider calls it
  made_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS intentions_open ON intentions (due_at) WHERE state = 'open';
CREATE INDEX IF NOT EXISTS intentions_by_order ON intentions (reference);

-- What payhook believes of each payment, by the highest version heard.
CREATE TABLE IF NOT EXISTS payments (
  id TEXT PRIMARY KEY,
  reference TEXT,                -- the order; unknown until an event names it
  provider TEXT NOT NULL,
  provider_reference TEXT,
  version INTEGER NOT NULL,
  status TEXT NOT NULL,
  currency TEXT,
  authorised INTEGER NOT NULL,
  captured INTEGER NOT NULL,
  refunded INTEGER NOT NULL,
  disputed INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS payments_by_order ON payments (reference);

-- Every webhook that was applied. A dispute told again with other details keeps its id and counts its revision up.
CREATE TABLE IF NOT EXISTS webhooks (
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  kind TEXT NOT NULL,
  reference TEXT,
  payment TEXT,
  provider_reference TEXT,
  amount INTEGER,
  currency TEXT,
  detail TEXT,                   -- the provider's reason, where it gives one
  received_at INTEGER NOT NULL,
  PRIMARY KEY (id, revision)
) STRICT;
CREATE INDEX IF NOT EXISTS webhooks_by_payment ON webhooks (payment);
CREATE INDEX IF NOT EXISTS webhooks_by_order ON webhooks (reference);

-- Mail to be sent. One row per order: nobody is thanked twice.
CREATE TABLE IF NOT EXISTS outbox (
  reference TEXT PRIMARY KEY REFERENCES orders,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  written_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
