// What can be filled in in a form. Discord docs: Component Reference > Text Input, String Select, File
// Upload, Radio Group, Checkbox Group, Checkbox.

import { el, icon } from "./dom.js";
import { FileTray, acceptDrops } from "./files.js";
import { SELECT_TYPES, Select } from "./select.js";

const TEXT_INPUT = 4;
const FILE_UPLOAD = 19;
const RADIO_GROUP = 21;
const CHECKBOX_GROUP = 22;
const CHECKBOX = 23;
const PARAGRAPH = 2;
const TEXT_MOST = 4000;

const CONTROLS = {
  [TEXT_INPUT]: textInput,
  [FILE_UPLOAD]: fileUpload,
  [RADIO_GROUP]: radioGroup,
  [CHECKBOX_GROUP]: checkboxGroup,
  [CHECKBOX]: checkbox,
};

/** {node, read(), isGroup}: the control, and what it holds when the form is sent. */
export function controlFor(component, store) {
  if (SELECT_TYPES.has(component.type)) return selectInput(component, store);
  const build = CONTROLS[component.type];
  if (build) return build(component);
  return { node: el("em", {}, "This page does not know this kind of field."), read: () => null };
}

function textInput(component) {
  const long = component.style === PARAGRAPH;
  const most = component.max_length ?? TEXT_MOST;
  const input = el(long ? "textarea" : "input", {
    type: long ? null : "text",
    rows: long ? 5 : null,
    name: component.custom_id,
    placeholder: component.placeholder,
    required: component.required !== false,
    minlength: component.min_length,
    maxlength: most,
    on: { input: () => count() },
  });
  input.value = component.value ?? "";
  const counter = el("span", { class: "modal-counter", "aria-hidden": "true" });
  const count = () => (counter.textContent = `${input.value.length}/${most}`);
  count();
  return { node: el("span", { class: "modal-text" }, input, counter), read: () => input.value };
}

function selectInput(component, store) {
  const select = new Select(component, store, () => {});
  return { node: select.node, read: () => select.values, isGroup: true };
}

function fileUpload(component) {
  const most = component.max_values ?? 1;
  const tray = new FileTray({ label: "Files", most, changed: () => show() });
  const words = el("span", {});
  const choose = el(
    "button",
    { type: "button", class: "file-drop", on: { click: () => tray.choose() } },
    icon("plus"),
    words,
  );
  const show = () => {
    choose.hidden = tray.files.length >= most && most > 1;
    words.textContent = tray.files.length && most === 1 ? "Choose another file" : "Drop a file here, or choose one";
  };
  show();
  const node = el("div", { class: "file-upload" }, choose, tray.node);
  acceptDrops(node, (files) => tray.add(files));
  return { node, read: () => tray.files, isGroup: true };
}

function radioGroup(component) {
  const boxes = component.options.map((option) => box("radio", component, option));
  const read = () => boxes.filter(({ input }) => input.checked).map(({ input }) => input.value);
  return { node: el("div", { class: "boxes" }, boxes.map(({ node }) => node)), read, isGroup: true };
}

function checkboxGroup(component) {
  const boxes = component.options.map((option) => box("checkbox", component, option));
  const read = () => boxes.filter(({ input }) => input.checked).map(({ input }) => input.value);
  return { node: el("div", { class: "boxes" }, boxes.map(({ node }) => node)), read, isGroup: true };
}

function checkbox(component) {
  const input = el("input", { type: "checkbox", name: component.custom_id, checked: component.default });
  return { node: el("span", { class: "box single" }, input), read: () => input.checked };
}

function box(type, component, option) {
  const input = el("input", {
    type,
    name: component.custom_id,
    value: option.value,
    checked: Boolean(option.default),
  });
  const words = el(
    "span",
    { class: "option-words" },
    el("span", { class: "option-label" }, option.label),
    option.description && el("span", { class: "option-description" }, option.description),
  );
  return { input, node: el("label", { class: "box" }, input, words) };
}
