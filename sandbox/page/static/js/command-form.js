// A command that was picked: its options as pills, checked as Discord's client checks them.

import { CommandField } from "./command-field.js";
import { el, icon, types } from "./dom.js";
import { FileField } from "./file-field.js";
import { OptionType, expectation, firstText, shownDescription, shownName, splitTyped } from "./options.js";

export class CommandForm {
  #fields = [];
  #closed = false;

  /**
   * `entry` = {command, name, options}; `composer` = {store, list, hint (node), complete(name, focused,
   * options), send(entry, options), leave(text)}.
   */
  constructor(entry, typed, composer) {
    this.entry = entry;
    this.composer = composer;
    this.store = composer.store;
    this.list = composer.list;
    const on = { click: () => this.#offerMore(), keydown: (event) => this.#moreKey(event) };
    const list = { role: "combobox", "aria-haspopup": "listbox", "aria-expanded": "false" };
    this.more = el("button", { type: "button", class: "more-options", ...list, on });
    this.fields = el("span", { class: "fields" });
    this.node = el(
      "div",
      {
        class: "command-form",
        role: "group",
        "aria-label": `Command /${entry.name}`,
        tabindex: "-1", // where the keys go when there is nothing to fill in
        on: { keydown: (event) => this.#anyKey(event) },
      },
      el("span", { class: "command-name" }, `/${entry.name}`),
      this.fields,
      this.more,
    );
    const needed = entry.options.filter(({ required }) => required);
    const text = firstText(entry.options);
    const offered = needed.length || text?.autocomplete ? needed : [text].filter(Boolean);
    for (const option of offered) this.#add(option);
    this.#fill(typed);
    this.#refresh();
  }

  /** Go to the first field that wants a value, else to the last one. */
  focus() {
    const field = this.#fields.find((one) => one.isEmpty) ?? this.#fields.at(-1);
    if (field) field.input.focus();
    else (this.more.hidden ? this.node : this.more).focus();
    if (!field) this.#hint(null);
  }

  /** Add words to the first text option, as if the member had typed them there. */
  type(words) {
    const field = this.#textField();
    if (!field) return;
    field.text += words;
    field.input.focus();
  }

  /** The form leaves the page; what its fields tell from now on (they lose the focus) is no news. */
  close() {
    this.#closed = true;
  }

  /** A file that was dropped or pasted goes into the first field that waits for one. Tells if any did. */
  acceptFile(file) {
    const isFree = (field) => field instanceof FileField && field.isEmpty;
    const missing = this.#missing().find(({ type }) => type === OptionType.ATTACHMENT);
    const field = this.#fields.find(isFree) ?? (missing && this.#add(missing));
    field?.accept([file]);
    this.#refresh();
    return Boolean(field);
  }

  submit() {
    const options = {};
    let firstWrong = null;
    for (const field of this.#fields) {
      const { value, error } = field.read();
      field.showError(error ?? null);
      if (error) firstWrong ??= field;
      else if (value !== undefined) options[field.option.name] = value;
    }
    if (firstWrong) {
      firstWrong.input.focus();
      this.#hint(firstWrong);
    } else this.composer.send(this.entry, options);
  }

  // What the fields tell.

  ask(field) {
    const options = {};
    for (const other of this.#fields) {
      const { value } = other === field ? {} : other.read();
      if (value !== undefined && !(value instanceof File)) options[other.option.name] = value;
    }
    return this.composer.complete(this.entry, field.option.name, field.text, options);
  }

  focused(field) {
    this.#hint(field);
  }

  left(field) {
    this.#hint(field.error ? field : null);
  }

  chose(field) {
    this.#hint(field);
  }

  /** Typing "seed:" at the end of a field opens the option of that name. */
  changed(field) {
    const typed = /(?:^|\s)([^\s:]+):$/.exec(field.text)?.[1];
    const option = typed && this.#missing().find((one) => shownName(one) === typed);
    if (!option) {
      this.#hint(field);
      return;
    }
    field.text = field.text.slice(0, -typed.length - 1).trimEnd();
    this.#add(option).input.focus();
    this.#refresh();
  }

  remove(field) {
    const at = this.#fields.indexOf(field);
    this.#fields.splice(at, 1);
    field.node.remove();
    this.#refresh();
    this.#fields[Math.max(0, at - 1)]?.input.focus();
  }

  key(field, event) {
    if (this.list.key(event)) return;
    const { selectionStart: start, selectionEnd: end } = field.input;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.composer.leave("");
    } else if (event.key === "Backspace" && field.text === "") {
      event.preventDefault();
      this.#back(field);
    } else if (event.key === "ArrowLeft" && end === 0) this.#step(field, -1, event);
    else if (event.key === "ArrowRight" && start === field.text.length) this.#step(field, 1, event);
    else if (event.key === "Tab" && !event.shiftKey && this.#hasMoreAfter(field)) {
      event.preventDefault();
      this.more.focus();
      this.#offerMore();
    }
  }

  #hasMoreAfter(field) {
    return field === this.#fields.at(-1) && !this.more.hidden;
  }

