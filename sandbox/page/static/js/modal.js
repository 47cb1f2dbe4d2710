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
  const cancel = el("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, "Cancel");
  const form = el(
    "form",
    { method: "dialog", on: { submit: (event) => onSubmit(event) } },
    el("h2", { id: "modal-title" }, modal.title),
    modal.components.map((component) => renderPart(component, fields, store)),
    notice,
    el("div", { class: "modal-buttons" }, cancel, send),
  );
  const dialog = el("dialog", { class: "modal", "aria-labelledby": "modal-title", on: { close: () => dialog.remove() } }, form);

  async function onSubmit(event) {
    event.preventDefault();
    if (send.disabled) return;
    send.disabled = true;
    try {
      await submit(Object.fromEntries(fields.map(({ customId, read }) => [customId, read()])));
      dialog.close();
    } catch (error) {
      notice.replaceChildren(icon("warn"), error.code === "failed" ? "Something went wrong. Try again." : error.message);
      send.disabled = false;
    }
  }

  document.body.append(dialog);
  dialog.showModal();
}

function renderPart(component, fields, store) {
  if (component.type === TEXT_DISPLAY) return el("div", { class: "markdown" }, renderMarkdown(component.content, store.names));
  if (component.type === ACTION_ROW) return component.components.map((one) => labelled(one, one.label, null, fields, store));
  if (component.type === LABEL) return labelled(component.component, component.label, component.description, fields, store);
  return null;
}

function labelled(component, label, description, fields, store) {
  const control = component.type === TEXT_INPUT ? textInput(component, fields) : SELECT_TYPES.has(component.type) ? selectInput(component, fields, store) : unknownInput();
  return el(
    "label",
    { class: "modal-field" },
    el("span", { class: "modal-label" }, label, component.required === false ? null : el("span", { class: "needed", "aria-hidden": "true" }, " *")),
    description && el("span", { class: "modal-description" }, description),
    control,
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

function unknownInput() {
  return el("em", {}, "This page does not know this kind of field.");
}
