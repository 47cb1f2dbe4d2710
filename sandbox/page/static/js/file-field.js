// An option of a command that takes a file: like a CommandField, with a button in place of the text.

import { el, iconButton } from "./dom.js";
import { FileTray } from "./files.js";
import { shownDescription, shownName } from "./options.js";

export class FileField {
  constructor(option, form) {
    this.option = option;
    this.form = form;
    this.error = null;
    const name = shownName(option);
    this.tray = new FileTray({ label: name, most: 1, changed: () => this.#changed() });
    this.input = el(
      "button",
      {
        type: "button",
        class: "file-choose",
        "aria-label": `${name}: choose a file. ${shownDescription(option)}`,
        "aria-describedby": "command-hint",
        on: {
          click: () => this.tray.choose(),
          focus: () => form.focused(this),
          blur: () => form.left(this),
          keydown: (event) => this.#key(event),
        },
      },
      "Choose or drop a file",
    );
    const remove = iconButton("close", `Remove option ${name}`, () => form.remove(this), {
      class: "field-remove",
      tabindex: "-1",
    });
    this.node = el(
      "span",
      { class: "field file-field", dataset: { option: option.name } },
      el("span", { class: "field-name" }, name),
      this.input,
      this.tray.node,
      option.required ? null : remove,
    );
  }

  get text() {
    return this.tray.files[0]?.name ?? "";
  }

  set text(_typed) {
    // A file can't be typed.
  }

  get isEmpty() {
    return this.tray.files.length === 0;
  }

  /** {value: File}, {error}, or {} for an optional field without a file. */
  read() {
    const [file] = this.tray.files;
    if (file) return { value: file };
    return this.option.required ? { error: "This option is required. Add a file." } : {};
  }

  accept(files) {
    this.tray.add(files);
  }

  showError(error) {
    this.error = error;
    this.node.classList.toggle("invalid", Boolean(error));
  }

  fit() {
    // As wide as its button.
  }

  #changed() {
    this.showError(null);
    this.input.textContent = this.isEmpty ? "Choose or drop a file" : "Choose another";
    this.form.chose(this);
    this.input.focus();
  }

  #key(event) {
    if (event.key === "Enter" && this.isEmpty) return; // presses the button
    if (event.key === "Backspace" && !this.isEmpty) {
      event.preventDefault();
      this.tray.clear();
    } else this.form.key(this, event);
  }
}
