"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const report = data.report;
const $ = id => document.getElementById(id);
function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}
// Text in which `…` stands for code.
const rich = text => make("span", {}, ...text.split("`").map((part, index) => index % 2 ? make("code", {}, part) : part));
function time(seconds) {
  if (seconds >= 100) return seconds.toFixed(0) + " s";
  if (seconds >= 1) return seconds.toFixed(2) + " s";
  if (seconds >= 1e-3) return (seconds * 1e3).toFixed(1) + " ms";
  return seconds > 0 ? (seconds * 1e6).toFixed(1) + " µs" : "0";
}
const base = file => file.slice(file.lastIndexOf("/") + 1);
const at = place => place.file ? `${base(place.file)}:${place.line}` : "not recorded";

const t = report.totals;
$("summary").textContent = `${time(t.seconds)}, ${t.threads} threads, ${report.program.cores} cores; ` +
  `${t.commits} commits, ${t.aborts} undone attempts` +
  (report.complete ? "" : "; the log is cut: this is what it has");

// ---- the timeline
const states = [
  ["block", "in a block"], ["undone", "undone attempt"], ["wait", "waits for an object"],
  ["lock", "waits for a lock"], ["idle", "waits for something to do"],
  ["core", "waits for a core"], ["collection", "collection"],
];
for (const [state, label] of states) {
  $("legend").append(make("span", {}, make("i", { style: `background: var(--${state})` }), label));
}
const timeline = $("timeline");
const canvas = timeline.querySelector("canvas");
const rowHeight = 22, top_ = 20, labelWidth = 130;
const end = Math.max(1, t.seconds * 1e6);
const view = { from: 0, to: end };
let marked = null;
const order = states.map(([state]) => state);
function colours() {
  const style = getComputedStyle(document.documentElement);
  // A custom property with light-dark() is resolved only where it is used.
  const probe = make("span", { hidden: true });
  document.body.append(probe);
  const colour = name => { probe.style.color = `var(--${name})`; return getComputedStyle(probe).color; };
  const found = Object.fromEntries([...order, "ink", "soft", "line", "accent"].map(name => [name, colour(name)]));
  probe.remove();
  return found;
}
function draw() {
  const height = top_ + report.threads.length * rowHeight + 4;
  // First, as it decides whether there is a scroll bar.
  canvas.style.height = height + "px";
  const width = timeline.clientWidth;
  const scale = window.devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const g = canvas.getContext("2d");
  g.scale(scale, scale);
  g.font = "12px system-ui, sans-serif";
  g.textBaseline = "middle";
  const colour = colours();
  const x = us => labelWidth + (us - view.from) / (view.to - view.from) * (width - labelWidth);
  const wanted = (view.to - view.from) / 6;
  let step = 10 ** Math.floor(Math.log10(wanted));
  step *= wanted / step >= 5 ? 5 : wanted / step >= 2 ? 2 : 1;
  g.strokeStyle = colour.line;
  g.fillStyle = colour.soft;
  for (let mark = Math.ceil(view.from / step) * step; mark <= view.to; mark += step) {
    g.beginPath(); g.moveTo(x(mark), top_ - 4); g.lineTo(x(mark), height); g.stroke();
    g.fillText(time(mark / 1e6), x(mark) + 3, 9);
  }
  report.threads.forEach((thread, row) => {
    const y = top_ + row * rowHeight;
    g.save();
    g.beginPath(); g.rect(labelWidth, y, width - labelWidth, rowHeight); g.clip();
    g.fillStyle = colour.line;
    const begin = x(thread.start * 1e6);
    g.fillRect(begin, y + rowHeight / 2 - 1, x(thread.end * 1e6) - begin, 2);
    for (const [from, to, state] of data.spans[thread.id] || []) {
      if (to < view.from || from > view.to) continue;
      g.fillStyle = colour[state];
      const inset = state === "block" ? 3 : state === "collection" ? 8 : 5;
      g.fillRect(x(from), y + inset, Math.max(0.7, x(to) - x(from)), rowHeight - 2 * inset);
    }
    g.restore();
    g.fillStyle = colour.ink;
    const name = thread.name.length > 18 ? thread.name.slice(0, 17) + "…" : thread.name;
    g.fillText(name, 6, y + rowHeight / 2);
  });
  if (marked !== null) {
    g.strokeStyle = colour.accent;
    g.beginPath(); g.moveTo(x(marked), top_ - 6); g.lineTo(x(marked), height); g.stroke();
  }
}
function show(from, to) {
  const length = Math.min(end, Math.max(5, to - from));
  view.from = Math.max(0, Math.min(end - length, from));
  view.to = view.from + length;
  draw();
}
function zoom(factor, around = (view.from + view.to) / 2) {
  show(around - (around - view.from) * factor, around + (view.to - around) * factor);
}
const timeAt = event => {
  const box = canvas.getBoundingClientRect();
  return view.from + (event.clientX - box.left - labelWidth) / (box.width - labelWidth) * (view.to - view.from);
};
timeline.addEventListener("wheel", event => {
  if (event.shiftKey || event.deltaY === 0) return;
  event.preventDefault();
  zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event));
}, { passive: false });
let grabbed = null;
canvas.addEventListener("pointerdown", event => { grabbed = timeAt(event); canvas.setPointerCapture(event.pointerId); });
canvas.addEventListener("pointerup", () => { grabbed = null; });
canvas.addEventListener("pointermove", event => {
  const here = timeAt(event);
  if (grabbed !== null) { show(view.from + grabbed - here, view.to + grabbed - here); return; }
  const row = Math.floor((event.clientY - canvas.getBoundingClientRect().top - top_) / rowHeight);
  const thread = report.threads[row];
  const spans = thread ? data.spans[thread.id] || [] : [];
  const near = (view.to - view.from) / canvas.clientWidth;
  const found = spans.filter(([from, to]) => from - near <= here && here <= to + near).pop();
  $("under-pointer").textContent = found
    ? `${thread.name}: ${states.find(([state]) => state === found[2])[1]} for ${time((found[1] - found[0]) / 1e6)}` +
      ` at ${time(found[0] / 1e6)}` + (found[3] > 1 ? ` (${found[3]} of them)` : "")
    : thread ? thread.name : " ";
});
timeline.addEventListener("keydown", event => {
  const step = (view.to - view.from) / 5;
  const keys = {
    "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "0": () => show(0, end),
    ArrowLeft: () => show(view.from - step, view.to - step),
    ArrowRight: () => show(view.from + step, view.to + step),
  };
  if (keys[event.key] && !event.ctrlKey && !event.metaKey) { event.preventDefault(); keys[event.key](); }
});
$("zoom-in").onclick = () => zoom(0.5);
$("zoom-out").onclick = () => zoom(2);
$("zoom-all").onclick = () => show(0, end);
new ResizeObserver(draw).observe(timeline);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

