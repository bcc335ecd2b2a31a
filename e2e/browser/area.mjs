// What a merchant does in the customer area. Each step begins and ends on one of its pages.
import { keyboard, mouse } from "./hand.mjs";

const hand = ({ page }, by) => (by === "keyboard" ? keyboard : mouse)(page);
const text = ({ page }, selector) => page.$eval(selector, (element) => element.innerText.trim());

/** From the overview: a webhook that names its account and has the AVS and CVC results added. */
export async function create_adyen_webhook(browser, { by, url }) {
  await browser.go("/");
  const merchant = hand(browser, by);
  await merchant.press("Adyen webhook");
  await merchant.choose("Account", "SandboxMerchant");
  await merchant.fill("URL", url);
  await merchant.fill("Description", "Browser’s webhook");
  await merchant.tick("Acquirer result");
  await merchant.press("Create webhook");
  return { heading: await text(browser, "h1"), said: await text(browser, "[role=status]"), at: browser.page.url() };
}

/** On the webhook's page: a key, read where it is shown; after going back it is not there any more. */
export async function generate_key(browser, { by }) {
  await hand(browser, by).press("Generate HMAC key");
  const key = await text(browser, "#key");
  const check_value = await text(browser, "main dd code");
  await browser.page.reload();
  const after = await browser.page.content();
  return { key, check_value, said: await text(browser, "[role=status]"), gone: !after.includes(key) };
}

/** On the webhook's page: a test, and what the log's entry says of it. */
export async function send_test(browser, { by }) {
  await hand(browser, by).press("Send test notification");
  return entry(browser);
}

/** On an entry's page: sent again, and waited for without reloading: the page renews itself. */
export async function send_again(browser, { by, tries }) {
  await hand(browser, by).press("Send again");
  // Whoever stands in it with the keyboard is left alone; the focus is at the top of a page that was just loaded.
  await browser.page.waitForFunction((tries) => document.querySelectorAll("section.try").length === tries, {}, tries);
  return entry(browser);
}

async function entry(browser) {
  const newest = await text(browser, "section.try h3");
  const body = await text(browser, "section.try pre:last-of-type");
  return { event: await text(browser, "h1"), state: await text(browser, "dd .pill"), newest, body };
}

/** On a payment's page: the bank opens a dispute. */
export async function open_dispute(browser, { page }) {
  await browser.go(page);
  await mouse(browser.page).press("Open a dispute");
  return text(browser, "[role=status]");
}

/** On any page: something is pressed. */
export async function press(browser, { name }) {
  await mouse(browser.page).press(name);
}

/** On the page of a payer's bank: who pays. */
export async function identify(browser, { account }) {
  const payer = mouse(browser.page);
  await payer.fill("Account number", account);
  await payer.press("Continue");
}

/** What the log lists. */
export async function read_log(browser, { filter = "" }) {
  await browser.go(`/area/log${filter}`);
  return browser.page.$$eval("tbody tr", (rows) => rows.map((row) => row.innerText.replace(/\s+/g, " ").trim()));
}

/** A form that is sent with nothing in it that can be used. */
export async function refused_form(browser) {
  await browser.go("/area/banked/webhooks/new");
  const merchant = mouse(browser.page);
  await merchant.fill("Target URL", "http://shop.example/banked");
  await merchant.press("Create webhook");
  return { alert: await text(browser, "[role=alert]"), mistakes: await browser.page.$$eval(".mistake", (all) => all.map((one) => one.innerText)) };
}
