// What people do in the shop, and on the pages they pay on: buyers, and the merchant. Each step begins and ends on one of those.
import { hand, text } from "./hand.mjs";

/** When the test cards expire, and their code. */
const EXPIRY = "03/30";
const CODE = "737";

/** To any page. */
export async function visit(browser, { at }) {
  await browser.go(at);
  return seen(browser);
}

/** On any page: something is pressed, and the page that follows is looked at. */
export async function press(browser, { name, by }) {
  await hand(browser, by).press(name);
  return seen(browser);
}

/** From the shelf into the basket. */
export async function choose_kite(browser, { by, shop, kite }) {
  await browser.go(shop);
  return press(browser, { by, name: `Add ${kite} to the basket` });
}

/** From the basket to the page where it is paid. */
export async function check_out(browser, { by, mail, button }) {
  const buyer = hand(browser, by);
  await buyer.fill("Mail address, for the receipt", mail);
  await buyer.press(button);
  return seen(browser);
}

/** On the payment page for cards, whose heading is what its button says. */
export async function pay_by_card(browser, { by, number, holder }) {
  const buyer = hand(browser, by);
  await buyer.fill("Card number", number);
  await buyer.fill("Expiry date", EXPIRY);
  await buyer.fill("Security code", CODE);
  await buyer.fill("Name on the card", holder);
  await buyer.press(await text(browser, "h1"));
  return seen(browser);
}

/** On the page of a bank: whose account pays. */
export async function name_account(browser, { by, account }) {
  const payer = hand(browser, by);
  await payer.fill("Account number", account);
  await payer.press("Continue");
  return seen(browser);
}

/** On an order's page, which is not loaded again from here on: a reload would forget what is noted on it. */
export async function stay({ page }) {
  await page.evaluate(() => (window.stayed = true));
}

/** On an order's page: waits until it turns by itself, and tells by what. */
export async function turns(browser, { to }) {
  await browser.page.waitForSelector(`#standing.${to}`);
  return seen(browser);
}

/** On the merchant's list: an order, and so much of it given back. */
export async function give_back(browser, { by, reference, amount }) {
  const merchant = hand(browser, by);
  await merchant.press(reference);
  await merchant.fill("Amount to refund, in pounds", amount);
  await merchant.press("Refund");
  return seen(browser);
}

/** The page as a person sees it; of an order's page also where the order stands, and what it is called. */
async function seen(browser) {
  const { page, told } = browser;
  const now = await page.evaluate(() => {
    const words = (selector) => document.querySelector(selector)?.innerText.trim() ?? null;
    return {
      at: location.origin + location.pathname,
      heading: words("h1"),
      text: words("main"),
      alert: words("[role=alert]"),
      standing: document.querySelector("#standing")?.classList[1] ?? null,
      reference: words(".receipt .mono"),
      stayed: window.stayed === true,
    };
  });
  return { ...now, told: [...told] };
}