// ---- the conflicts
const side = (conflict, at_) => conflict.sides[at_] || { file: "", line: 0, text: "", threads: [] };
const columns = [
  ["Time lost", "number", c => c.seconds, c => time(c.seconds), -1],
  ["Times", "number", c => c.count, c => c.count, -1],
  ["Undone", "number", c => c.undone, c => c.undone, -1],
  ["What", "", c => c.object.text + c.description, c => make("span", {}, rich(c.object.text), make("br"), make("small", {}, c.description)), 1],
  ["One side", "code", c => at(side(c, 0)), c => cell(side(c, 0)), 1],
  ["Other side", "code", c => at(side(c, 1)), c => cell(side(c, 1)), 1],
];
function cell(place) {
  return make("span", {}, place.text || "(no source)", make("small", {}, at(place) + (place.function ? " in " + place.function : "")));
}
let sorted = 0, direction = -1, chosen = null;
function fill() {
  const head = $("table").tHead.rows[0];
  head.replaceChildren(...columns.map(([label, kind, , , first], index) => make("th", {
    class: kind === "number" ? "number" : "", scope: "col",
    "aria-sort": index === sorted ? (direction < 0 ? "descending" : "ascending") : "none",
  }, make("button", {
    type: "button",
    onclick: () => { direction = index === sorted ? -direction : first; sorted = index; fill(); },
  }, label + (index === sorted ? (direction < 0 ? " ▾" : " ▴") : "")))));
  const value = columns[sorted][2];
  const rows = [...report.conflicts].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    return direction * (x < y ? -1 : x > y ? 1 : 0) || a.rank - b.rank;
  });
  $("table").tBodies[0].replaceChildren(...rows.map(conflict => {
    const open = () => choose(conflict);
    return make("tr", {
      class: "choose", tabindex: "0", "data-rank": conflict.rank,
      "aria-selected": chosen === conflict ? "true" : "false", onclick: open,
      onkeydown: event => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(); } },
    }, ...columns.map(([, kind, , display]) => make("td", { class: kind }, display(conflict))));
  }));
}
function source(file, lines) {
  const text = data.sources[file];
  if (text === undefined) return make("p", {}, `${file || "The place"} cannot be shown.`);
  const box = make("div", { class: "source", tabindex: "0", role: "region", "aria-label": `Source of ${base(file)}` });
  const all = text.split("\n");
  const wanted = lines.map(line => line.line);
  const near = Math.max(1, Math.min(...wanted) - 40), far = Math.min(all.length, Math.max(...wanted) + 40);
  for (let number = near; number <= far; number++) {
    const marks = lines.filter(line => line.line === number).map(line => line.mark);
    box.append(make("div", { class: [...new Set(marks)].join(" "), "data-line": number },
      make("span", {}, String(number)), make("code", {}, all[number - 1] || " ")));
  }
  requestAnimationFrame(() => {
    const first = box.querySelector(".one, .two");
    if (first) box.scrollTop = first.offsetTop - box.offsetTop - box.clientHeight / 3;
  });
  return box;
}
function choose(conflict) {
  chosen = conflict;
  fill();
  const [one, two] = [side(conflict, 0), side(conflict, 1)];
  const part = (place, label, mark) => {
    const lines = [{ line: place.line, mark }];
    if (one.file === two.file) lines.push({ line: (place === one ? two : one).line, mark: mark === "one" ? "two" : "one" });
    return make("div", {}, make("h4", {}, `${label}: ${at(place)}${place.function ? " in " + place.function : ""}` +
        (place.exact || !place.file ? "" : place.inferred ? " (probably)" : " (near)")),
      make("p", {}, `${time(place.seconds || 0)} lost, ${place.count || 0} times, ${place.undone || 0} undone; ` +
        `threads: ${(place.threads || []).join(", ") || "unknown"}`),
      place.file ? source(place.file, lines) : "",
      (place.stack || []).length > 1
        ? make("details", {}, make("summary", {}, "Calls"), make("ol", { class: "stack" },
            ...place.stack.map(frame => make("li", {}, make("code", {}, `${at(frame)} ${frame.function}`)))))
        : "");
  };
  const same = one.file === two.file && one.line === two.line;
  $("detail").hidden = false;
  $("detail").replaceChildren(
    make("h3", {}, `${time(conflict.seconds)} lost: `, rich(conflict.object.text)),
    make("p", {}, `${conflict.description}; ${conflict.count} times, the longest ${time(conflict.longest)}. `,
      make("button", { type: "button", onclick: () => {
        marked = conflict.longest_at * 1e6;
        const around = Math.max(200, conflict.longest * 5e6);
        show(marked - around, marked + conflict.longest * 1e6 + around);
        timeline.scrollIntoView({ block: "center" });
      } }, "Show the longest on the timeline")),
    make("p", { class: "hint" }, rich(conflict.hint)),
    make("div", { class: "sides" }, ...(same
      ? [part(one, "Both sides", "one")]
      : [part(one, "One side", "one"), part(two, "Other side", "two")])));
  $("detail").focus({ preventScroll: true });
  $("detail").scrollIntoView({ block: "nearest" });
}
$("none").hidden = report.conflicts.length > 0;
$("table").hidden = report.conflicts.length === 0;
fill();

