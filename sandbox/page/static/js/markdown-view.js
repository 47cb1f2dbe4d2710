// Turns markdown trees into DOM nodes, by createElement and text nodes only.

import { el, icon, iconButton } from "./dom.js";
import { parse, parseInline } from "./markdown.js";
import { fullTime, timestampText } from "./time.js";

/** Channel and message id of a jump link. */
export const MESSAGE_LINK = /^https:\/\/discord\.com\/channels\/(?:\d+|@me)\/(\d+)\/(\d+)$/;

/** Nodes for a whole text. `names` looks up users, roles, channels: see Store.names. */
export function renderMarkdown(text, names) {
  return parse(text).map((block) => renderBlock(block, names));
}

/** Nodes for a place that knows inline marks only (embed titles, field names). */
export function renderInline(text, names) {
  return inlineNodes(parseInline(text), names);
}

/** The text without its marks, for reply lines, labels and screen readers. */
export function plainText(text, names) {
  const holder = el("div", {}, renderInline(text, names));
  return holder.textContent;
}

function renderBlock(block, names) {
  const inner = () => inlineNodes(block.children, names);
  switch (block.type) {
    case "heading":
      // In the outline they are all right below the message's author, whatever their size.
      return el("div", { class: `md-h${block.level}`, role: "heading", "aria-level": 3 }, inner());
    case "subtext":
      return el("small", { class: "md-subtext" }, inner());
    case "quote":
      return el("blockquote", {}, block.children.map((child) => renderBlock(child, names)));
    case "codeblock":
      return codeBlock(block.text);
    case "list":
      return renderList(block, names);
    default:
      return el("span", { class: "md-text" }, inner());
  }
}

function codeBlock(text) {
  const copied = () => button.classList.add("copied");
  const copy = () => navigator.clipboard.writeText(text).then(copied, () => {}); // it may be forbidden
  const button = iconButton("copy", "Copy", copy, { class: "copy-code" });
  const code = el("pre", { tabindex: "0" }, el("code", { class: "codeblock" }, text));
  return el("div", { class: "code-place" }, code, button);
}

function renderList(block, names) {
  const items = block.items.map((item) =>
    el("li", {}, item.map((child) => renderBlock(child, names))),
  );
  return block.ordered ? el("ol", { start: block.start }, items) : el("ul", {}, items);
}

function inlineNodes(nodes, names) {
  return nodes.map((node) => (typeof node === "string" ? node : INLINE[node.type](node, names)));
}

const wrap = (tag) => (node, names) => el(tag, {}, inlineNodes(node.children, names));

const INLINE = {
  strong: wrap("strong"),
  em: wrap("em"),
  underline: wrap("u"),
  strike: wrap("s"),
  code: (node) => el("code", { class: "inline-code" }, node.text),
  spoiler: renderSpoiler,
  link: renderLink,
  user: (node, names) => pill(`@${names.user(node.id)}`, { user: node.id }),
  role: (node, names) => pill(`@${names.role(node.id)}`, { role: node.id }),
  channel: renderChannel,
  everyone: (node) => pill(`@${node.name}`, {}),
  command: (node) => pillButton(`/${node.name}`, { command: node.name }),
  emoji: (node) => el("span", { class: "custom-emoji" }, `:${node.name}:`),
  timestamp: renderTimestamp,
};

function pill(text, dataset) {
  return el("span", { class: "pill", dataset }, text);
}

function pillButton(text, dataset) {
  return el("button", { type: "button", class: "pill", dataset }, text);
}

function renderChannel(node, names) {
  const name = names.channel(node.id);
  if (name === null) return pill("# unknown", {});
  return pillButton(`# ${name}`, { channel: node.id });
}

/** A bare link to a message shows where it leads, as Discord does. */
function renderLink(node, names) {
  const [, channelId] = MESSAGE_LINK.exec(node.url) ?? [];
  const isBare = node.children.length === 1 && node.children[0] === node.url;
  const name = isBare && channelId ? names.channel(channelId) : null;
  if (!name) return safeLink(node.url, inlineNodes(node.children, names));
  const link = safeLink(node.url, [`# ${name} › `, icon("speech")]);
  link.classList.add("pill");
  return link;
}

function renderTimestamp(node) {
  const text = timestampText(node.unix, node.style);
  if (text === null) return "Invalid Date";
  const date = new Date(node.unix * 1000);
  return el(
    "time",
    {
      class: "timestamp",
      datetime: date.toISOString(),
      title: fullTime(date),
      dataset: { unix: String(node.unix), style: node.style },
    },
    text,
  );
}

function renderSpoiler(node, names) {
  const inner = el("span", { class: "spoiler-text", "aria-hidden": "true" }, inlineNodes(node.children, names));
  const reveal = (event) => {
    if (spoiler.classList.contains("revealed")) return;
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault(); // a hidden link is revealed first, not followed
    spoiler.classList.add("revealed");
    for (const name of ["role", "tabindex", "aria-label"]) spoiler.removeAttribute(name);
    inner.removeAttribute("aria-hidden");
  };
  const spoiler = el(
    "span",
    {
      class: "spoiler",
      role: "button",
      tabindex: "0",
      "aria-label": "Spoiler, press to reveal",
      on: { click: reveal, keydown: reveal },
    },
    inner,
  );
  return spoiler;
}

/** A link to the web in its own tab; anything but http(s) is shown as text. */
export function safeLink(url, children) {
  if (!isWebUrl(url)) return el("span", {}, children);
  const safe = { href: url, target: "_blank", rel: "noopener noreferrer nofollow", title: url };
  return el("a", safe, children);
}

export function isWebUrl(url) {
  if (typeof url !== "string") return false;
  try {
    return ["http:", "https:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}
