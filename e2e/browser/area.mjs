// What a merchant does in the customer area. Each step begins and ends on one of its pages.
import { hand, mouse, text } from "./hand.mjs";

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

/** A scenario is chosen, run with one fault, and watched until a notification of it was accepted: the page renews itself. */
export async function run_story(browser, { by, story, fault }) {
  await browser.go("/area/stories");
  const merchant = hand(browser, by);
  await merchant.choose("Story", story);
  await merchant.fill("Seed", "7");
  await merchant.tick(fault);
  await merchant.press("Run it");
  const said = await text(browser, "[role=status]");
  await browser.page.waitForFunction(() => document.querySelector("td .pill.accepted"));
  const told = await browser.page.$$eval("tbody tr", (rows) => rows.map((row) => row.innerText.replace(/\s+/g, " ").trim()));
  return { heading: await text(browser, "h1"), said, facts: await text(browser, "dl.facts"), told };
}

/** The first story of the list begins. */
export async function begin_story(browser) {
  await browser.go("/area/stories");
  await mouse(browser.page).press("Run it");
}

/** On a payment's page: the bank opens a dispute. */
export async function open_dispute(browser, { page }) {
  await browser.go(page);
  await mouse(browser.page).press("Open a dispute");
  return text(browser, "[role=status]");
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
