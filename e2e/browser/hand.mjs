// Two ways to use a page: by the mouse, and by the keyboard alone. Both find things as a person does, by what is written on
// them, and both wait for the page that follows.
const TABS_MAX = 200;
/** WCAG 2.2 AA: for what is no text, such as the line around what has the focus. */
const MARK_CONTRAST_MIN = 3;

/** The hand of somebody who uses the page `by` mouse or keyboard. */
export const hand = ({ page }, by) => (by === "keyboard" ? keyboard : mouse)(page);

/** What stands there, as a person reads it. */
export const text = ({ page }, selector) => page.$eval(selector, (element) => element.innerText.trim());

/** The words by which a person knows the element. */
const NAME = `element => {
  const label = element.labels?.[0]?.innerText ?? element.getAttribute("aria-label") ?? element.innerText ?? "";
  return label.trim().split("\\n")[0];
}`;

export function mouse(page) {
  const find = async (kinds, name) => {
    for (const element of await page.$$(kinds)) {
      if (matches(await element.evaluate(eval(NAME)), name)) return element;
    }
    throw new Error(`nothing that can be clicked is called ${name}`);
  };
  return {
    async press(name) {
      const element = await find("a, button", name);
      await Promise.all([page.waitForNavigation(), element.click()]);
    },
    async fill(name, text) {
      const element = await find("input", name);
      await element.click({ count: 3 });
      await element.type(text);
    },
    async tick(name) {
      await (await find("input", name)).click();
    },
    async choose(name, value) {
      await (await find("select", name)).select(value);
    },
  };
}

export function keyboard(page) {
  /** Goes on from what has the focus until something of this name has it. What is passed on the way has to be seen. */
  const reach = async (kinds, name) => {
    for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
      await page.keyboard.press("Tab");
      const at = await focused(page, kinds);
      if (!at.visible) throw new Error(`the focus cannot be seen on ${at.tag} ${at.name}`);
      if (at.fits && matches(at.name, name)) return;
    }
    throw new Error(`the keyboard does not come to ${name}`);
  };
  return {
    async press(name) {
      await reach("a, button", name);
      await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    },
    async fill(name, text) {
      await reach("input", name);
      await page.keyboard.type(text);
    },
    async tick(name) {
      await reach("input", name);
      await page.keyboard.press("Space");
    },
    async choose(name, value) {
      await reach("select", name);
      await page.keyboard.type(value);
    },
  };
}

const matches = (have, wanted) => have === wanted || have.startsWith(`${wanted} `);

/** Goes through all that the keyboard comes to, from the top of a fresh page; the names of what cannot be seen to have the focus. */
export async function unseen(page) {
  const names = [];
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    await page.keyboard.press("Tab");
    const at = await focused(page, "*");
    if (at.tag === "BODY") return names;
    if (!at.visible) names.push(`${at.tag} ${at.name}`);
  }
  throw new Error(`the keyboard comes to no end in ${TABS_MAX} steps`);
}

/** What has the focus, and whether a person sees that: a line around it that stands out, within the window. */
async function focused(page, kinds) {
  return page.evaluate(
    (kinds, name, contrast_min) => {
      const element = document.activeElement;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
      const { contrast, ground } = window.eyes;
      const stands_out = () => contrast(style.outlineColor, ground(element.parentElement)) >= contrast_min;
      const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && stands_out();
      // From the last thing on the page the focus leaves it, for the browser's own.
      const left = element === document.body;
      const visible = left || (inside && outlined);
      return { tag: element.tagName, name: left ? "" : eval(name)(element), fits: element.matches(kinds), visible };
    },
    kinds,
    NAME,
    MARK_CONTRAST_MIN,
  );
}
