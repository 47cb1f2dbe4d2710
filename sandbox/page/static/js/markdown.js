// Discord's markdown as a tree of plain objects, without the DOM.
// Discord docs: Reference > Message Formatting; Discord help centre: Markdown Text 101.
//
// Block nodes:  {type: "heading", level, children} {type: "subtext", children} {type: "quote", children}
//               {type: "list", ordered, start, items} {type: "codeblock", language, text}
//               {type: "text", children}
// Inline nodes: strings, {type: "strong" | "em" | "underline" | "strike" | "spoiler", children},
//               {type: "code", text}, {type: "link", url, children},
//               {type: "user" | "role" | "channel", id},
//               {type: "everyone", name}, {type: "command", name, id}, {type: "emoji", name},
//               {type: "timestamp", unix, style}

const MAX_DEPTH = 8; // deeper nesting stays plain text, so hostile text cannot cost much

const FENCE = /```(?:([a-z0-9_+\-.#]+)\n)?([\s\S]*?\S[\s\S]*?)```\n?/iy;
const HEADING = /(#{1,3})[ \t]+([^\n]+?)[ \t]*(?:\n|$)/y;
const SUBTEXT = /-#[ \t]+([^\n]+)(?:\n|$)/y;
const QUOTE_REST = />>>[ \t]([\s\S]+)$/y;
const QUOTE = /(?:>[ \t][^\n]*(?:\n|$))+/y;
const ITEM = /([ \t]*)([-*]|\d{1,9}\.)[ \t]+([^\n]+)(?:\n|$)/y;
const ITEM_REST = /[ \t]{2,}([^\n]*\S[^\n]*)(?:\n|$)/y;

/** Parse a message's content or an embed's description. */
export function parse(text, depth = 0) {
  const blocks = [];
  let plain = "";
  const flush = () => {
    if (plain) blocks.push({ type: "text", children: parseInline(plain, depth) });
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const atLineStart = at === 0 || text[at - 1] === "\n";
    const [block, length] = (atLineStart && blockAt(text, at, depth)) || fenceAt(text, at) || [];
    if (block) {
      flush();
      blocks.push(block);
      at += length;
    } else {
      const next = nextStop(text, at);
      plain += text.slice(at, next);
      at = next;
    }
  }
  flush();
  return blocks;
}

/** The next place where a block may begin: after a line break or at a fence. */
function nextStop(text, at) {
  const line = text.indexOf("\n", at);
  const fence = text.indexOf("```", at + 1);
  const stops = [line < 0 ? text.length : line + 1, fence < 0 ? text.length : fence];
  return Math.min(...stops);
}

function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function fenceAt(text, at) {
  const found = text.startsWith("```", at) && text[at - 1] !== "\\" && match(FENCE, text, at);
  if (!found) return null;
  const content = found[2].replace(/^\n+|\n+$/g, "");
  return [{ type: "codeblock", language: found[1] ?? "", text: content }, found[0].length];
}

function blockAt(text, at, depth) {
  let found;
  if ((found = match(HEADING, text, at))) {
    const children = parseInline(found[2], depth + 1);
    return [{ type: "heading", level: found[1].length, children }, found[0].length];
  }
  if ((found = match(SUBTEXT, text, at))) {
    return [{ type: "subtext", children: parseInline(found[1], depth + 1) }, found[0].length];
  }
  if (depth === 0 && (found = match(QUOTE_REST, text, at))) {
    return [{ type: "quote", children: parse(found[1], depth + 1) }, found[0].length];
  }
  if (depth === 0 && (found = match(QUOTE, text, at))) {
    const inner = found[0].replace(/\n$/, "").replace(/^>[ \t]/gm, "");
    return [{ type: "quote", children: parse(inner, depth + 1) }, found[0].length];
  }
  return depth < MAX_DEPTH && match(ITEM, text, at) ? listAt(text, at, depth) : null;
}

/** A list ends where the kind of mark changes; what is indented deeper belongs to the item above. */
function listAt(text, start, depth) {
  const [, indent, mark] = match(ITEM, text, start);
  const ordered = /\d/.test(mark);
  const items = [];
  let at = start;
  while (at < text.length) {
    const item = match(ITEM, text, at);
    const own = item && item[1].length <= indent.length + 1;
    if (own && /\d/.test(item[2]) !== ordered) break;
    const line = own ? item : match(ITEM_REST, text, at);
    if (!line) break;
    if (own) items.push(item[3]);
    else items[items.length - 1] += `\n${line[0].trimEnd().replace(/^[ \t]{1,2}/, "")}`;
    at += line[0].length;
  }
  const list = { type: "list", ordered, start: ordered ? Number.parseInt(mark, 10) : 1 };
  return [{ ...list, items: items.map((item) => parse(item, depth + 1)) }, at - start];
}

const URL_TAIL = /[.,:;!?'"\])*_~|]+$/;
const nested = (type) => (found, depth) => ({ type, children: parseInline(found[1], depth + 1) });

// Tried in this order at each place; every pattern is sticky and linear in the text that follows.
const INLINE = [
  [/\\([^0-9A-Za-z\s])/y, (found) => found[1]],
  [/(`{1,2})(?!`)([^`](?:[\s\S]*?[^`])??)\1(?!`)/y, (found) => ({ type: "code", text: found[2] })],
  [/<t:(-?\d{1,17})(?::([tTdDfFsSR]))?>/y, timestamp],
  [/<@!?(\d{1,20})>/y, (found) => ({ type: "user", id: found[1] })],
  [/<@&(\d{1,20})>/y, (found) => ({ type: "role", id: found[1] })],
  [/<#(\d{1,20})>/y, (found) => ({ type: "channel", id: found[1] })],
  [/<\/([^:<>\n]{1,100}):(\d{1,20})>/y, (found) => ({ type: "command", name: found[1], id: found[2] })],
  [/<a?:(\w{2,32}):\d{1,20}>/y, (found) => ({ type: "emoji", name: found[1] })],
  [/@(everyone|here)\b/y, (found) => ({ type: "everyone", name: found[1] })],
  [/<(https?:\/\/[^\s<>]+)>/y, (found) => ({ type: "link", url: found[1], children: [found[1]] })],
  [/\[((?:\\[\s\S]|[^\\[\]])+)\]\(<?(https?:\/\/[^\s<>()]+(?:\([^\s<>()]*\)[^\s<>()]*)*)>?\)/y, maskedLink],
  [/https?:\/\/[^\s<]+/y, bareLink],
  [/\|\|((?:\\[\s\S]|[^\\])+?)\|\|/y, nested("spoiler")],
  [/\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/y, nested("strong")],
  [/__((?:\\[\s\S]|[^\\])+?)__(?!_)/y, nested("underline")],
  [/~~((?:\\[\s\S]|[^\\])+?)~~/y, nested("strike")],
  [/\*(?![\s*])((?:\\[\s\S]|\*\*(?:[^\\*]|\\[\s\S])+?\*\*|[^\\*])*?[^\s\\*])\*(?!\*)/y, nested("em")],
  [/_((?:\\[\s\S]|__|[^\\_])+?)_(?![0-9A-Za-z_])/y, nested("em")],
];
const INTERESTING = /[\\`<@[|*_~]|https?:\/\//g;

/** Parse what stands inside one block. */
export function parseInline(text, depth = 0) {
  if (depth > MAX_DEPTH) return [text];
  const nodes = [];
  let at = 0;
  while (at < text.length) {
    INTERESTING.lastIndex = at;
    const stop = INTERESTING.exec(text)?.index ?? text.length;
    pushText(nodes, text.slice(at, stop));
    at = stop;
    if (at >= text.length) break;
    const [node, length] = inlineAt(text, at, depth);
    if (typeof node === "string") pushText(nodes, node);
    else nodes.push(node);
    at += length;
  }
  return nodes;
}

function inlineAt(text, at, depth) {
  // An underscore inside a word (file_name_here) is no emphasis.
  const insideWord = text[at] === "_" && /[0-9A-Za-z]/.test(text[at - 1] ?? "");
  for (const [pattern, build] of INLINE) {
    const found = match(pattern, text, at);
    if (!found || (insideWord && !found[0].startsWith("__"))) continue;
    const node = build(found, depth);
    return [node, node.source?.length ?? found[0].length];
  }
  return [text[at], 1];
}

function pushText(nodes, text) {
  if (!text) return;
  if (typeof nodes.at(-1) === "string") nodes[nodes.length - 1] += text;
  else nodes.push(text);
}

function timestamp(found) {
  return { type: "timestamp", unix: Number(found[1]), style: found[2] ?? "f" };
}

function maskedLink(found, depth) {
  return { type: "link", url: found[2], children: parseInline(found[1], depth + 1) };
}

/** Punctuation that ends a sentence is not part of a link, a bracket that it opened itself is. */
function bareLink(found) {
  let url = found[0].replace(URL_TAIL, "");
  if (found[0][url.length] === ")" && url.includes("(")) url += ")";
  return { type: "link", url, children: [url], source: url };
}