  #step(field, by, event) {
    const next = this.#fields[this.#fields.indexOf(field) + by];
    if (!next) return;
    event.preventDefault();
    next.input.focus();
  }

  #back(field) {
    const before = this.#fields[this.#fields.indexOf(field) - 1];
    if (!field.option.required) this.remove(field);
    else before?.input.focus();
    if (!this.#fields.length || (field.option.required && !before)) this.composer.leave(`/${this.entry.name}`);
  }

  #fill(typed) {
    for (const [name, value] of splitTyped(typed, this.entry.options)) {
      const option = this.entry.options.find((one) => one.name === name);
      const field = this.#fields.find((one) => one.option === option) ?? this.#add(option);
      field.text = value;
    }
  }

  #add(option) {
    const Field = option.type === OptionType.ATTACHMENT ? FileField : CommandField;
    const field = new Field(option, this);
    this.#fields.push(field);
    this.fields.append(field.node);
    field.fit();
    return field;
  }

  #missing() {
    const present = new Set(this.#fields.map(({ option }) => option));
    return this.entry.options.filter((option) => !present.has(option));
  }

  #refresh() {
    const missing = this.#missing().length;
    this.more.hidden = missing === 0;
    this.more.textContent = `+${missing} more`;
    this.more.setAttribute("aria-label", `Add one of ${missing} optional options`);
  }

  #offerMore() {
    this.more.focus(); // not all browsers do so on a click
    const choices = this.#missing().map((option) => {
      return { label: shownName(option), description: shownDescription(option), option };
    });
    const choose = ({ option }) => {
      this.list.hide();
      const field = this.#add(option);
      this.#refresh();
      field.input.focus();
    };
    this.list.show(this.more, { heading: "Options", choices, choose });
  }

  #moreKey(event) {
    if (this.list.key(event)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.#offerMore();
    } else this.#ownKey(event);
  }

  /** What is typed where nothing can be typed goes into the first text option. */
  #anyKey(event) {
    if (event.target === this.node) this.#ownKey(event);
    if (!types(event) || event.target.matches("textarea, input")) return;
    const input = this.#textField()?.input;
    input?.focus();
    input?.setSelectionRange(input.value.length, input.value.length);
  }

  #textField() {
    const option = firstText(this.entry.options);
    const field = this.#fields.find((one) => one.option === option) ?? (option && this.#add(option));
    this.#refresh();
    return field;
  }

  /** Keys outside of the fields. */
  #ownKey(event) {
    if (event.key === "Enter") this.submit();
    else if (event.key === "Escape") this.composer.leave("");
    else if (event.key !== "Backspace") return;
    else if (this.#fields.length) this.#fields.at(-1).input.focus();
    else this.composer.leave(`/${this.entry.name}`);
    event.preventDefault();
  }

  /** The bar above the composer: what the option in hand means, or what is wrong with it. */
  #hint(field) {
    if (this.#closed) return;
    const { hint } = this.composer;
    hint.hidden = false;
    hint.classList.toggle("invalid", Boolean(field?.error));
    if (!field) {
      hint.replaceChildren(el("strong", {}, `/${this.entry.name}`), el("span", {}, this.entry.description));
      return;
    }
    const { required } = field.option;
    const expected = expectation(field.option);
    hint.replaceChildren(
      el("strong", {}, shownName(field.option)),
      el("span", {}, shownDescription(field.option)),
      ...(expected ? [el("span", { class: "hint-range" }, expected)] : []),
      el("span", { class: "hint-kind" }, required ? "required" : "optional"),
      ...(field.error ? [el("span", { class: "hint-error", role: "alert" }, icon("warn"), field.error)] : []),
    );
  }
}
