"""The receiving end with FastAPI: a webhook from payhook, verified, applied once, answered."""

import os
import sqlite3
from contextlib import closing
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["PAYHOOK_SIGNING_SECRET"])
app = FastAPI(openapi_url=None)

TABLES = """CREATE TABLE IF NOT EXISTS webhooks (id TEXT, revision INTEGER, type TEXT, PRIMARY KEY (id, revision));
CREATE TABLE IF NOT EXISTS payments (id TEXT PRIMARY KEY, reference TEXT, version INTEGER, status TEXT)"""
NEW = "INSERT OR IGNORE INTO webhooks VALUES (?, ?, ?)"
# Events may come in any order: the highest version of a payment is believed.
BELIEVE = """INSERT INTO payments VALUES (:id, :reference, :version, :status) ON CONFLICT (id) DO UPDATE SET
    reference = coalesce(excluded.reference, reference), version = excluded.version, status = excluded.status
    WHERE excluded.version > version"""


def book() -> sqlite3.Connection:
    connection = sqlite3.connect(os.environ.get("DATABASE", "payments.db"), timeout=10)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous = FULL")  # what was committed is on the disk
    return connection


with closing(book()) as first:
    first.executescript(TABLES)


def apply(webhook_id: str, event: dict) -> None:
    """The id and its effect in one transaction: both are on the disk, or neither."""
    data = event["data"]
    with closing(book()) as connection, connection:
        is_new = connection.execute(NEW, (webhook_id, data.get("revision", 0), event["type"])).rowcount == 1
        if is_new and (payment := data.get("payment")):
            connection.execute(BELIEVE, {**payment, "reference": data.get("reference")})


async def raw(request: Request) -> bytes:
    return await request.body()  # the bytes as they came, never JSON that was read and written again


@app.post("/webhooks/payhook")
def receive(request: Request, body: Annotated[bytes, Depends(raw)]) -> Response:
    try:
        event = webhook.verify(body, dict(request.headers))
    except WebhookVerificationError:
        return Response(status_code=401)
    apply(request.headers["webhook-id"], event)
    return Response(status_code=204)


@app.get("/payments")
def payments() -> list[dict]:
    with closing(book()) as connection:
        return [dict(row) for row in connection.execute("SELECT * FROM payments")]
