// The README's pictures, taken of a demo that runs. Nothing on them is made up: run it again, and they show what is so then.
import { join } from "node:path";
import * as area from "./area.mjs";
import { openBrowser } from "./browser.mjs";
import * as shop from "./shop.mjs";
import { html, startDemo } from "./terminal.mjs";

const [folder] = process.argv.slice(2);
const CARD = { by: "mouse", number: "4111 1111 4555 1142", holder: "Ada Lovelace" };

// With this seed somebody pays by bank, somebody by a second card, and somebody is given the money back.
const demo = startDemo("--seed", "8");
await demo.says("Ctrl-C");

const front = demo.place("shop");
const buyer = await openBrowser({ base: front, width: "picture" });
await buyer.go(front);
await take(buyer, "shop", { height: 800 });
await shop.choose_kite(buyer, { by: "mouse", shop: front, kite: "Lantern" });
await shop.check_out(buyer, { by: "mouse", mail: "ada@example.com", button: "Pay £68.00 by card" });
await shop.pay_by_card(buyer, CARD);
await shop.turns(buyer, { to: "paid" });
await take(buyer, "paid", { height: 540 });
await buyer.close();

const merchant = await openBrowser({ base: demo.place("provider"), width: "picture" });
await area.run_story(merchant, { by: "mouse", story: "another-card", fault: "forge" });
await merchant.go("/area/log");
await take(merchant, "log", { height: 592 });
await merchant.page.goto("about:blank");
await merchant.page.setContent(terminal(demo.said()));
await take(merchant, "demo", { of: ".terminal" });
await merchant.close();

await demo.stop();

/** A picture of the page's top, or of one element. */
async function take({ page }, name, { height, of }) {
  const file = { path: join(folder, `${name}.webp`), type: "webp", quality: 90 };
  if (of) return (await page.$(of)).screenshot({ ...file, omitBackground: true });
  const { width } = page.viewport();
  return page.screenshot({ ...file, clip: { x: 0, y: 0, width, height } });
}

/** What was said until people were asked to try for themselves, as a terminal shows it. */
function terminal(said) {
  const lines = `$ payhook demo --seed 8\n${said.split("What came of it")[0].trimEnd()}`;
  return `<!doctype html><meta charset="utf-8"><style>
    .terminal { width: max-content; margin: 0; padding: 20px 24px; border-radius: 10px; background: #16181d; color: #d9dbe0;
      font: 14px/1.5 "DejaVu Sans Mono", monospace; }
    .bold { font-weight: 700; color: #fff; } .dim { color: #8f95a1; }
    .good { color: #7ddba2; } .bad { color: #ff9c94; } .waiting { color: #f2c069; }
  </style><pre class="terminal">${html(lines)}</pre>`;
}
