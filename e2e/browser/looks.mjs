// How a page looks: whether it fits the window, whether it can be read, and a picture of it for people.
import { join } from "node:path";
import { unseen } from "./hand.mjs";

/** WCAG 2.2 AA: for text. */
const CONTRAST_MIN = 4.5;
/** WCAG 2.2 AA: the least width and height of what is pressed, in CSS pixels. */
const TARGET_MIN = 24;
/** The narrowest phone that is still about, in CSS pixels. */
const NARROWEST = 360;

/** Whether the keyboard goes through dark pages as well: in long runs. */
const WALKS_IN_DARK = process.env.PAYHOOK_TEST_SCALE === "long";

/** Measures a page, takes its picture, and goes through it by the keyboard. */
export async function look(browser, { path, name }) {
  if (path) await browser.go(path);
  return looked(browser, name);
}

/** The same of the page that is open, in light and in dark: for pages that cannot be come by again. */
export async function look_in_both(browser, { name }) {
  const measured = {};
  for (const scheme of ["dark", "light"]) {
    await browser.turn(scheme);
    measured[scheme] = await looked(browser, name);
  }
  return measured;
}

async function looked(browser, name) {
  const { page, shots } = browser;
  const measured = await page.evaluate(measure, CONTRAST_MIN, TARGET_MIN);
  if (shots) await page.screenshot({ path: join(shots, `${name}-${browser.look()}.png`), fullPage: true });
  // A phone has no keyboard, and nobody has the narrowest of phones on a desk. The stops of the keyboard are the same in dark,
  // and going through them is what takes long.
  const { isMobile } = page.viewport();
  const walks = !isMobile && (WALKS_IN_DARK || browser.look().endsWith("light"));
  const unseen_focus = walks ? await unseen(page) : [];
  return { ...measured, unseen: unseen_focus, narrow_wider_by: isMobile ? await narrowed(page) : 0 };
}

/** By how much it is wider than the narrowest phone. */
async function narrowed(page) {
  const viewport = page.viewport();
  await page.setViewport({ ...viewport, width: NARROWEST });
  const wider_by = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await page.setViewport(viewport);
  return wider_by;
}

/** Opens all that is folded on the page. */
export async function unfold({ page }) {
  await page.$$eval("details", (all) => all.forEach((one) => (one.open = true)));
}

function measure(contrast_min, target_min) {
  const { luminance, contrast, ground } = window.eyes;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const box = (element) => element.getBoundingClientRect();
  const seen = (element) => element.checkVisibility() && box(element).right > 0;
  const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const words = (element) => element.innerText.trim().slice(0, 30);

  const faint = [];
  const read = (element, colour, what) => {
    const found = contrast(colour, ground(element));
    if (found < contrast_min) faint.push(`${element.tagName} ${what}: ${found.toFixed(2)}`);
  };
  for (const element of all("body *").filter((element) => seen(element) && own(element))) {
    read(element, getComputedStyle(element).color, words(element));
  }
  for (const field of all("input, textarea").filter(seen)) {
    read(field, getComputedStyle(field).color, field.name);
    if (field.placeholder) read(field, getComputedStyle(field, "::placeholder").color, field.placeholder);
  }

  const named = (one) => (one.getAttribute("aria-label") ?? one.innerText).trim() !== "";
  const labelled = (field) => field.labels.length > 0 || field.ariaLabel;
  const ranks = all("h1, h2, h3, h4, h5, h6").filter(seen).map((heading) => Number(heading.tagName[1]));
  const ids = all("[id]").map((element) => element.id);
  // A box is ticked by its label, too.
  const target = (one) => (one.matches("[type=checkbox], [type=radio]") && one.labels[0]) || one;
  const small = ({ width, height }) => width < target_min || height < target_min;
  return {
    title: document.title,
    language: document.documentElement.lang,
    dark: luminance(getComputedStyle(document.body).backgroundColor) < 0.2,
    wider_by: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    faint,
    unnamed: all("input:not([type=hidden]), select, textarea").filter((field) => !labelled(field)).map((field) => field.outerHTML),
    unlettered: all("button, a").filter((one) => seen(one) && !named(one)).map((one) => one.outerHTML),
    pictures: all("svg, img").filter((one) => one.ariaHidden !== "true" && !one.alt && !one.ariaLabel).map((one) => one.outerHTML),
    headings: ranks.filter((rank) => rank === 1).length,
    skipped: ranks.filter((rank, at) => rank > (ranks[at - 1] ?? 0) + 1),
    twice: ids.filter((id, at) => ids.indexOf(id) !== at),
    cramped: all("button, select, summary, input:not([type=hidden])").filter((one) => seen(one) && small(box(target(one)))).map((one) => one.outerHTML),
  };
}
