// How a page looks: whether it fits the window, whether it can be read, and a picture of it for people.
import { join } from "node:path";

/** WCAG 2.2 AA: for text, and for large text. */
const CONTRAST_MIN = 4.5;

/** Measures a page and takes its picture. */
export async function look(browser, { path, name }) {
  if (path) await browser.go(path);
  const measured = await browser.page.evaluate(measure, CONTRAST_MIN);
  if (browser.shots) {
    await browser.page.screenshot({ path: join(browser.shots, `${name}-${browser.look}.png`), fullPage: true });
  }
  return measured;
}

/** Opens all that is folded on the page. */
export async function unfold({ page }) {
  await page.$$eval("details", (all) => all.forEach((one) => (one.open = true)));
}

function measure(contrast_min) {
  const seen = (element) => element.checkVisibility() && element.getBoundingClientRect().right > 0;
  const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = parts(colour).map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((parts(colour)[3] ?? 1) === 1) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    if (!seen(element) || !own(element)) continue;
    const [one, other] = [luminance(getComputedStyle(element).color), luminance(ground(element))].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (other + 0.05);
    if (contrast < contrast_min) faint.push(`${element.tagName} ${element.innerText.slice(0, 30)}: ${contrast.toFixed(2)}`);
  }
  const unnamed = [...document.querySelectorAll("input:not([type=hidden]), select, textarea")].filter(
    (field) => !field.labels.length && !field.getAttribute("aria-label"),
  );
  return {
    title: document.title,
    dark: luminance(getComputedStyle(document.body).backgroundColor) < 0.2,
    wider_by: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    faint,
    unnamed: unnamed.map((field) => field.outerHTML),
    headings: document.querySelectorAll("h1").length,
  };
}
