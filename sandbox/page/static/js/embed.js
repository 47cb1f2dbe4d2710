// Embeds. Discord docs: Message Resource > Embed Object.

import { el } from "./dom.js";
import { isWebUrl, renderInline, renderMarkdown, safeLink } from "./markdown-view.js";
import { messageTime } from "./time.js";

export function renderEmbed(embed, names) {
  const colour = Number.isInteger(embed.color) && embed.color > 0 ? embed.color : null;
  const bar = colour === null ? {} : { "--bar": `#${colour.toString(16).padStart(6, "0")}` };
  return el(
    "article",
    { class: "embed", style: bar },
    el(
      "div",
      { class: "embed-text" },
      embed.author && renderAuthor(embed.author),
      embed.title && renderTitle(embed, names),
      embed.description && el("div", { class: "markdown" }, renderMarkdown(embed.description, names)),
      embed.fields?.length ? renderFields(embed.fields, names) : null,
    ),
    picture(embed.thumbnail, "embed-thumbnail"),
    picture(embed.image, "embed-image"),
    renderFooter(embed),
  );
}

function renderAuthor(author) {
  const icon = picture({ url: author.icon_url }, "embed-icon");
  const name = author.url ? safeLink(author.url, author.name) : author.name;
  return el("div", { class: "embed-author" }, icon, el("span", {}, name));
}

function renderTitle(embed, names) {
  const title = renderInline(embed.title, names);
  const content = embed.url ? safeLink(embed.url, title) : title;
  return el("div", { class: "embed-title", role: "heading", "aria-level": 3 }, content);
}

/** Up to three inline fields share a row; the row is divided evenly among those in it. */
function renderFields(fields, names) {
  const rows = [];
  for (const field of fields) {
    const row = rows.at(-1);
    if (field.inline && row?.[0].inline && row.length < 3) row.push(field);
    else rows.push([field]);
  }
  const cells = rows.flatMap((row) => row.map((field) => renderField(field, 12 / row.length, names)));
  return el("dl", { class: "embed-fields" }, cells);
}

function renderField(field, span, names) {
  return el(
    "div",
    { class: field.inline ? "embed-field" : "embed-field wide", style: { "--span": span } },
    el("dt", {}, renderInline(field.name, names)),
    el("dd", { class: "markdown" }, renderMarkdown(field.value, names)),
  );
}

function picture(image, className) {
  const url = image?.proxy_url ?? image?.url;
  if (!isWebUrl(url)) return null;
  const size = image.width && image.height ? { width: image.width, height: image.height } : {};
  const alt = image.description ?? "";
  const node = el("img", { class: className, src: url, alt, loading: "lazy", ...size });
  // Pictures from outside are blocked here (nothing leaves this computer): leave no broken frame.
  node.addEventListener("error", () => node.remove());
  return node;
}

function renderFooter(embed) {
  if (!embed.footer && !embed.timestamp) return null;
  const time = embed.timestamp
    ? el("time", { datetime: embed.timestamp }, messageTime(new Date(embed.timestamp)))
    : null;
  return el(
    "footer",
    { class: "embed-footer" },
    embed.footer?.icon_url && picture({ url: embed.footer.icon_url }, "embed-icon"),
    el("span", {}, embed.footer?.text ?? "", embed.footer && time ? " • " : "", time),
  );
}
