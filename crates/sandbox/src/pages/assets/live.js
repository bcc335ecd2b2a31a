// Asks for the page again every two seconds while it is looked at, and puts in what has changed. Whoever stands in it with the
// keyboard, or has opened something, is left alone. Without this the page is the same, until it is reloaded.
"use strict";
const PAUSE_MS = 2000;

async function renew() {
  const place = document.querySelector("[data-live]");
  const busy = place.contains(document.activeElement) || place.querySelector("details[open]");
  if (document.hidden || busy || !window.getSelection().isCollapsed) return;
  const answer = await fetch(location.pathname + location.search);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector(`[data-live="${place.dataset.live}"]`);
  if (fresh && fresh.innerHTML !== place.innerHTML) place.replaceChildren(...fresh.childNodes);
}

if (document.querySelector("[data-live]")) {
  setInterval(() => renew().catch(() => {}), PAUSE_MS);
}
