// Debian's Chromium, one page of it, and everything that page complains of.
import { createRequire } from "node:module";
import { join } from "node:path";
import { eyes } from "./eyes.mjs";

// The package lies where it was installed, which is where this runs; this file lies in the checkout.
const puppeteer = createRequire(join(process.cwd(), "package.json"))("puppeteer-core");

const PATIENCE_MS = 30_000;
const WIDTHS = {
  desktop: { width: 1200, height: 900 },
  phone: { width: 390, height: 844, isMobile: true, hasTouch: true },
  picture: { width: 1080, height: 800, deviceScaleFactor: 1.5 },
};

export async function openBrowser({ base, width = "desktop", scheme = "light", shots = "" }) {
  // As root, in a container, Chromium's own sandbox cannot be set up; it visits nothing but loopback.
  const args = ["--no-sandbox", "--disable-quic", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"];
  const chromium = await puppeteer.launch({ executablePath: "/usr/bin/chromium", args, headless: true });
  const page = await chromium.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.setViewport({ deviceScaleFactor: 1, ...WIDTHS[width] });
  const turn = (to) => page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: (scheme = to) }]);
  await turn(scheme);
  await page.evaluateOnNewDocument(eyes);

  let troubles = [];
  page.on("pageerror", (error) => troubles.push(`script: ${error.message}`));
  page.on("console", (message) => {
    // A form that is refused, and a page that is not there, are answers; Chromium notes both on its console.
    const answered = message.text().startsWith("Failed to load resource: the server responded");
    if (["error", "warn"].includes(message.type()) && !answered) troubles.push(`console: ${message.text()}`);
  });
  page.on("requestfailed", (request) => {
    // Leaving a page ends what it was asking for.
    const why = request.failure()?.errorText ?? "";
    if (why !== "net::ERR_ABORTED") troubles.push(`request: ${request.url()} ${why}`);
  });
  await page.evaluateOnNewDocument(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });

  const told = [];
  const network = await page.createCDPSession();
  await network.send("Network.enable");
  network.on("Network.eventSourceMessageReceived", ({ data }) => told.push(data));

  return {
    page,
    shots,
    /** What servers told the pages by server-sent events. */
    told,
    /** How it is looked at, as a part of a file's name. */
    look: () => `${width}-${scheme}`,
    /** To dark, or to light. */
    turn,
    /** To a path of where it was opened, or to an address elsewhere. */
    async go(path) {
      await page.goto(new URL(path, base).href, { waitUntil: "load" });
    },
    takeTroubles() {
      const taken = troubles;
      troubles = [];
      return taken;
    },
    close: () => chromium.close(),
  };
}
