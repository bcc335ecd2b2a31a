// Debian's Chromium, one page of it, and everything that page complains of.
import { createRequire } from "node:module";
import { join } from "node:path";

// The package lies where it was installed, which is where this runs; this file lies in the checkout.
const puppeteer = createRequire(join(process.cwd(), "package.json"))("puppeteer-core");

const PATIENCE_MS = 15_000;
const WIDTHS = { desktop: { width: 1200, height: 900 }, phone: { width: 360, height: 740, isMobile: true, hasTouch: true } };

export async function openBrowser({ base, width = "desktop", scheme = "light", shots = "" }) {
  // As root, in a container, Chromium's own sandbox cannot be set up; it visits nothing but loopback.
  const args = ["--no-sandbox", "--disable-quic", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"];
  const chromium = await puppeteer.launch({ executablePath: "/usr/bin/chromium", args, headless: true });
  const page = await chromium.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.setViewport({ deviceScaleFactor: 1, ...WIDTHS[width] });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);

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

  return {
    page,
    shots,
    look: `${width}-${scheme}`,
    async go(path) {
      await page.goto(base + path, { waitUntil: "load" });
    },
    takeTroubles() {
      const taken = troubles;
      troubles = [];
      return taken;
    },
    close: () => chromium.close(),
  };
}
