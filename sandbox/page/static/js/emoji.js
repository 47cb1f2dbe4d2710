import { el } from "./dom.js";

/** Custom emoji live on Discord's CDN, which this page never asks: their name stands in. */
export function emojiMark(emoji) {
  return el("span", { class: "emoji" }, emoji.id ? `:${emoji.name}:` : emoji.name);
}
