// Where the member types: plain text, or "/" and a command from the list.

import { CommandForm } from "./command-form.js";
import { el, iconButton } from "./dom.js";
import { FileTray, acceptDrops } from "./files.js";
import { Listbox } from "./listbox.js";
import { matching, typedCommands } from "./options.js";
import { avatar } from "./people.js";
import { userChoices } from "./select.js";

const CONTENT_MOST = 2000; // Discord docs: Message Resource > Create Message
const COUNT_FROM = 1800;
const COMMAND = /^\/([^\n]*)$/;

export class Composer {
  #form = null;
  #replyTo = null;

  /**
   * `actions` = {sendText(content, replyTo, files), sendCommand(entry, options), complete(entry, focused,
   * text, options), refreshCommands()}; all return promises.
   */
  constructor(root, store, actions) {
    Object.assign(this, { root, store, actions });
    this.list = new Listbox({ label: "Suggestions" });
    this.hint = el("div", { class: "command-hint", id: "command-hint", hidden: true });
    this.reply = el("div", { class: "reply-bar", hidden: true });
    this.input = el("textarea", {
      id: "message-input",
      rows: 1,
      "aria-haspopup": "listbox",
      "aria-autocomplete": "list",
      on: { input: () => this.#typed(), keydown: (event) => this.#key(event), blur: () => this.list.hide() },
    });
    this.tray = new FileTray({ label: "Files to send" });
    this.counter = el("span", { class: "counter", "aria-live": "polite" });
    this.place = el("div", { class: "composer-place" }, this.input);
    const sendButton = iconButton("send", "Send", () => this.#submit());
    const slashButton = iconButton("slash", "Choose a command", () => this.startCommand(""));
    const fileButton = iconButton("plus", "Upload a file", () => this.tray.choose(), { class: "attach" });
    root.replaceChildren(
      this.list.node,
      this.hint,
      this.reply,
      el(
        "div",
        { class: "composer-box" },
        this.tray.node,
        el("div", { class: "composer-line" }, fileButton, slashButton, this.place, this.counter, sendButton),
      ),
    );
    // A button that is pressed leaves the focus in the field: nothing moves under the finger.
    root.addEventListener("mousedown", (event) => event.target.closest("button") && event.preventDefault());
    acceptDrops(root, (files) => this.#accept(files));
    root.addEventListener("paste", (event) => {
      const files = [...event.clipboardData.files];
      if (!files.length) return;
      event.preventDefault();
      this.#accept(files);
    });
  }

  /** Files go into the command that is being filled in, else to the message. */
  #accept(files) {
    if (!this.#form) this.tray.add(files);
    else if (!this.#form.acceptFile(files[0])) this.actions.tell("This command takes no more files.");
  }

  /** Another channel or member: start afresh. */
  reset(placeholder) {
    this.leave("", false);
    this.replyTo(null);
    this.tray.clear();
    this.input.placeholder = `${placeholder} or type /`;
    this.input.setAttribute("aria-label", placeholder);
  }

  replyTo(message) {
    this.#replyTo = message;
    this.reply.hidden = !message;
    if (!message) return;
    const name = el("strong", {}, this.store.displayName(message.author));
    const cancel = iconButton("close", "Cancel reply", () => this.replyTo(null));
    this.reply.replaceChildren("Replying to ", name, cancel);
    this.input.focus();
  }

  /** Type "/name" as if the member had, which opens the list or the command of exactly that name. */
  startCommand(name) {
    this.leave(`/${name}`);
    this.#typed();
  }

  /** Go where the member types. */
  focus() {
    (this.#form ?? this.input).focus();
  }

  /** Name somebody where the member types. */
  mention(user) {
    const words = `@${this.store.displayName(user)} `;
    if (this.#form) this.#form.type(words);
    else {
      this.input.focus();
      this.input.setRangeText(words, this.input.selectionStart, this.input.selectionEnd, "end");
      this.#fit();
    }
  }

  // What the command form asks of the composer.

  complete(entry, focused, text, options) {
    return this.actions.complete(entry, focused, text, options);
  }

  send(entry, options) {
    this.leave("");
    this.actions.sendCommand(entry, options);
  }

  leave(text, focus = true) {
    this.#form?.close();
    this.#form = null;
    this.list.hide();
    this.hint.hidden = true;
    this.root.classList.remove("commanding");
    if (!this.input.isConnected) this.place.replaceChildren(this.input);
    this.input.value = text;
    this.#fit();
    if (focus) this.input.focus();
  }

  #submit() {
    if (this.#form) this.#form.submit();
    else this.#sendText();
  }

  async #sendText() {
    const content = this.#withMentions(this.input.value.trim());
    const { files } = this.tray;
    if ((!content && !files.length) || content.length > CONTENT_MOST) return;
    const replyTo = this.#replyTo;
    this.leave("");
    this.replyTo(null);
    this.tray.clear();
    this.input.focus();
    try {
      await this.actions.sendText(content, replyTo, files);
    } catch {
      // Told by the page; nothing that was typed or chosen is lost.
      if (!this.input.value) this.leave(content);
      if (!this.tray.files.length) this.tray.add(files);
    }
  }

  #withMentions(text) {
    const people = userChoices(this.store).map(({ label, value }) => [`@${label}`, value]);
    people.sort((a, b) => b[0].length - a[0].length); // "@Ben Two" before "@Ben"
    return people.reduce((words, [name, id]) => words.replaceAll(name, `<@${id}>`), text);
  }

  #typed() {
    this.#fit();
    const text = this.input.value;
    const command = COMMAND.exec(text)?.[1];
    if (command !== undefined) this.#typedCommand(command);
    else this.#suggestMembers();
  }

  #typedCommand(typed, isFresh = false) {
    const entries = typedCommands(this.store.commands);
    const exact = entries
      .filter(({ name }) => typed === name || typed.startsWith(`${name} `))
      .sort((a, b) => b.name.length - a.name.length)[0];
    if (exact && typed.length > exact.name.length) {
      this.#begin(exact, typed.slice(exact.name.length));
      return;
    }
    this.#offer(entries, typed);
    if (typed === "" && !isFresh) this.#refresh();
  }

  async #refresh() {
    await this.actions.refreshCommands();
    const typed = COMMAND.exec(this.input.value)?.[1]; // more may have been typed meanwhile
    if (!this.#form && typed !== undefined && document.activeElement === this.input) {
      this.#typedCommand(typed, true);
    }
  }

  #offer(entries, typed) {
    const choices = matching(entries, typed).map((entry) => {
      return { label: `/${entry.name}`, description: entry.description, ...this.#origin(entry), entry };
    });
    if (!choices.length && typed.includes(" ")) return this.list.hide();
    const found = typed ? `Commands matching /${typed}` : "Commands";
    const heading = choices.length ? found : "No command of that name";
    return this.list.show(this.input, { heading, choices, choose: ({ entry }) => this.#begin(entry, "") });
  }

  #origin(entry) {
    const bot = this.store.users.get(entry.command.application_id);
    if (!bot) return {};
    const name = this.store.displayName(bot);
    return { note: name, lead: avatar(bot, name, "small") };
  }

  #begin(entry, typed) {
    this.list.hide();
    this.#form = new CommandForm(entry, typed, this);
    this.root.classList.add("commanding");
    this.place.replaceChildren(this.#form.node);
    this.counter.textContent = "";
    this.#form.focus();
  }

  #suggestMembers() {
    const before = this.input.value.slice(0, this.input.selectionStart);
    const typed = /(?:^|\s)@(\S*)$/.exec(before)?.[1];
    const fits = ({ label }) => label.toLowerCase().startsWith(typed.toLowerCase());
    const choices = typed === undefined ? [] : userChoices(this.store).filter(fits);
    if (!choices.length) return this.list.hide();
    const choose = ({ label }) => {
      const start = before.length - typed.length;
      this.input.setRangeText(`${label} `, start, before.length, "end");
      this.list.hide();
      this.#fit();
    };
    return this.list.show(this.input, { heading: "Members", choices, choose });
  }

  #key(event) {
    if (this.list.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#sendText();
    } else if (event.key === "Escape") this.replyTo(null);
  }

  #fit() {
    const left = CONTENT_MOST - this.input.value.length;
    this.counter.textContent = this.input.value.length > COUNT_FROM ? String(left) : "";
    this.counter.classList.toggle("over", left < 0);
    if (CSS.supports("field-sizing", "content")) return;
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
  }
}
