// `payhook demo` on a terminal of eighty columns, and what it said as a page.
import { spawn } from "node:child_process";

const PATIENCE_MS = 60_000;
const GLANCE_MS = 50;
const CTRL_C = "\x03";

/** What a terminal does with the colours that are used; the rest of its colours are the page's. */
const STYLES = { 1: "bold", 2: "dim", 31: "bad", 32: "good", 33: "waiting" };

/** Starts it by its name on the path. */
export function startDemo(...given) {
  const typed = ["stty cols 80; exec payhook demo", ...given].join(" ");
  const script = spawn("script", ["--quiet", "--return", "--flush", "--command", typed, "/dev/null"], {
    env: { ...process.env, TERM: "xterm-256color" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => script.on("close", resolve));
  let said = "";
  script.stdout.on("data", (bytes) => (said += bytes));
  const plain = () => said.replaceAll(/\x1b\[[\d;]*m/g, "").replaceAll("\r", "");
  return {
    said: () => said.replaceAll("\r", ""),
    /** Waits until it has said that. */
    async says(wanted) {
      const until = Date.now() + PATIENCE_MS;
      while (!plain().includes(wanted)) {
        if (Date.now() > until) throw new Error(`${wanted} was never said in\n${plain()}`);
        await new Promise((resolve) => setTimeout(resolve, GLANCE_MS));
      }
    },
    /** The address beside a word of its introduction. */
    place: (word) => plain().match(new RegExp(`^ +${word} +(\\S+)`, "m"))[1],
    async stop() {
      script.stdin.write(CTRL_C);
      await ended;
    },
  };
}

/** Lines of a terminal as HTML. */
export function html(lines) {
  let open = false;
  const close = () => (open ? ((open = false), "</span>") : "");
  const styled = (code) => close() + (STYLES[code] ? ((open = true), `<span class="${STYLES[code]}">`) : "");
  const escaped = lines.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return escaped.replaceAll(/\x1b\[([\d;]*)m/g, (_, code) => styled(code)) + close();
}
