// Select menus: string, user, role, mentionable, channel. Discord docs: Component Reference > String Select.

import { el, icon } from "./dom.js";
import { emojiMark } from "./emoji.js";
import { Listbox } from "./listbox.js";
import { avatar } from "./people.js";
import { isThread } from "./state.js";

const STRING = 3;
const USER = 5;
const ROLE = 6;
const MENTIONABLE = 7;
const CHANNEL = 8;
const GAP_PX = 4;
const LEAST_PX = 120;
export const SELECT_TYPES = new Set([STRING, USER, ROLE, MENTIONABLE, CHANNEL]);

const PLACEHOLDERS = {
  [STRING]: "Make a selection",
  [USER]: "Select a user",
  [ROLE]: "Select a role",
  [MENTIONABLE]: "Select a user or role",
  [CHANNEL]: "Select a channel",
};

export function renderSelect(component, perform, store) {
  const submit = (button, values) => perform(button, "choose", { custom_id: component.custom_id, values });
  return new Select(component, store, submit).node;
}

/** A button that opens the choices. One choice is sent at once; several are sent on closing. */
export class Select {
  #chosen;

  /** `submit(button, values)` is called with the chosen values (strings). */
  constructor(component, store, submit) {
    this.component = component;
    this.choices = choicesOf(component, store);
    this.submit = submit;
    this.most = component.max_values ?? 1;
    this.least = component.min_values ?? 1;
    this.#chosen = new Set(initialValues(component));
    this.placeholder = component.placeholder || PLACEHOLDERS[component.type];
    this.list = new Listbox({ label: this.placeholder, multiple: this.most > 1 });
    this.list.node.popover = "manual";
    this.words = el("span", { class: "select-words" });
    this.button = el(
      "button",
      {
        type: "button",
        class: "select-button",
        role: "combobox",
        "aria-haspopup": "listbox",
        "aria-expanded": "false",
        disabled: Boolean(component.disabled),
        dataset: { customId: component.custom_id ?? "" },
        on: {
          click: () => (this.list.isOpen ? this.#close() : this.#open()),
          keydown: (event) => this.#key(event),
          blur: () => this.#close(),
        },
      },
      this.words,
      icon("chevron"),
    );
    this.node = el("div", { class: "select" }, this.button, this.list.node);
    this.#label();
  }

  get values() {
    return [...this.#chosen];
  }

  #open(active = 0) {
    const { least, most } = this;
    const choices = this.choices.map((choice) => ({ ...choice, selected: this.#chosen.has(choice.value) }));
    const heading = most > 1 ? `Choose ${least === most ? most : `${least} to ${most}`}` : null;
    this.list.show(this.button, { heading, choices, active, choose: (choice) => this.#choose(choice) });
    this.#place();
  }

  /** Below the button, or above it where there is more room; it goes with the button when that moves. */
  #place() {
    const { node, heading } = this.list;
    if (!node.matches(":popover-open")) node.showPopover();
    document.addEventListener("scroll", this.#follow, { capture: true, passive: true });
    const place = this.node.closest("#scroller")?.getBoundingClientRect() ?? { top: 0, bottom: innerHeight };
    const { left, top, bottom, width } = this.button.getBoundingClientRect();
    const below = place.bottom - bottom - 2 * GAP_PX;
    const above = top - place.top - 2 * GAP_PX;
    const isBelow = node.scrollHeight <= below || below >= above;
    const style = {
      left: `${left}px`,
      width: `${width}px`,
      top: isBelow ? `${bottom + GAP_PX}px` : "auto",
      bottom: isBelow ? "auto" : `${innerHeight - top + GAP_PX}px`,
      "--room": `${Math.max(isBelow ? below : above, LEAST_PX) - heading.offsetHeight}px`,
    };
    for (const [name, value] of Object.entries(style)) node.style.setProperty(name, value);
  }

  #follow = ({ target }) => {
    if (!this.list.isOpen) document.removeEventListener("scroll", this.#follow, { capture: true });
    else if (!this.list.node.contains(target)) this.#place();
  };

  #key(event) {
    if (this.list.key(event)) return;
    if (event.key === "ArrowDown" && !this.list.isOpen) {
      event.preventDefault();
      this.#open();
    }
  }

  #choose(choice) {
    if (this.most === 1) {
      this.#chosen = new Set([choice.value]);
      this.list.hide();
      this.#label();
      this.submit(this.button, this.values);
      return;
    }
    if (this.#chosen.has(choice.value)) this.#chosen.delete(choice.value);
    else if (this.#chosen.size < this.most) this.#chosen.add(choice.value);
    this.changed = true;
    this.#label();
    this.#open(this.choices.findIndex(({ value }) => value === choice.value));
  }

  #close() {
    this.list.hide();
    if (!this.changed || this.#chosen.size < this.least) return;
    this.changed = false;
    this.submit(this.button, this.values);
  }

  #label() {
    const chosen = this.choices.filter(({ value }) => this.#chosen.has(value));
    const labels = chosen.map(({ label }) => label).join(", ");
    this.words.textContent = labels || this.placeholder;
    this.words.classList.toggle("placeholder", !labels);
    this.button.setAttribute("aria-label", labels ? `${this.placeholder}: ${labels}` : this.placeholder);
  }
}

function initialValues(component) {
  const preset = (component.options ?? []).filter((option) => option.default).map((option) => option.value);
  return preset.length ? preset : (component.default_values ?? []).map(({ id }) => id);
}

function choicesOf(component, store) {
  if (component.type === STRING) {
    return component.options.map(({ label, value, description, emoji }) => ({
      label,
      value,
      description,
      lead: emoji && emojiMark(emoji),
    }));
  }
  if (component.type === CHANNEL) return channelChoices(store, component.channel_types);
  const users = component.type === ROLE ? [] : userChoices(store);
  const roles = component.type === USER ? [] : roleChoices(store);
  return [...users, ...roles];
}

export function userChoices(store) {
  return [...store.members.values()].map(({ user }) => {
    const label = store.displayName(user);
    return { label, value: user.id, note: user.username, lead: avatar(user, label, "small") };
  });
}

export function roleChoices(store) {
  return (store.guild?.roles ?? []).map((role) => ({ label: `@${role.name}`.replace("@@", "@"), value: role.id }));
}

export function channelChoices(store, types) {
  return [...store.channels.values()]
    .filter(({ guild_id: id, type }) => id && id === store.guild?.id && (!types?.length || types.includes(type)))
    .map((channel) => ({ label: `${isThread(channel) ? "↳" : "#"} ${channel.name}`, value: channel.id }));
}
