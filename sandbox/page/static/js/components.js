// What a message is made of below its words: rows of buttons and selects, or a whole layout. Discord docs:
// Component Reference.

import { el, icon } from "./dom.js";
import { emojiMark } from "./emoji.js";
import { renderLayout } from "./layout.js";
import { isWebUrl } from "./markdown-view.js";
import { SELECT_TYPES, renderSelect } from "./select.js";

const ROW = 1;
const BUTTON = 2;
const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };

/**
 * `act(op, fields)` sends what the member did and resolves when the bot answered. While it waits, the
 * control shows so and the message's other controls are left alone; without an answer the notice
 * below the rows says what Discord says.
 */
export function renderComponents(message, act, store) {
  const notice = el("p", { class: "component-notice", role: "alert" });
  const perform = async (control, op, fields) => {
    if (control.getAttribute("aria-busy") === "true") return;
    notice.replaceChildren();
    control.setAttribute("aria-busy", "true");
    try {
      await act(op, { channel_id: message.channel_id, message_id: message.id, ...fields });
    } catch (error) {
      notice.replaceChildren(icon("warn"), error.code === "failed" ? "This interaction failed" : error.message);
    } finally {
      control.removeAttribute("aria-busy");
    }
  };
  const draw = (one) => {
    if (one.type === ROW) return el("div", { class: "component-row" }, one.components.map(draw));
    if (one.type === BUTTON) return renderButton(one, perform);
    if (SELECT_TYPES.has(one.type)) return renderSelect(one, perform, store);
    return renderLayout(one, { names: store.names, draw });
  };
  return [...message.components.map(draw), notice];
}

function renderButton(component, perform) {
  const words = [
    component.emoji && emojiMark(component.emoji),
    component.label && el("span", {}, component.label),
  ];
  const label = component.label ? null : (component.emoji?.name ?? "Button");
  if (component.url) {
    const href = isWebUrl(component.url) && !component.disabled ? component.url : null;
    const blocked = href ? {} : { role: "link", "aria-disabled": "true" };
    const props = { href, target: "_blank", rel: "noopener noreferrer nofollow", "aria-label": label, ...blocked };
    return el("a", { class: "button secondary", ...props }, words, icon("external"));
  }
  const button = el(
    "button",
    {
      type: "button",
      class: `button ${STYLES[component.style] ?? "secondary"}`,
      disabled: Boolean(component.disabled),
      dataset: { customId: component.custom_id ?? "" },
      "aria-label": label,
      on: { click: () => perform(button, "click", { custom_id: component.custom_id }) },
    },
    el("span", { class: "button-words" }, words),
    el("span", { class: "busy-dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
  );
  return button;
}
