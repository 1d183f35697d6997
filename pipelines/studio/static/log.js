// The log of a step: its end first, what comes as it comes, what was before on demand. Lines are text, never HTML.
"use strict";

const PAUSE = 1000;
const MOST = 20000;
const WHOLE = 1000; // lines of a piece that may have others before it

function logOf(box) {
  const list = box.querySelector(".lines");
  const find = (selector) => box.querySelector(selector);
  const search = find("input[type=search]");
  const level = find("[data-level]");
  const follow = find("[data-follow]");
  const streams = find("[data-stream]");
  const before = find("[data-before]");
  let tokens = { before: "", after: "" };
  let stream = "";
  let timer = 0;

  function shows(item) {
    const wanted = search.value.toLowerCase();
    const levels = { "": true, warning: item.className !== "info", error: item.className.includes("error") };
    return levels[level.value] && (!wanted || item.textContent.toLowerCase().includes(wanted));
  }

  function filter() {
    for (const item of list.children) item.hidden = !shows(item);
  }

  function item(line) {
    const made = document.createElement("li");
    made.className = line.level;
    made.textContent = line.text;
    made.title = new Date(line.time).toISOString();
    made.hidden = !shows(made);
    return made;
  }

  function chooseStream(names) {
    if (streams.options.length === names.length) return;
    streams.replaceChildren(...names.map((name) => new Option(name.split("/").pop(), name)));
    streams.value = stream;
    streams.parentElement.hidden = names.length < 2;
  }

  async function read(at) {
    const query = new URLSearchParams({ stream, at });
    const answer = await fetch(`${box.dataset.log}?${query}`);
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.json();
  }

  async function next() {
    clearTimeout(timer);
    let piece;
    try {
      piece = await read(tokens.after);
    } catch {
      timer = setTimeout(next, 5 * PAUSE);
      return;
    }
    stream = piece.stream;
    chooseStream(piece.streams);
    if (!tokens.before) {
      tokens.before = piece.before;
      if (piece.lines.length < WHOLE) before.dataset.done = "yes";
    }
    const moved = piece.after !== tokens.after;
    tokens.after = piece.after;
    const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 30;
    list.append(...piece.lines.map(item));
    while (list.children.length > MOST) list.firstChild.remove();
    find("[data-empty]").hidden = list.children.length > 0;
    before.hidden = !list.children.length || before.dataset.done === "yes";
    if (follow.checked && (atEnd || piece.lines.length)) list.scrollTop = list.scrollHeight;
    if (!piece.ended || moved && piece.lines.length) timer = setTimeout(next, PAUSE);
  }

  before.addEventListener("click", async () => {
    const piece = await read(tokens.before);
    const height = list.scrollHeight;
    list.prepend(...piece.lines.map(item));
    list.scrollTop += list.scrollHeight - height;
    if (!piece.lines.length || piece.before === tokens.before) before.dataset.done = "yes";
    before.hidden = before.dataset.done === "yes";
    tokens.before = piece.before;
  });
  streams.addEventListener("change", () => {
    stream = streams.value;
    tokens = { before: "", after: "" };
    list.replaceChildren();
    next();
  });
  search.addEventListener("input", filter);
  level.addEventListener("change", filter);
  find("[data-copy-log]").addEventListener("click", () => {
    const shown = [...list.children].filter((each) => !each.hidden);
    navigator.clipboard.writeText(shown.map((each) => each.textContent).join("\n"));
  });
  next();
}

document.querySelectorAll("[data-log]").forEach(logOf);
