// Building DOM nodes. Data becomes text nodes and checked attributes only: nothing in this page
// ever parses data as HTML, so a prompt or a file name cannot become markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element.
 * Properties: `class`, `dataset` (object), `on` (event name → listener), `style` (custom property or
 * CSS property → value, set through CSSOM, which the content security policy allows), everything
 * else is an attribute (true = empty attribute, false/null/undefined = left out).
 * Children: nodes, strings, arrays of these; null and false are skipped.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProperty(node, name, value);
  append(node, children);
  return node;
}

function setProperty(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") node.className = value;
  else if (name === "dataset") Object.assign(node.dataset, value);
  else if (name === "on") {
    for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
  } else if (name === "style") {
    for (const [key, part] of Object.entries(value)) node.style.setProperty(key, part);
  } else node.setAttribute(name, value === true ? "" : String(value));
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child);
  }
}

/** Whether a key types something that is seen. */
export function types(event) {
  return [...event.key].length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
}

/** An icon drawn from SVG path data on a 24 × 24 grid; decorative, hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button that shows only an icon; `label` is its name and its tooltip. */
export function iconButton(name, label, click, props = {}) {
  const { class: more = "", ...rest } = props;
  const attributes = { type: "button", class: `icon-button ${more}`.trim(), "aria-label": label, title: label };
  return el("button", { ...attributes, on: { click }, ...rest }, icon(name));
}

const PATHS = {
  hash: "M9 4 7 20M17 4l-2 16M4.5 9h16M3.5 15h16",
  tape: "M3 6h18v12H3zM10 11a2 2 0 1 0-4 0 2 2 0 1 0 4 0zM18 11a2 2 0 1 0-4 0 2 2 0 1 0 4 0zM8 15h8",
  thread: "M5 4v8a4 4 0 0 0 4 4h10M15 12l4 4-4 4",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  plus: "M12 5v14M5 12h14",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  speech: "M4 5h16v11H10l-5 4v-4H4z",
  voice: "M4 9v6h4l5 4V5L8 9zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",
  forum: "M3 5h13v9H9l-4 3v-3H3zM19 9h2v8h-2v3l-4-3h-4",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6M17.5 14.5c2.5.5 4 2.5 4 5.5",
  note: "M9 18V6l10-2v12M9 18a3 3 0 1 1-3-3 3 3 0 0 1 3 3zM19 16a3 3 0 1 1-3-3 3 3 0 0 1 3 3z",
  down: "M12 5v14M6 13l6 6 6-6",
  chevron: "M6 9l6 6 6-6",
  close: "M6 6l12 12M18 6 6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  external: "M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  send: "M4 12 20 4l-6 16-3-7z",
  check: "M5 12l5 5L20 7",
  crown: "M4 18h16M4 15 3 7l5 4 4-6 4 6 5-4-1 8z",
  reply: "M9 7 4 12l5 5M4 12h9a7 7 0 0 1 7 7",
  slash: "M17 4 7 20",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  warn: "M12 4 2.5 20h19zM12 10v5M12 18h.01",
};
