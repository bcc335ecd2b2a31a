// Keeps an order's page true, the buyer's and the merchant's: when the shop says that its state changed, the page is asked for
// again and put in place.
const pause = 5000; // milliseconds until a connection that ended is tried again

const order = () => document.getElementById("order");

async function renew() {
  // Nothing is taken from under the hands of who is typing.
  if (order().contains(document.activeElement) && document.activeElement.matches("input")) {
    document.activeElement.addEventListener("blur", () => renew().catch(() => {}), { once: true });
    return;
  }
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = next.getElementById("order");
  if (!found || found.dataset.state === order().dataset.state) return;
  document.title = next.title;
  order().dataset.state = found.dataset.state;
  // The elements stay and their content changes: screen readers tell what is new in a region they know.
  for (const id of ["standing", "rest"]) {
    const [old, fresh] = [document.getElementById(id), next.getElementById(id)];
    old.className = fresh.className;
    old.replaceChildren(...fresh.childNodes);
  }
}

function watch() {
  const changes = new EventSource(order().dataset.changes);
  changes.addEventListener("state", (event) => {
    if (event.data !== order().dataset.state) renew().catch(() => {});
  });
  // Browsers come again by themselves after a connection broke, and not after a refusal.
  changes.addEventListener("error", () => {
    if (changes.readyState !== EventSource.CLOSED) return;
    setTimeout(() => renew().catch(() => {}).finally(watch), pause);
  });
}

watch();
