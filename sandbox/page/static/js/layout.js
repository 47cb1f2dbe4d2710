// What a message of Components V2 is laid out with. Discord docs: Component Reference.

import { fileBox } from "./attachment.js";
import { el, icon } from "./dom.js";
import { isWebUrl, renderMarkdown } from "./markdown-view.js";

const LARGE = 2;
const PARTS = {
  9: section,
  10: ({ content }, { names }) => el("div", { class: "markdown text-display" }, renderMarkdown(content, names)),
  11: (thumbnail) => spoilered(picture(thumbnail, "thumbnail"), thumbnail.spoiler),
  12: gallery,
  13: ({ file, name, size, spoiler }) => spoilered(fileBox({ url: file.url, filename: name, size }), spoiler),
  14: separator,
  17: container,
};

/** `page` = {names, draw(component)}: look-ups for markdown, and how any component is drawn. */
export function renderLayout(component, page) {
  return PARTS[component.type]?.(component, page) ?? null;
}

function container({ accent_color: colour, spoiler, components }, { draw }) {
  const bar = colour === null ? {} : { "--bar": `#${colour.toString(16).padStart(6, "0")}` };
  return spoilered(el("div", { class: "container", style: bar }, components.map(draw)), spoiler);
}

function section({ components, accessory }, { draw }) {
  return el(
    "div",
    { class: "section" },
    el("div", { class: "section-text" }, components.map(draw)),
    el("div", { class: "section-accessory" }, draw(accessory)),
  );
}

function separator({ divider, spacing }) {
  const size = spacing === LARGE ? "separator large" : "separator";
  return divider ? el("hr", { class: size }) : el("div", { class: size });
}

function gallery({ items }) {
  const shown = items.map((item) => spoilered(picture(item, "gallery-picture"), item.spoiler));
  return el("div", { class: shown.length === 1 ? "gallery single" : "gallery" }, shown);
}

/** Nothing is fetched from outside this computer: of a picture from there a link is left. */
function picture({ media, description }, className) {
  const name = description ?? "Picture";
  const link = { href: media.url, target: "_blank", rel: "noopener noreferrer nofollow" };
  if (!media.attachment_id) {
    const host = isWebUrl(media.url) ? new URL(media.url).host : null;
    const words = [icon("external"), host ? `${name}, from ${host}` : name];
    return el("a", { class: `${className} outside`, ...(host ? link : {}) }, words);
  }
  if (media.content_type?.startsWith("video/")) {
    return el("video", { class: className, src: media.url, controls: true, "aria-label": name });
  }
  const size = { width: media.width, height: media.height };
  return el("a", { class: className, ...link }, el("img", { src: media.url, alt: name, ...size }));
}

/** Covered until the cover is pressed, for the keyboard and for screen readers too. */
function spoilered(node, isSpoiler) {
  if (!isSpoiler) return node;
  const reveal = () => {
    cover.remove();
    box.focus();
  };
  const cover = el("button", { type: "button", class: "spoiler-cover", on: { click: reveal } }, "Spoiler");
  const box = el("div", { class: "spoiler-box", tabindex: "-1" }, cover, node);
  return box;
}
