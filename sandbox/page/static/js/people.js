// Faces and names.

import { el } from "./dom.js";

/** A disc with initials; its colour follows from the id, so a member keeps it everywhere. */
export function avatar(user, name, size = "") {
  const mixed = ((BigInt(user.id) >> 22n) * 2654435761n) % 4294967296n; // neighbours look different
  const hue = Number(mixed % 360n);
  const words = name.split(/\s+/).filter(Boolean).slice(0, 2);
  const initials = words.map((word) => [...word][0].toUpperCase()).join("");
  const className = ["avatar", size, user.bot && "avatar-bot"].filter(Boolean).join(" ");
  return el(
    "span",
    { class: className, "aria-hidden": "true", style: { "--hue": hue } },
    initials || "?",
  );
}

export function appTag() {
  return el("span", { class: "app-tag" }, "APP");
}
