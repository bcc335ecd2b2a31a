// One browser, asked line by line: a step as a line of JSON in, what came of it as a line out.
import { createInterface } from "node:readline";
import { openBrowser } from "./browser.mjs";
import * as area from "./area.mjs";
import * as looks from "./looks.mjs";
import * as shop from "./shop.mjs";

const steps = { ...area, ...looks, ...shop };
const browser = await openBrowser(JSON.parse(process.env.PAYHOOK_BROWSER));

for await (const line of createInterface({ input: process.stdin })) {
  const { step, ...given } = JSON.parse(line);
  let came;
  try {
    came = { came: (await steps[step](browser, given)) ?? null };
  } catch (error) {
    came = { failed: `${error.stack}\nat ${browser.page.url()}` };
  }
  console.log(JSON.stringify({ ...came, troubles: browser.takeTroubles() }));
}
await browser.close();
