"""The receiving end with FastAPI: a webhook from payhook, verified, applied once, answered."""

import os
import sqlite3

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["PAYHOOK_SIGNING_SECRET"])
app = FastAPI(openapi_url=None)


def book() -> sqlite3.Connection:
    connection = sqlite3.connect(os.environ.get("DATABASE", "payments.db"), isolation_level=None, timeout=10)
    connection.execute("PRAGMA synchronous = FULL")  # what was committed is on the disk
    return connection


connection = book()
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("CREATE TABLE IF NOT EXISTS webhooks (id TEXT, revision INTEGER, type TEXT, PRIMARY KEY (id, revision))")
connection.execute("CREATE TABLE IF NOT EXISTS payments (id TEXT PRIMARY KEY, reference TEXT, version INTEGER, status TEXT)")
connection.close()

NEW = "INSERT OR IGNORE INTO webhooks VALUES (?, ?, ?)"
# Events may come in any order: the highest version of a payment is believed.
BELIEVE = """INSERT INTO payments VALUES (:id, :reference, :version, :status) ON CONFLICT (id) DO UPDATE SET
    reference = coalesce(excluded.reference, reference), version = excluded.version, status = excluded.status
    WHERE excluded.version > version"""


def apply(webhook_id: str, event: dict) -> None:
    """The id and its effect in one transaction: both are on the disk, or neither."""
    data, connection = event["data"], book()
    try:
        connection.execute("BEGIN IMMEDIATE")
        is_new = connection.execute(NEW, (webhook_id, data.get("revision", 0), event["type"])).rowcount == 1
        if is_new and (payment := data.get("payment")):
            connection.execute(BELIEVE, {**payment, "reference": data.get("reference")})
        connection.execute("COMMIT")
    finally:
        connection.close()  # rolls back what was not committed


@app.post("/webhooks/payhook")
async def receive(request: Request) -> Response:
    body = await request.body()  # the bytes as they came
    try:
        event = webhook.verify(body, dict(request.headers))
    except WebhookVerificationError:
        return Response(status_code=401)
    await run_in_threadpool(apply, request.headers["webhook-id"], event)
    return Response(status_code=204)


@app.get("/payments")
def payments() -> list[dict]:
    connection = book()
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute("SELECT * FROM payments")]
    finally:
        connection.close()