// ---- blocks and totals
$("blocks").append(
  make("thead", {}, make("tr", {}, ...["Time", "Commits", "Undone", "Time undone", "Most attempts"].map(
    label => make("th", { class: "number", scope: "col" }, label)), make("th", { scope: "col" }, "Block"))),
  make("tbody", {}, ...report.blocks.map(block => make("tr", {},
    ...[time(block.seconds), block.commits, block.aborts, time(block.seconds_undone), block.most_attempts].map(
      value => make("td", { class: "number" }, String(value))),
    make("td", { class: "code" }, cell(block))))));
for (const [label, value] of [
  ["Commits", t.commits], ["Undone attempts", `${t.aborts} (${t.aborts_per_commit.toFixed(3)} for each commit)`],
  ["Time in blocks", time(t.seconds_in_blocks + t.seconds_undone)], ["Of that undone", time(t.seconds_undone)],
  ["Waiting for objects and locks", time(t.seconds_waiting)], ["Of that for locks", time(t.seconds_waiting_for_locks)],
  ["Waiting for a core", time(t.seconds_waiting_for_cores)], ["Retries", t.retries], ["Inevitable blocks", t.inevitable],
  ["Revocations", t.revocations], ["Objects that became contended", t.became_contended],
  ["Collections", `${t.collections} (${t.full_collections} full), ${time(t.seconds_collecting)}, the longest ${time(t.longest_collection)}`],
]) {
  $("totals").append(make("dt", {}, label), make("dd", {}, String(value)));
}
document.documentElement.dataset.ready = "true";

