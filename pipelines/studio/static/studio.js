// Keeps a page live: after each change that the server reports, it loads its own address again and replaces the
// elements marked data-live that differ. Without JavaScript the pages work, and are as old as their last load.
"use strict";

const LOST_AFTER = 15000;
let change = null;
let heard = Date.now();
let loading = false;
let again = false;

function relative(epochSeconds) {
  const seconds = Math.round(epochSeconds - Date.now() / 1000);
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(seconds, "second");
}

function dress(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    time.title = relative(Date.parse(time.dateTime) / 1000);
  }
  for (const time of root.querySelectorAll("time[data-epoch]")) {
    time.textContent = relative(Number(time.dataset.epoch));
  }
}

// What the reader has done to an element before it is replaced: boxes ticked, details opened, the row chosen.
function keepState(old, fresh) {
  for (const box of old.querySelectorAll("input[type=checkbox]:checked")) {
    const same = fresh.querySelector(`input[name="${CSS.escape(box.name)}"][value="${CSS.escape(box.value)}"]`);
    if (same) same.checked = true;
  }
  for (const open of old.querySelectorAll("details[id][open]")) {
    const same = fresh.querySelector(`#${CSS.escape(open.id)}`);
    if (same) same.open = true;
  }
  for (const row of old.querySelectorAll(".at[id]")) {
    fresh.querySelector(`#${CSS.escape(row.id)}`)?.classList.add("at");
  }
}

function replaceLive(fresh) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(old.id);
    if (!next || old.matches("form") && old.contains(document.activeElement)) continue;
    if (old.source === undefined) old.source = old.outerHTML;
    if (next.outerHTML === old.source) continue;
    const adopted = document.importNode(next, true);
    adopted.source = next.outerHTML;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    const scrolled = [...old.querySelectorAll(".wide")].map((each) => each.scrollLeft);
    keepState(old, adopted);
    old.replaceWith(adopted);
    adopted.querySelectorAll(".wide").forEach((each, at) => { each.scrollLeft = scrolled[at] ?? 0; });
    if (focused) document.getElementById(focused)?.focus();
    dress(adopted);
    document.dispatchEvent(new CustomEvent("studio:replaced", { detail: adopted }));
  }
}

async function reload() {
  if (loading) { again = true; return; }
  loading = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    replaceLive(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The next event or the lost connection tells.
  } finally {
    loading = false;
    if (again) { again = false; reload(); }
  }
}

function listen() {
  const watched = document.body.dataset.watch.split(" ").filter(Boolean);
  const query = new URLSearchParams(watched.map((key) => ["watch", key]));
  const source = new EventSource(`/events?${query}`);
  source.onmessage = (event) => {
    heard = Date.now();
    document.body.classList.remove("stale");
    const state = JSON.parse(event.data);
    if (change !== null && state.change !== change || change === null && state.answered !== null) reload();
    change = state.change;
  };
  setInterval(() => document.body.classList.toggle("stale", Date.now() - heard > LOST_AFTER), 1000);
  addEventListener("pagehide", () => source.close());
}

// Keys: j and k choose a row, Enter opens it, / searches, ? shows the keys.
function move(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("at"));
  rows[at]?.classList.remove("at");
  const row = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  row.classList.add("at");
  row.scrollIntoView({ block: "nearest" });
  row.querySelector("a[href]")?.focus({ preventScroll: true });
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "/") document.querySelector("[data-key='/']")?.focus();
  else if (event.key === "?") document.getElementById("keys")?.showModal();
  else return;
  event.preventDefault();
});

addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const from = button.dataset.copyFrom;
  await navigator.clipboard.writeText(from ? await (await fetch(from)).text() : button.dataset.copy);
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1200);
});

// The chosen step in view: in the graph, and on a phone its panel, which is below the graph.
function showChosen() {
  const node = document.querySelector(".node.chosen");
  const box = node?.closest(".wide");
  if (!box) return;
  const place = node.getBoundingClientRect();
  const frame = box.getBoundingClientRect();
  box.scrollLeft += place.left + place.width / 2 - frame.left - frame.width / 2;
  if (innerWidth <= 900) document.getElementById("panel-title")?.scrollIntoView();
}

dress(document);
showChosen();
listen();
