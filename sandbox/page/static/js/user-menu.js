// What can be done with a member: a menu with the bot's user commands (Discord's "Apps"). It opens on a
// right click or a long press on whatever stands for somebody (`data-user`), and on a click on a name.

import { el } from "./dom.js";
import { CommandType } from "./options.js";
import { PopupMenu } from "./popup.js";

const LONG_PRESS_MS = 500;
const NAMES = ".author[data-user], .avatar[data-user], .pill[data-user]";

export class UserMenu {
  #menu = new PopupMenu();
  #press = null;

  /** `actions` = {refreshCommands (a promise), mention(user), run(user, command), copyId(user)}. */
  constructor(root, store, actions) {
    Object.assign(this, { store, actions });
    root.addEventListener("contextmenu", (event) => this.#asked(event, "[data-user]"));
    root.addEventListener("click", (event) => this.#asked(event, NAMES));
    root.addEventListener("pointerdown", (event) => this.#pressed(event));
    for (const type of ["pointerup", "pointercancel"]) root.addEventListener(type, () => clearTimeout(this.#press));
  }

  #asked(event, names) {
    const node = event.target.closest(names);
    if (!node) return;
    event.preventDefault();
    clearTimeout(this.#press);
    this.#openFor(node);
  }

  /** Not every browser tells of a long press as of a right click. */
  #pressed({ pointerType, target }) {
    clearTimeout(this.#press);
    const node = target.closest("[data-user]");
    if (node && pointerType === "touch") this.#press = setTimeout(() => this.#held(node), LONG_PRESS_MS);
  }

  /** The finger that is lifted now must not choose what has opened under it. */
  #held(node) {
    const ignore = (event) => {
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener("click", ignore, { capture: true, once: true });
    addEventListener("pointerdown", () => removeEventListener("click", ignore, { capture: true }), { once: true });
    this.#openFor(node);
  }

  async #openFor(node) {
    const user = this.store.users.get(node.dataset.user);
    if (!user) return;
    const { left, bottom } = node.getBoundingClientRect();
    await this.actions.refreshCommands();
    const name = this.store.displayName(user);
    const commands = this.store.commands.filter(({ type }) => type === CommandType.USER);
    const parts = [
      el("div", { class: "menu-heading", "aria-hidden": "true" }, name),
      this.#menu.item("Mention", () => this.actions.mention(user)),
      this.#menu.item("Copy user ID", () => this.actions.copyId(user)),
      ...this.#menu.apps(commands, (command) => this.actions.run(user, command)),
    ];
    this.#menu.open(name, parts, { left, bottom: bottom + 4 });
  }
}
