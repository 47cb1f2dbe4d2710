// What can be done with a message: a small toolbar while it is pointed at or focused, and a menu on
// right click with the bot's message commands (Discord's "Apps").

import { el, iconButton } from "./dom.js";
import { CommandType, shownName } from "./options.js";

const QUICK_REACTIONS = ["👍", "❤️", "🔥"];

export class MessageMenu {
  #opener = null;

  /** `actions` = {reply, react(message, emoji), run(message, command), remove, startThread, copyLink}. */
  constructor(list, store, actions) {
    Object.assign(this, { list, store, actions });
    const on = { keydown: (event) => this.#key(event) };
    this.menu = el("div", { class: "menu", role: "menu", "aria-label": "Message", hidden: true, on });
    document.body.append(this.menu);
    list.addEventListener("contextmenu", (event) => this.#contextMenu(event));
    list.addEventListener("pointerover", (event) => this.#offerTools(event.target));
    list.addEventListener("focusin", (event) => this.#offerTools(event.target));
    document.addEventListener("pointerdown", (event) => !this.menu.contains(event.target) && this.#close());
    window.addEventListener("blur", () => this.#close());
    list.addEventListener("scroll", () => this.#close(), { capture: true });
    this.tools = el(
      "div",
      { class: "message-tools", role: "toolbar", "aria-label": "Message actions" },
      iconButton("reply", "Reply", () => this.actions.reply(this.#message(this.tools))),
      iconButton("more", "More", () => this.#openAt(this.tools, this.tools.getBoundingClientRect())),
    );
  }

  #message(target) {
    return this.store.message(target.closest?.(".message")?.dataset.id);
  }

  /** One toolbar serves all messages; it moves to the one in hand. */
  #offerTools(target) {
    const node = target.closest?.(".message");
    const message = node && this.#message(node);
    if (!message || this.tools.parentNode === node || !this.menu.hidden) return;
    if (this.tools.contains(document.activeElement) && !node.contains(document.activeElement)) return;
    node.append(this.tools);
  }

  #contextMenu(event) {
    // Links, players and selected text keep the browser's own menu.
    if (event.target.closest("a, audio, img, input, textarea") || !getSelection().isCollapsed) return;
    if (!this.#message(event.target)) return;
    event.preventDefault();
    this.#openAt(event.target, { left: event.clientX, bottom: event.clientY });
  }

  #openAt(target, place) {
    const message = this.#message(target);
    if (!message) return;
    this.#opener = document.activeElement;
    const commands = this.store.commands.filter(({ type }) => type === CommandType.MESSAGE);
    const reaction = (emoji) => this.#item(emoji, () => this.actions.react(message, emoji));
    this.menu.replaceChildren(
      el("div", { class: "menu-reactions" }, QUICK_REACTIONS.map(reaction)),
      this.#item("Reply", () => this.actions.reply(message)),
      ...this.#more(message),
      ...(commands.length ? [el("div", { class: "menu-heading" }, "Apps")] : []),
      ...commands.map((command) => this.#item(shownName(command), () => this.actions.run(message, command))),
    );
    this.menu.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.menu;
    this.menu.style.left = `${Math.max(8, Math.min(place.left, innerWidth - width - 8))}px`;
    this.menu.style.top = `${Math.max(8, Math.min(place.bottom, innerHeight - height - 8))}px`;
    this.menu.querySelector("[role=menuitem]").focus();
  }

  /** What only some messages offer. */
  #more(message) {
    const { store, actions } = this;
    return [
      store.mayStartThread(message) && this.#item("Create thread", () => actions.startThread(message)),
      this.#item("Copy message link", () => actions.copyLink(message)),
      store.mayDelete(message) && this.#item("Delete message", () => actions.remove(message), "danger"),
    ].filter(Boolean);
  }

  #item(label, act, kind = "") {
    const click = () => {
      this.#close();
      act();
    };
    const props = { type: "button", role: "menuitem", class: `menu-item ${kind}`.trim(), tabindex: "-1" };
    return el("button", { ...props, on: { click } }, label);
  }

  #key(event) {
    const items = [...this.menu.querySelectorAll("[role=menuitem]")];
    const at = items.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) items[(at + step + items.length) % items.length].focus();
    else if (event.key === "Escape" || event.key === "Tab") this.#close();
    else return;
    event.preventDefault();
  }

  #close() {
    if (this.menu.hidden) return;
    this.menu.hidden = true;
    this.#opener?.focus?.();
  }
}
