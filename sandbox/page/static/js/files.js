// Files in a member's hand: chosen, dropped or pasted, listed, and uploaded when they are sent.

import { byteSize } from "./attachment.js";
import { ActionError } from "./connection.js";
import { el, icon, iconButton } from "./dom.js";

/** Send a file ahead of what it belongs to. Resolves with the object that stands for it in a frame. */
async function upload(file) {
  let answer;
  try {
    answer = await fetch(`/upload?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
  } catch {
    throw new ActionError({ message: "The file could not be sent to the sandbox.", code: "offline" });
  }
  if (answer.status === 413) throw new ActionError({ message: `${file.name} is too large.` });
  if (!answer.ok) throw new ActionError({ message: `${file.name} could not be sent to the sandbox.` });
  return answer.json();
}

/** The same values, files replaced by what stands for them. */
export async function withUploads(values) {
  const sent = {};
  for (const [name, value] of Object.entries(values)) {
    if (value instanceof File) sent[name] = await upload(value);
    else if (Array.isArray(value) && value[0] instanceof File) sent[name] = await Promise.all(value.map(upload));
    else sent[name] = value;
  }
  return sent;
}

/** The names under which files were uploaded, for a message. */
export async function uploadAll(files) {
  const sent = await Promise.all(files.map(upload));
  return sent.map((one) => one.upload);
}

/** A list of chosen files, with a way to choose more. `most` is how many there can be. */
export class FileTray {
  #files = [];

  constructor({ label, most = 10, changed = () => {} }) {
    Object.assign(this, { most, changed });
    this.chooser = el("input", {
      type: "file",
      multiple: most > 1,
      hidden: true,
      "aria-label": label,
      on: { change: () => this.#chosen() },
    });
    this.list = el("ul", { class: "file-tray", hidden: true });
    this.node = el("div", { class: "files" }, this.list, this.chooser);
  }

  get files() {
    return this.#files;
  }

  choose() {
    this.chooser.click();
  }

  add(files) {
    const all = this.most === 1 ? [...files].slice(-1) : [...this.#files, ...files];
    this.#set(all.slice(0, this.most));
  }

  clear() {
    this.#set([]);
  }

  #chosen() {
    this.add(this.chooser.files);
    this.chooser.value = ""; // the same file can be chosen again after it was removed
  }

  #set(files) {
    this.#files = files;
    this.list.hidden = files.length === 0;
    this.list.replaceChildren(...files.map((file) => this.#item(file)));
    this.changed();
  }

  #item(file) {
    const remove = () => this.#set(this.#files.filter((one) => one !== file));
    return el(
      "li",
      { class: "file-chip" },
      icon(file.type.startsWith("audio/") ? "note" : "file"),
      el("span", { class: "file-chip-name" }, file.name),
      el("span", { class: "file-size" }, byteSize(file.size)),
      iconButton("close", `Remove ${file.name}`, remove),
    );
  }
}

/** Let files be dropped on a node. */
export function acceptDrops(node, take) {
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  node.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    node.classList.add("dropping");
  });
  node.addEventListener("dragleave", () => node.classList.remove("dropping"));
  node.addEventListener("drop", (event) => {
    node.classList.remove("dropping");
    if (!hasFiles(event)) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
}
