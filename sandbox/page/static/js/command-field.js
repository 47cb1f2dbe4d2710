// One option of a command that is being filled in: a pill with its name and a place to type.

import { el, iconButton } from "./dom.js";
import { BOOLEAN_CHOICES, OptionType, readOption, shownDescription, shownName } from "./options.js";
import { channelChoices, roleChoices, userChoices } from "./select.js";

const AUTOCOMPLETE_PAUSE_MS = 150;
const MOST_CHOICES = 25;
const KEYBOARDS = { [OptionType.INTEGER]: "numeric", [OptionType.NUMBER]: "decimal" };
let serial = 0;

export class CommandField {
  #chosen = null;
  #asked = 0;
  #pause = null;

  /** `form` gives store, list (Listbox), ask(field) for autocomplete, and hears changed/key/focused. */
  constructor(option, form) {
    this.option = option;
    this.form = form;
    this.error = null;
    this.id = `option-${++serial}`;
    const name = shownName(option);
    this.input = el("textarea", {
      id: this.id,
      rows: 1,
      spellcheck: "false",
      autocomplete: "off",
      "aria-label": `${name}${option.required ? " (required)" : ""}: ${shownDescription(option)}`,
      "aria-describedby": "command-hint",
      inputmode: KEYBOARDS[option.type],
      on: {
        input: () => this.#typed(),
        focus: () => this.#focused(),
        blur: () => this.#left(),
        keydown: (event) => form.key(this, event),
      },
    });
    if (this.#hasList) {
      this.input.setAttribute("aria-haspopup", "listbox");
      this.input.setAttribute("aria-autocomplete", "list");
    }
    const label = `Remove option ${name}`;
    const remove = iconButton("close", label, () => form.remove(this), { class: "field-remove", tabindex: "-1" });
    this.node = el(
      "span",
      { class: "field", dataset: { option: option.name } },
      el("label", { class: "field-name", for: this.id }, name),
      this.input,
      option.required ? null : remove,
    );
  }

  get text() {
    return this.input.value;
  }

  set text(value) {
    this.input.value = value;
    this.fit();
  }

  get isEmpty() {
    return this.text.trim() === "";
  }

  /** {value}, {error}, or {} for an optional field that was left empty. */
  read() {
    if (this.isEmpty) return this.option.required ? { error: "This option is required. Specify a value." } : {};
    return readOption(this.option, this.text, this.#chosen);
  }

  showError(error) {
    this.error = error;
    this.node.classList.toggle("invalid", Boolean(error));
    this.input.setAttribute("aria-invalid", error ? "true" : "false");
  }

  /** As wide and as high as its text, where the browser does not do so by itself. */
  fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.input.style.width = `${Math.min(Math.max(this.text.length + 1, 4), 48)}ch`;
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
  }

  get #hasList() {
    const { type, choices, autocomplete } = this.option;
    const listed = type >= OptionType.BOOLEAN && type <= OptionType.MENTIONABLE;
    return Boolean(choices?.length || autocomplete || listed);
  }

  #focused() {
    this.form.focused(this);
    this.suggest();
  }

  #left() {
    clearTimeout(this.#pause);
    this.#asked += 1; // an answer to an older question must not open the list again
    this.form.list.hide();
    const { error } = this.read();
    this.showError(this.isEmpty ? null : error);
    this.form.left(this);
  }

  #typed() {
    if (this.#chosen?.label !== this.text) this.#chosen = null;
    this.showError(null);
    this.fit();
    this.form.changed(this);
    this.suggest();
  }

  /** Offer what this option can be, as far as there is a list of it. */
  suggest() {
    if (this.option.autocomplete) {
      clearTimeout(this.#pause);
      this.#pause = setTimeout(() => this.#askBot(), AUTOCOMPLETE_PAUSE_MS);
      return;
    }
    if (!this.#hasList) return;
    const typed = this.#chosen ? "" : this.text.trim().toLowerCase();
    const choices = this.#ownChoices().filter(({ label }) => label.toLowerCase().includes(typed));
    this.#show(choices, choices.length ? shownDescription(this.option) : "No options match your search.");
  }

  #ownChoices() {
    const { store } = this.form;
    const { type, choices, channel_types: channelTypes } = this.option;
    if (choices?.length) return choices.map((choice) => ({ label: shownName(choice), value: choice.value }));
    if (type === OptionType.BOOLEAN) return BOOLEAN_CHOICES.map(({ name, value }) => ({ label: name, value }));
    if (type === OptionType.CHANNEL) return channelChoices(store, channelTypes);
    if (type === OptionType.USER) return userChoices(store);
    if (type === OptionType.ROLE) return roleChoices(store);
    return [...userChoices(store), ...roleChoices(store)];
  }

  async #askBot() {
    const question = ++this.#asked;
    try {
      const choices = await this.form.ask(this);
      if (question !== this.#asked) return;
      this.#show(choices.map(({ name, value }) => ({ label: name, value })), shownDescription(this.option));
    } catch {
      if (question === this.#asked) this.#show([], "Loading options failed");
    }
  }

  #show(choices, heading) {
    const shown = choices.slice(0, MOST_CHOICES).map((choice) => ({ ...choice, label: String(choice.label) }));
    this.form.list.show(this.input, { heading, choices: shown, choose: (choice) => this.#choose(choice) });
  }

  #choose(choice) {
    this.#chosen = choice;
    this.text = choice.label;
    this.showError(null);
    this.form.list.hide();
    this.form.chose(this);
  }
}
