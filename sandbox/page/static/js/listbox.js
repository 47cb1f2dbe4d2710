// A list of choices under the keyboard of another element (ARIA combobox pattern): the focus stays
// where the member types, aria-activedescendant tells which choice is meant.

import { el } from "./dom.js";

let serial = 0;

export class Listbox {
  #owner = null;
  #choices = [];
  #active = -1;
  #choose = null;
  #id = `listbox-${++serial}`;

  /** `label` names the list for screen readers; `multiple` marks several choices as selected. */
  constructor({ label, multiple = false }) {
    this.list = el("div", {
      class: "listbox-options",
      role: "listbox",
      id: this.#id,
      "aria-label": label,
      "aria-multiselectable": multiple ? "true" : null,
    });
    this.heading = el("div", { class: "listbox-heading" });
    this.node = el("div", { class: "listbox", hidden: true }, this.heading, this.list);
    // Pressing the mouse must not take the focus away from the owner.
    this.node.addEventListener("mousedown", (event) => event.preventDefault());
  }

  get isOpen() {
    return !this.node.hidden;
  }

  /**
   * Show choices ({label, description?, note?, lead? (node), selected?, disabled?}) for `owner`.
   * `choose(choice)` is called for the one picked by mouse or key.
   */
  show(owner, { heading, choices, choose, active = 0 }) {
    if (this.#owner !== owner) this.hide();
    this.#owner = owner;
    this.#choices = choices;
    this.#choose = choose;
    this.heading.replaceChildren(...[heading ?? ""].flat());
    this.heading.hidden = !heading;
    this.list.replaceChildren(...choices.map((choice, index) => this.#option(choice, index)));
    this.node.hidden = false;
    this.#expanded(true);
    owner.setAttribute("aria-controls", this.#id);
    this.#activate(choices.length ? Math.min(active, choices.length - 1) : -1);
  }

  hide() {
    this.node.hidden = true;
    this.#expanded(false);
    this.#owner?.removeAttribute("aria-activedescendant");
    this.#owner = null;
    this.#choices = [];
  }

  /** Handle a key of the owner; true if it was meant for the list. */
  key(event) {
    if (!this.isOpen || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const picks = (event.key === "Enter" || event.key === "Tab") && !event.shiftKey;
    if (step && this.#choices.length) {
      this.#activate((this.#active + step + this.#choices.length) % this.#choices.length);
    } else if (picks && this.#choices[this.#active]) {
      this.#pick(this.#active);
    } else if (event.key === "Escape") {
      this.hide();
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** A place to type has no such state. */
  #expanded(open) {
    if (this.#owner && !this.#owner.matches("textarea")) this.#owner.setAttribute("aria-expanded", String(open));
  }

  #option(choice, index) {
    return el(
      "div",
      {
        class: "listbox-option",
        role: "option",
        id: `${this.#id}-${index}`,
        "aria-selected": choice.selected ? "true" : "false",
        "aria-disabled": choice.disabled ? "true" : null,
        on: { click: () => this.#pick(index), mousemove: () => this.#activate(index, false) },
      },
      choice.lead,
      el(
        "span",
        { class: "option-words" },
        el("span", { class: "option-label" }, choice.label),
        choice.description && el("span", { class: "option-description" }, choice.description),
      ),
      choice.note && el("span", { class: "option-note" }, choice.note),
    );
  }

  #activate(index, scroll = true) {
    this.list.children[this.#active]?.classList.remove("active");
    this.#active = index;
    const option = this.list.children[index];
    if (!option) return;
    option.classList.add("active");
    this.#owner?.setAttribute("aria-activedescendant", option.id);
    if (scroll) option.scrollIntoView({ block: "nearest" });
  }

  #pick(index) {
    const choice = this.#choices[index];
    if (choice && !choice.disabled) this.#choose(choice);
  }
}