// For the tests: what a visitor would do, and what came of it (`#self-check`).
if (location.hash === "#self-check") {
  const failures = [];
  const check = (what, right) => { if (!right) failures.push(what); };
  const rows = () => [...$("table").tBodies[0].rows];
  check("a row for each conflict", rows().length === report.conflicts.length);
  const columnOf = label => columns.findIndex(([name]) => name === label);
  for (const label of ["Times", "What", "Time lost"]) {
    $("table").tHead.querySelectorAll("button")[columnOf(label)].click();
    const values = rows().map(row => columns[sorted][2](report.conflicts[row.dataset.rank - 1]));
    check(`sorted by ${label}`, values.every((value, index) =>
      index === 0 || (direction < 0 ? values[index - 1] >= value : values[index - 1] <= value)));
    check(`${label} says so`, $("table").tHead.rows[0].cells[sorted].ariaSort !== "none");
  }
  const pixels = () => {
    const g = canvas.getContext("2d");
    return [...g.getImageData(0, 0, canvas.width, canvas.height).data].reduce((sum, value, index) => (sum * 31 + value * (index & 1023)) | 0, 7);
  };
  draw();
  const before = pixels();
  timeline.dispatchEvent(new KeyboardEvent("keydown", { key: "+" }));
  check("zoomed in", Math.abs((view.to - view.from) * 2 - end) < 1 && pixels() !== before);
  timeline.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" }));
  $("zoom-all").click();
  const after = pixels();
  check(`zoomed out: ${view.from} to ${view.to} of ${end}`, view.from === 0 && view.to === end);
  check("drawn as before", after === before);
  canvas.dispatchEvent(new PointerEvent("pointermove", { clientX: canvas.getBoundingClientRect().left + labelWidth + 5, clientY: canvas.getBoundingClientRect().top + top_ + 5 }));
  check("says what is under the pointer", $("under-pointer").textContent.startsWith(report.threads[0].name));
  const shownLines = report.conflicts.map(conflict => {
    rows().find(row => row.dataset.rank === String(conflict.rank)).dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    const lines = [...document.querySelectorAll("#detail .one, #detail .two")];
    for (const place of conflict.sides) {
      if (place.text) {
        check(`both lines of ${conflict.rank}`, lines.some(line =>
          line.dataset.line === String(place.line) && line.querySelector("code").textContent.trim() === place.text));
      }
    }
    return [...new Set(lines.map(line => line.dataset.line))];
  });
  check("nothing is fetched", performance.getEntriesByType("resource").length === 0);
  const named = [...document.querySelectorAll("button, table, [role=img], [role=region]")];
  check("everything has a name", named.every(node => node.textContent.trim() || node.ariaLabel));
  document.body.replaceChildren(make("pre", { id: "checked" }, JSON.stringify({ failures, shownLines, conflicts: report.conflicts.length })));
}
