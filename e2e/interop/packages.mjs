// The packages of npm, asked line by line: one question as JSON in, one answer as JSON out. See README.md.

import { createPublicKey, sign as signWith } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";

import adyen from "@adyen/api-library";
import tern from "@hookflo/tern";
import * as octokit from "@octokit/webhooks-methods";
import * as paddle from "@paddle/paddle-node-sdk";
import braintree from "braintree";
import worldline from "connect-sdk-nodejs";
import * as gocardless from "gocardless-nodejs/webhooks";
import mercadopago from "mercadopago";
import ModernTreasury from "modern-treasury";
import Razorpay from "razorpay";
import standard from "standardwebhooks";
import Stripe from "stripe";
import svix from "svix";
import truelayer from "truelayer-signing";

const stripe = new Stripe("sk_test_unused");
const treasury = new ModernTreasury({ apiKey: "unused", organizationID: "unused" });
const hmac = new adyen.hmacValidator();
const form = "application/x-www-form-urlencoded";

// What each package signs: a body, or the headers beside it, or both.
const signers = {
  stripe: ({ body, key, at }) => ({
    headers: { "stripe-signature": stripe.webhooks.generateTestHeaderString({ payload: body, secret: key, timestamp: at }) },
  }),
  standardwebhooks: (request) => messageOf("webhook", new standard.Webhook(request.key), request),
  svix: (request) => messageOf("svix", new svix.Webhook(request.key), request),
  "@octokit/webhooks-methods": async ({ body, key, id }) => ({
    headers: { "x-hub-signature-256": await octokit.sign(key, body), "x-github-delivery": id, "x-github-event": "push" },
  }),
  "modern-treasury": ({ body, key }) => ({ headers: { "x-signature": treasury.webhooks.getSignature(body, { key }) } }),
  "@adyen/api-library": ({ body, key }) => {
    const item = JSON.parse(body);
    item.additionalData = { ...item.additionalData, hmacSignature: hmac.calculateHmac(item, key) };
    return { body: JSON.stringify({ live: "false", notificationItems: [{ NotificationRequestItem: item }] }) };
  },
  "@adyen/api-library by header": ({ body, key }) => ({
    headers: { hmacsignature: hmac.calculateHmac(body, key), protocol: "HmacSHA256" },
  }),
  "truelayer-signing": ({ body, key, at, target }) => {
    const signed = { "X-Tl-Webhook-Timestamp": new Date(at * 1000).toISOString() };
    const signature = truelayer.sign({ kid: "public", privateKeyPem: key, method: "POST", path: target, headers: signed, body });
    return { headers: { ...signed, "tl-signature": signature } };
  },
  // The package signs for clients, which name no key set; TrueLayer's own webhooks do. So its header gets one, and is signed anew.
  "truelayer-signing with a key set": async ({ body, key, at, target, jku }) => {
    const signed = { "X-Tl-Webhook-Timestamp": new Date(at * 1000).toISOString() };
    let head;
    const signingFunction = async (message) => {
      const [plain, payload] = message.split(".");
      head = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(plain, "base64url")), jku })).toString("base64url");
      return signWith("sha512", Buffer.from(`${head}.${payload}`), { key, dsaEncoding: "ieee-p1363" }).toString("base64url");
    };
    const made = await truelayer.sign({ kid: "public", signingFunction, method: "POST", path: target, headers: signed, body });
    return { headers: { ...signed, "tl-signature": `${head}..${made.split("..")[1]}` } };
  },
  braintree: ({ key, id, kind }) => {
    const gateway = braintreeOf(key);
    return { headers: { "content-type": form }, body: `${new URLSearchParams(gateway.webhookTesting.sampleNotification(kind, id))}` };
  },
};

// What each package says of a request: true, or false, or an error that it throws instead of false.
const validators = {
  stripe: ({ body, key, headers }) => !!stripe.webhooks.constructEvent(body, headers["stripe-signature"], key),
  standardwebhooks: ({ body, key, headers }) => !!new standard.Webhook(key).verify(body, headers),
  svix: ({ body, key, headers }) => (new svix.Webhook(key).verify(body, headers), true),
  "@octokit/webhooks-methods": ({ body, key, headers }) => octokit.verify(key, body, headers["x-hub-signature-256"]),
  "modern-treasury": ({ body, key, headers }) => treasury.webhooks.validateSignature(body, headers["x-signature"], { key }),
  "@adyen/api-library": ({ body, key }) =>
    JSON.parse(body).notificationItems.every((item) => hmac.validateHMAC(item.NotificationRequestItem, key)),
  "gocardless-nodejs": ({ body, key, headers }) => !!gocardless.parse(body, key, headers["webhook-signature"]),
  "@paddle/paddle-node-sdk": ({ body, key, headers }) =>
    new paddle.Paddle("unused").webhooks.isSignatureValid(body, key, headers["paddle-signature"]),
  mercadopago: ({ key, headers, target }) => {
    const dataId = new URL(target, "http://localhost").searchParams.get("data.id");
    const [xSignature, xRequestId] = [headers["x-signature"], headers["x-request-id"]];
    mercadopago.WebhookSignatureValidator.validate({ secret: key, dataId, xSignature, xRequestId });
    return true;
  },
  razorpay: ({ body, key, headers }) => Razorpay.validateWebhookSignature(body, headers["x-razorpay-signature"], key),
  "connect-sdk-nodejs": async ({ body, key, headers }) => {
    const helper = worldline.webhooks.v1.init({ getSecretKey: async () => key });
    return !!(await helper.unmarshal(body, headers));
  },
  "truelayer-signing": ({ body, key, headers, target }) => {
    const publicKeyPem = createPublicKey(key).export({ type: "spki", format: "pem" });
    truelayer.verify({ publicKeyPem, signature: headers["tl-signature"], method: "POST", path: target, headers, body });
    return true;
  },
  "truelayer-signing with a key set": ({ body, jwks, jku, headers, target }) => {
    const signature = headers["tl-signature"];
    truelayer.verify({ jwks, signature, method: "POST", path: target, headers, body });
    return truelayer.extractJku(signature) === jku;
  },
  braintree: async ({ body, key }) => {
    const fields = new URLSearchParams(body);
    return !!(await braintreeOf(key).webhookNotification.parse(fields.get("bt_signature"), fields.get("bt_payload")));
  },
};

