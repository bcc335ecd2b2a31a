// The receiving end with Express: a webhook from payhook, verified, written down once, answered.
import { appendFileSync, readFileSync, truncateSync } from "node:fs";
import express from "express";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.PAYHOOK_SIGNING_SECRET);

// A journal, one line per webhook: its id and its effect together, so that neither is ever on the disk without the other.
// With a database it is one transaction: `INSERT` of the id, under a unique key, and `UPDATE` of the order.
const journal = process.env.JOURNAL ?? "payments.jsonl";
const seen = new Set();
const payments = new Map();

function apply({ id, reference, payment }) {
  seen.add(id);
  // Events may come in any order: the highest version of a payment is believed.
  const known = payments.get(payment?.id);
  if (payment && !(known?.version >= payment.version)) payments.set(payment.id, { ...payment, reference: reference ?? known?.reference });
}

appendFileSync(journal, "");
const kept = readFileSync(journal);
const end = kept.lastIndexOf("\n") + 1;
truncateSync(journal, end); // what a kill cut short was never answered, so it comes again
kept.toString("utf8", 0, end).split("\n").filter(Boolean).forEach((line) => apply(JSON.parse(line)));

const app = express();
app.post("/webhooks/payhook", express.raw({ type: "*/*", limit: "2mb" }), (request, response) => {
  let event;
  try {
    event = webhook.verify(request.body, request.headers); // over the bytes as they came
  } catch {
    return response.sendStatus(401);
  }
  const { reference, payment, revision } = event.data;
  const line = { id: `${request.headers["webhook-id"]} ${revision}`, type: event.type, reference, payment };
  try {
    if (!seen.has(line.id)) {
      appendFileSync(journal, JSON.stringify(line) + "\n", { flush: true }); // on the disk before it is answered
      apply(line);
    }
  } catch (error) {
    console.error(error);
    process.exit(1); // what is on the disk is read again at the start; payhook comes again
  }
  response.sendStatus(204);
});
app.get("/payments", (_, response) => response.json([...payments.values()]));
const server = app.listen(process.env.PORT ?? 3000, "127.0.0.1", () => console.log(`listening on 127.0.0.1:${server.address().port}`));
