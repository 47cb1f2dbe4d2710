// Forms that a bot opens. Discord docs: Component Reference > Label.

import { el, icon } from "./dom.js";
import { renderMarkdown } from "./markdown-view.js";
import { controlFor } from "./modal-fields.js";

const ACTION_ROW = 1;
const TEXT_DISPLAY = 10;
const LABEL = 18;

/**
 * Show the form; `submit(values)` (custom_id → text, truth, list of values or of files) resolves when it
 * was taken. Until then the form stays, with all that was filled in.
 */
export function openModal(modal, store, submit) {
  const fields = [];
  const notice = el("p", { class: "component-notice", role: "alert" });
  const send = el("button", { type: "submit", class: "button primary" }, "Submit");
  const close = () => dialog.close();
  const cancel = el("button", { type: "button", class: "button secondary", on: { click: close } }, "Cancel");
  const form = el(
    "form",
    { method: "dialog", on: { submit: (event) => onSubmit(event) } },
    el("h2", { id: "modal-title" }, modal.title),
    el("div", { class: "modal-body" }, modal.components.map((one) => renderPart(one, fields, store)), notice),
    el("div", { class: "modal-buttons" }, cancel, send),
  );
  const on = { close: () => dialog.remove() };
  const dialog = el("dialog", { class: "modal", "aria-labelledby": "modal-title", on }, form);

  async function onSubmit(event) {
    event.preventDefault();
    if (send.disabled) return;
    send.disabled = true;
    for (const field of fields) field.showError(null);
    notice.replaceChildren();
    try {
      await submit(Object.fromEntries(fields.map(({ customId, read }) => [customId, read()])));
      dialog.close();
    } catch (error) {
      showRefusal(error);
      send.disabled = false;
    }
  }

  function showRefusal(error) {
    const words = error.code === "failed" ? "Something went wrong. Try again." : error.message;
    const field = fields.find(({ label }) => label === error.field);
    if (field) field.showError(words.replace(`${field.label}: `, ""));
    else notice.replaceChildren(icon("warn"), words);
  }

  document.body.append(dialog);
  dialog.showModal();
  form.querySelector("input:not([hidden]), textarea, button").focus(); // not the part that scrolls
}

function renderPart(component, fields, store) {
  if (component.type === TEXT_DISPLAY) {
    return el("div", { class: "markdown" }, renderMarkdown(component.content, store.names));
  }
  if (component.type === ACTION_ROW) {
    return component.components.map((one) => labelled(one, one.label, null, fields, store));
  }
  if (component.type !== LABEL) return null;
  return labelled(component.component, component.label, component.description, fields, store);
}

/** A field under its label. What consists of several controls is a group, for screen readers too. */
function labelled(component, label, description, fields, store) {
  const control = controlFor(component, store);
  const needed = component.required && el("span", { class: "needed", "aria-hidden": "true" }, " *");
  const error = el("span", { class: "field-error", role: "alert" });
  const node = el(
    control.isGroup ? "div" : "label",
    { class: "modal-field", role: control.isGroup ? "group" : null, "aria-label": control.isGroup ? label : null },
    el("span", { class: "modal-label" }, label, needed),
    description && el("span", { class: "modal-description" }, description),
    control.node,
    error,
  );
  const showError = (words) => {
    node.classList.toggle("invalid", Boolean(words));
    error.replaceChildren(...(words ? [icon("warn"), words] : []));
    if (words) node.scrollIntoView({ block: "nearest" });
  };
  fields.push({ customId: component.custom_id, label, read: control.read, showError });
  return node;
}