// The second opinion: one package that knows many schemes.
async function judge({ platform, key, headers, bytes, tolerance }) {
  const request = new Request("http://localhost/", { method: "POST", headers, body: Buffer.from(bytes, "base64") });
  const { isValid, errorCode } = await tern.WebhookVerificationService.verifyWithPlatformConfig(request, platform, key, tolerance);
  return { valid: isValid, said: errorCode ?? "" };
}

// Adyen's package asks over TLS whatever the address says; the pretend provider speaks plain HTTP on loopback.
const secured = https.request;
https.request = (options, ...rest) =>
  options.protocol === "http:" ? http.request({ ...options, agent: undefined }, ...rest) : secured(options, ...rest);

// What Adyen's package asks the provider at `base`, as a merchant's program does.
const calls = {
  setUpWebhook: ({ management }, { account, body }) => management("WebhooksMerchantLevelApi").setUpWebhook(account, body),
  updateWebhook: ({ management }, { account, id, body }) =>
    management("WebhooksMerchantLevelApi").updateWebhook(account, id, body),
  listWebhooks: ({ management }, { account }) => management("WebhooksMerchantLevelApi").listAllWebhooks(account, 1, 10),
  removeWebhook: ({ management }, { account, id }) => management("WebhooksMerchantLevelApi").removeWebhook(account, id),
  generateHmac: ({ management }, { account, id }) => management("WebhooksMerchantLevelApi").generateHmacKey(account, id),
  testWebhook: ({ management }, { account, id, body }) =>
    management("WebhooksMerchantLevelApi").testWebhook(account, id, body),
  session: ({ checkout }, { body }) => checkout("PaymentsApi").sessions(body),
  pay: ({ checkout }, { body }) => checkout("PaymentsApi").payments(body),
  capture: ({ checkout }, { id, body }) => checkout("ModificationsApi").captureAuthorisedPayment(id, body),
  refund: ({ checkout }, { id, body }) => checkout("ModificationsApi").refundCapturedPayment(id, body),
  cancel: ({ checkout }, { id, body }) => checkout("ModificationsApi").cancelAuthorisedPaymentByPspReference(id, body),
};

async function call(question) {
  const client = new adyen.Client({ apiKey: question.key, environment: "TEST" });
  const at = (apis, path) => (name) => Object.assign(apis[name], { baseUrl: question.base + path });
  const management = at(new adyen.ManagementAPI(client), "/adyen/management/v3");
  const checkout = at(new adyen.CheckoutAPI(client), "/adyen/checkout/v71");
  try {
    return { answer: (await calls[question.call]({ management, checkout }, question)) ?? null };
  } catch (error) {
    if (!(error instanceof adyen.HttpClientException)) throw error;
    return { refused: error.statusCode, said: JSON.parse(error.responseBody) };
  }
}

function messageOf(prefix, webhook, { body, id, at }) {
  const signature = webhook.sign(id, new Date(at * 1000), body);
  return { headers: { [`${prefix}-id`]: id, [`${prefix}-timestamp`]: `${at}`, [`${prefix}-signature`]: signature } };
}

function braintreeOf(key) {
  const environment = braintree.Environment.Sandbox;
  return new braintree.BraintreeGateway({ environment, merchantId: "merchant", publicKey: "public", privateKey: key });
}

async function answer(question) {
  if (question.ask === "sign") return await signers[question.package](question);
  if (question.ask === "call") return await call(question);
  if (question.ask === "jwk") return { ...createPublicKey(question.key).export({ format: "jwk" }), kid: "public" };
  if (question.ask === "judge") return await judge(question);
  if (!(question.package in validators)) throw new Error(`no validator for ${question.package}`);
  try {
    return { valid: await validators[question.package](question), said: "" };
  } catch (error) {
    return { valid: false, said: `${error.name}: ${error.message}`.slice(0, 200) };
  }
}

console.log = console.error;
for await (const line of createInterface({ input: process.stdin })) {
  const said = await answer(JSON.parse(line)).catch((error) => ({ failed: `${error.stack}` }));
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
