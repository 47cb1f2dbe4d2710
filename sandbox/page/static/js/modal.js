// Forms that a bot opens. Discord docs: Component Reference > Label, Text Input.

import { el, icon } from "./dom.js";
import { renderMarkdown } from "./markdown-view.js";
import { SELECT_TYPES, Select } from "./select.js";

const ACTION_ROW = 1;
const TEXT_INPUT = 4;
const TEXT_DISPLAY = 10;
const LABEL = 18;
const PARAGRAPH = 2;

/** Show the form; `submit(values)` (custom_id → text or list of values) resolves when it was taken. */
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
    modal.components.map((component) => renderPart(component, fields, store)),
    notice,
    el("div", { class: "modal-buttons" }, cancel, send),
  );
  const on = { close: () => dialog.remove() };
  const dialog = el("dialog", { class: "modal", "aria-labelledby": "modal-title", on }, form);

  async function onSubmit(event) {
    event.preventDefault();
    if (send.disabled) return;
    send.disabled = true;
    try {
      await submit(Object.fromEntries(fields.map(({ customId, read }) => [customId, read()])));
      dialog.close();
    } catch (error) {
      const words = error.code === "failed" ? "Something went wrong. Try again." : error.message;
      notice.replaceChildren(icon("warn"), words);
      send.disabled = false;
    }
  }

  document.body.append(dialog);
  dialog.showModal();
}

function renderPart(component, fields, store) {
  const { type, label, description } = component;
  if (type === TEXT_DISPLAY) {
    return el("div", { class: "markdown" }, renderMarkdown(component.content, store.names));
  }
  if (type === ACTION_ROW) {
    return component.components.map((one) => labelled(one, one.label, null, fields, store));
  }
  return type === LABEL ? labelled(component.component, label, description, fields, store) : null;
}

function controlFor(component, fields, store) {
  if (component.type === TEXT_INPUT) return textInput(component, fields);
  if (SELECT_TYPES.has(component.type)) return selectInput(component, fields, store);
  return el("em", {}, "This page does not know this kind of field.");
}

function labelled(component, label, description, fields, store) {
  const needed = component.required !== false && el("span", { class: "needed", "aria-hidden": "true" }, " *");
  return el(
    "label",
    { class: "modal-field" },
    el("span", { class: "modal-label" }, label, needed),
    description && el("span", { class: "modal-description" }, description),
    controlFor(component, fields, store),
  );
}

function textInput(component, fields) {
  const long = component.style === PARAGRAPH;
  const input = el(long ? "textarea" : "input", {
    type: long ? null : "text",
    rows: long ? 5 : null,
    name: component.custom_id,
    placeholder: component.placeholder,
    required: component.required !== false,
    minlength: component.min_length,
    maxlength: component.max_length ?? 4000,
  });
  input.value = component.value ?? "";
  fields.push({ customId: component.custom_id, read: () => input.value });
  return input;
}

function selectInput(component, fields, store) {
  const select = new Select(component, store, () => {});
  fields.push({ customId: component.custom_id, read: () => select.values });
  return select.node;
}
