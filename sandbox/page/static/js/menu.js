// What can be done with a message: a small toolbar while it is pointed at or focused, and a menu on
// right click with the bot's message commands (Discord's "Apps").

import { el, iconButton } from "./dom.js";
import { CommandType } from "./options.js";
import { PopupMenu } from "./popup.js";

const QUICK_REACTIONS = ["👍", "❤️", "🔥"];

export class MessageMenu {
  #menu = new PopupMenu();

  /**
   * `actions` = {refreshCommands (a promise), reply, react(message, emoji), run(message, command), remove,
   * startThread, copyLink}.
   */
  constructor(list, store, actions) {
    Object.assign(this, { list, store, actions });
    list.addEventListener("contextmenu", (event) => this.#contextMenu(event));
    list.addEventListener("pointermove", (event) => this.#offerTools(event.target));
    list.addEventListener("focusin", (event) => this.#offerTools(event.target));
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
    if (!message || this.tools.parentNode === node || this.#menu.isOpen) return;
    if (this.tools.contains(document.activeElement) && !node.contains(document.activeElement)) return;
    node.append(this.tools);
  }

  #contextMenu(event) {
    // Links, players and selected text keep the browser's own menu; people have one of their own.
    const { target } = event;
    if (target.closest("a, audio, video, img, input, textarea, [data-user]") || !getSelection().isCollapsed) return;
    if (!this.#message(target)) return;
    event.preventDefault();
    this.#openAt(target, { left: event.clientX, bottom: event.clientY });
  }

  async #openAt(target, place) {
    const message = this.#message(target);
    if (!message) return;
    await this.actions.refreshCommands();
    const commands = this.store.commands.filter(({ type }) => type === CommandType.MESSAGE);
    const reaction = (emoji) => this.#menu.item(emoji, () => this.actions.react(message, emoji));
    const parts = [
      el("div", { class: "menu-reactions" }, QUICK_REACTIONS.map(reaction)),
      this.#menu.item("Reply", () => this.actions.reply(message)),
      ...this.#more(message),
      ...this.#menu.apps(commands, (command) => this.actions.run(message, command)),
    ];
    this.#menu.open("Message", parts, place);
  }

  /** What only some messages offer. */
  #more(message) {
    const { store, actions } = this;
    const menu = this.#menu;
    return [
      store.mayStartThread(message) && menu.item("Create thread", () => actions.startThread(message)),
      menu.item("Copy message link", () => actions.copyLink(message)),
      store.mayDelete(message) && menu.item("Delete message", () => actions.remove(message), "danger"),
    ].filter(Boolean);
  }
}
