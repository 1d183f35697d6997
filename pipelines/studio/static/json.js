// A JSON document, folded: each object is built when it is opened, so that long definitions stay quick.
"use strict";

function span(kind, text) {
  const made = document.createElement("span");
  made.className = kind;
  made.textContent = text;
  return made;
}

function label(key) {
  return key === null ? "" : span("key", `${key}: `);
}

function branch(key, value, open) {
  const entries = Object.entries(value);
  const named = value.Name ?? value.Type ?? "";
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.append(label(key), span("soft", typeof named === "string" && named ? `${named} ${size}` : size));
  const inner = document.createElement("div");
  inner.className = "inner";
  const fill = () => {
    if (!inner.hasChildNodes()) inner.append(...entries.map(([name, each]) => node(name, each, false)));
  };
  details.addEventListener("toggle", fill);
  details.append(summary, inner);
  if (open) { fill(); details.open = true; }
  return details;
}

function node(key, value, open) {
  if (value !== null && typeof value === "object") return branch(key, value, open);
  const line = document.createElement("div");
  line.append(label(key), span("scalar", JSON.stringify(value)));
  return line;
}

async function show(box) {
  if (box.hasChildNodes()) return;
  const answer = await fetch(box.dataset.json);
  box.replaceChildren(node(null, await answer.json(), true));
}

document.querySelectorAll("[data-json]").forEach(show);
