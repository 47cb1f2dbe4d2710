// Faces and names.

import { el, icon } from "./dom.js";

/**
 * Initials on a colour that follows from the id, so a member keeps it everywhere; a tape for bots. With
 * `dataset` = {user} it opens the member's menu.
 */
export function avatar(user, name, size = "", dataset = {}) {
  const mixed = ((BigInt(user.id) >> 22n) * 2654435761n) % 4294967296n; // neighbours look different
  const hue = Number(mixed % 360n);
  const className = ["avatar", size, user.bot && "avatar-bot"].filter(Boolean).join(" ");
  return el(
    "span",
    { class: className, "aria-hidden": "true", dataset, style: { "--hue": hue } },
    user.bot ? icon("tape") : initials(name) || "?",
  );
}

/** The first letters of the first two words. */
export function initials(name) {
  const words = name.split(/\s+/).filter(Boolean).slice(0, 2);
  return words.map((word) => [...word][0].toUpperCase()).join("");
}

export function appTag() {
  return el("span", { class: "app-tag" }, "APP");
}
