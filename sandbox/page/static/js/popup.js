// A menu at a place on the screen: the arrow keys walk through it, Escape and Tab close it, and the
// focus goes back to where it was.

import { el } from "./dom.js";

const EDGE_PX = 8;

export class PopupMenu {
  #opener = null;

  constructor() {
    const on = { keydown: (event) => this.#key(event) };
    this.node = el("div", { class: "menu", role: "menu", hidden: true, on });
    document.querySelector("main").append(this.node);
    document.addEventListener("pointerdown", (event) => !this.node.contains(event.target) && this.close());
    window.addEventListener("blur", () => this.close());
  }

  get isOpen() {
    return !this.node.hidden;
  }

  /** Show `parts` (nodes with menu items) below `place` = {left, bottom}; `label` names the menu. */
  open(label, parts, place) {
    if (!this.isOpen) this.#opener = document.activeElement;
    this.node.setAttribute("aria-label", label);
    this.node.replaceChildren(...parts);
    this.node.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.node;
    const within = (at, room) => `${Math.max(EDGE_PX, Math.min(at, room - EDGE_PX))}px`;
    this.node.style.left = within(place.left, innerWidth - width);
    this.node.style.top = within(place.bottom, innerHeight - height);
    this.node.querySelector("[role=menuitem]").focus({ preventScroll: true });
  }

  close() {
    if (!this.isOpen) return;
    this.node.hidden = true;
    this.#opener?.focus?.({ preventScroll: true });
  }

  /** A line of the menu; `kind` is "danger" for what can't be undone. */
  item(label, act, kind = "") {
    const click = () => {
      this.close();
      act();
    };
    const props = { type: "button", role: "menuitem", class: `menu-item ${kind}`.trim(), tabindex: "-1" };
    return el("button", { ...props, on: { click } }, label);
  }

  /** The bot's commands of a context menu, under the heading that Discord gives them. */
  apps(commands, run) {
    if (!commands.length) return [];
    const items = commands.map((command) => this.item(command.name_localized ?? command.name, () => run(command)));
    const heading = el("div", { class: "menu-heading", "aria-hidden": "true" }, "Apps");
    return [el("div", { role: "group", "aria-label": "Apps" }, heading, items)];
  }

  #key(event) {
    const items = [...this.node.querySelectorAll("[role=menuitem]")];
    const at = items.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) items[(at + step + items.length) % items.length].focus();
    else if (event.key === "Home") items[0].focus();
    else if (event.key === "End") items.at(-1).focus();
    else if (event.key === "Escape" || event.key === "Tab") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
