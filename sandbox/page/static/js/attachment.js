// Attached files: pictures with their alt text, sound with a player, anything else as a box.

import { el, icon } from "./dom.js";
import { isWebUrl } from "./markdown-view.js";

const AUDIO_NAMES = /\.(mp3|wav|ogg|oga|opus|flac|m4a)$/i;

export function renderAttachment(attachment) {
  if (!isWebUrl(attachment.url)) return fileBox(attachment);
  const type = attachment.content_type ?? "";
  if (type.startsWith("image/") && attachment.width) return imageBox(attachment);
  if (type.startsWith("audio/") || AUDIO_NAMES.test(attachment.filename)) return audioBox(attachment);
  return fileBox(attachment);
}

export function byteSize(bytes) {
  if (!Number.isFinite(bytes)) return "";
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(2)} KB` : `${(bytes / 1024 ** 2).toFixed(2)} MB`;
}

/** Discord stores a tame file name and keeps the original one, without its ending, as the title. */
export function shownName({ filename, title }) {
  if (!title) return filename;
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(filename)?.[0] ?? "";
  return title + ending;
}

function imageBox(attachment) {
  const alt = attachment.description ?? "";
  const image = el("img", {
    src: attachment.url,
    alt: alt || shownName(attachment),
    title: alt || null,
    width: attachment.width,
    height: attachment.height,
    loading: "lazy",
  });
  return el(
    "a",
    { class: "attachment-image", href: attachment.url, target: "_blank", rel: "noopener noreferrer" },
    image,
    alt && el("span", { class: "alt-mark", "aria-hidden": "true", title: alt }, "ALT"),
  );
}

function audioBox(attachment) {
  const label = attachment.description || shownName(attachment);
  const audio = el("audio", { controls: true, preload: "metadata", src: attachment.url, "aria-label": label });
  audio.addEventListener("play", () => pauseOthers(audio));
  return el("div", { class: "attachment attachment-audio" }, fileLine(attachment, "note"), audio);
}

/** Two tracks at once are no music: starting one pauses the other. */
function pauseOthers(playing) {
  for (const other of document.querySelectorAll("audio")) if (other !== playing) other.pause();
}

export function fileBox(attachment) {
  return el("div", { class: "attachment attachment-file" }, fileLine(attachment, "file"));
}

function fileLine(attachment, iconName) {
  const link = isWebUrl(attachment.url);
  const shown = shownName(attachment);
  const target = {
    href: attachment.url,
    target: "_blank",
    rel: "noopener noreferrer",
    download: attachment.filename,
  };
  const label = `Download ${shown}`;
  const name = link
    ? el("a", { class: "file-name", title: shown, ...target }, shown)
    : el("span", { class: "file-name" }, shown);
  const download = link
    ? el("a", { class: "icon-button", "aria-label": label, title: "Download", ...target }, icon("download"))
    : null;
  return el(
    "div",
    { class: "file-line" },
    el("span", { class: "file-icon" }, icon(iconName)),
    el("span", { class: "file-words" }, name, el("span", { class: "file-size" }, byteSize(attachment.size))),
    download,
  );
}
