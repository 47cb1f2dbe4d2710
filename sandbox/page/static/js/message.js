// One message of the channel. Its parts are drawn anew only when their own data changed, so that an
// edit of the card neither stops a track that plays nor closes an open menu.

import { renderAttachment } from "./attachment.js";
import { renderComponents } from "./components.js";
import { el, icon } from "./dom.js";
import { renderEmbed } from "./embed.js";
import { plainText, renderMarkdown } from "./markdown-view.js";
import { appTag, avatar } from "./people.js";
import { renderReactions } from "./reactions.js";
import { Flag } from "./state.js";
import { clockTime, fullTime, messageTime } from "./time.js";

const PARTS = [
  "lead",
  "reply",
  "byline",
  "content",
  "attachments",
  "embeds",
  "components",
  "thread",
  "reactions",
  "foot",
];
const THREAD_CREATED = 18;
const STARTER = 21;
const COMMAND_ANSWERS = new Set([20, 23]);
const SYSTEM_LINES = {
  6: "pinned a message to this channel.",
  7: "joined the server.",
  18: "started a thread:",
};

export class MessageView {
  #signatures = new Map();
  #parts = {};

  /** `page` = {store, act, jumpTo, openChannel}: what the message may look up and do. */
  constructor(message, page) {
    this.page = page;
    for (const name of PARTS) {
      this.#parts[name] = el(name === "byline" ? "h2" : "div", { class: `message-${name}` });
    }
    const { lead, reply, ...body } = this.#parts;
    this.node = el(
      "li",
      { class: "message", id: `message-${message.id}`, tabindex: "-1", dataset: { id: message.id } },
      reply,
      lead,
      el("div", { class: "message-body" }, Object.values(body)),
    );
    this.update(message, false);
  }

  /** Show this state of the message; `continued` hides the header (same author, just before). */
  update(message, continued) {
    const { store } = this.page;
    this.message = message;
    const isPrivate = Boolean(message.flags & Flag.EPHEMERAL);
    this.node.classList.toggle("continued", continued);
    this.node.classList.toggle("mentioned", store.mentionsMe(message));
    this.node.classList.toggle("private", isPrivate);
    this.node.classList.toggle("pending", Boolean(message.local));
    const name = store.displayName(message.author);
    this.#draw("lead", [continued, message.timestamp, name], () => this.#lead(message, name, continued));
    this.#draw("reply", [message.referenced_message, usedCommand(message)], () => this.#replyLine(message));
    this.#draw("byline", [name, message.timestamp, continued], () => this.#byline(message, name, continued));
    this.#draw("content", contentKey(message), () => this.#content(message));
    this.#draw("attachments", attachmentKey(message), () => (message.attachments ?? []).map(renderAttachment));
    this.#draw("embeds", message.embeds, () => this.#embeds(message));
    this.#draw("components", componentsKey(message), () => this.#components(message));
    this.#draw("thread", threadKey(message, store), () => this.#thread(message));
    this.#draw("reactions", message.reactions, () => renderReactions(message, this.page));
    this.#draw("foot", isPrivate, () => (isPrivate ? this.#privateNote(message) : []));
  }

  #draw(name, data, build) {
    const signature = JSON.stringify(data ?? null);
    if (this.#signatures.get(name) === signature) return;
    this.#signatures.set(name, signature);
    const part = this.#parts[name];
    const inHand = document.activeElement;
    const customId = part.contains(inHand) ? inHand.dataset.customId : undefined;
    part.replaceChildren(...[build()].flat(Infinity).filter(Boolean));
    part.hidden = part.childNodes.length === 0;
    if (customId) part.querySelector(`[data-custom-id="${CSS.escape(customId)}"]`)?.focus();
  }

  #lead(message, name, continued) {
    const date = new Date(message.timestamp);
    return continued
      ? el("time", { class: "hover-time", datetime: message.timestamp, title: fullTime(date) }, clockTime(date))
      : avatar(message.author, name, "", { user: message.author.id });
  }

  /** The name leads to what can be done with its bearer, where it is in sight. */
  #byline(message, name, continued) {
    const date = new Date(message.timestamp);
    const props = { type: "button", class: "author", "aria-haspopup": "menu", dataset: { user: message.author.id } };
    return [
      continued ? el("span", { class: "author" }, name) : el("button", props, name),
      message.author.bot && appTag(),
      el("time", { class: "sent-at", datetime: message.timestamp, title: fullTime(date) }, messageTime(date)),
    ];
  }

  #replyLine(message) {
    const { store, jumpTo } = this.page;
    const interaction = usedCommand(message);
    if (interaction) return this.#usedLine(message, interaction);
    if (message.type !== 19) return [];
    const target = message.referenced_message;
    if (!target) return el("span", { class: "reply-missing" }, "Original message was deleted");
    const name = store.displayName(target.author);
    const words = target.content ? plainText(target.content, store.names) : "Click to see attachment or embed";
    return el(
      "button",
      { type: "button", class: "reply-link", on: { click: () => jumpTo(target.id) } },
      avatar(target.author, name, "tiny"),
      target.author.bot && appTag(),
      el("span", { class: "reply-author", dataset: { user: target.author.id } }, name),
      el("span", { class: "reply-words" }, words),
    );
  }

  #usedLine(message, interaction) {
    const name = this.page.store.displayName(interaction.user);
    const prefix = message.type === 23 ? "" : "/";
    return el(
      "span",
      { class: "used-line" },
      avatar(interaction.user, name, "tiny"),
      el("span", { class: "reply-author", dataset: { user: interaction.user.id } }, name),
      " used ",
      el("span", { class: "used-command" }, `${prefix}${interaction.name}`),
    );
  }

  #content(message) {
    const { store } = this.page;
    if (message.local) return localLine(message.local);
    if (message.flags & Flag.LOADING) return waitingLine(`${store.displayName(message.author)} is thinking…`);
    const system = SYSTEM_LINES[message.type];
    if (message.type === STARTER) return this.#starter(message.referenced_message);
    return [
      system && el("span", { class: "system-line" }, `${system} `),
      message.content &&
        message.type !== THREAD_CREATED &&
        el("div", { class: "markdown" }, renderMarkdown(message.content, store.names)),
      message.edited_timestamp &&
        el("span", { class: "edited", title: fullTime(new Date(message.edited_timestamp)) }, "(edited)"),
    ];
  }

  /** A thread begins with what it was started from. */
  #starter(origin) {
    if (!origin) return el("span", { class: "system-line" }, "The message that started this thread was deleted.");
    return [
      origin.content && el("div", { class: "markdown" }, renderMarkdown(origin.content, this.page.store.names)),
      (origin.attachments ?? []).map(renderAttachment),
      (origin.embeds ?? []).map((embed) => renderEmbed(embed, this.page.store.names)),
    ];
  }

  /** The way to the thread that a message started, or tells of. */
  #thread(message) {
    const { store, openChannel } = this.page;
    const thread = threadOf(message, store);
    if (!thread) return [];
    const known = store.channels.has(thread.id);
    const props = { type: "button", class: "thread-link", disabled: !known };
    return el(
      "button",
      { ...props, on: { click: () => openChannel(thread.id) } },
      icon("thread"),
      el("span", { class: "thread-name" }, thread.name),
      el("span", { class: "thread-see" }, known ? "See thread ›" : "Thread was deleted"),
    );
  }

  #embeds(message) {
    if (message.flags & Flag.SUPPRESS_EMBEDS) return [];
    return (message.embeds ?? []).map((embed) => renderEmbed(embed, this.page.store.names));
  }

  #components(message) {
    return message.components?.length ? renderComponents(message, this.page.act, this.page.store) : [];
  }

  #privateNote(message) {
    const dismiss = () => this.page.dismiss(message);
    return el(
      "span",
      { class: "private-note" },
      icon("eye"),
      "Only you can see this • ",
      el("button", { type: "button", class: "text-button", on: { click: dismiss } }, "Dismiss message"),
    );
  }
}

/** {name, user} of the command that a message is the first answer to; for a modal's, what opened it. */
export function usedCommand(message) {
  if (!COMMAND_ANSWERS.has(message.type)) return null;
  const data = message.interaction_metadata;
  const name = (data?.triggering_interaction_metadata ?? data)?.name ?? message.interaction?.name;
  return name ? { name, user: data?.user ?? message.interaction.user } : null;
}

function threadOf(message, store) {
  if (message.type === THREAD_CREATED) {
    const { channel_id: id } = message.message_reference ?? {};
    return store.channels.get(id) ?? { id, name: message.content };
  }
  return message.thread ? (store.channels.get(message.thread.id) ?? message.thread) : null;
}

function threadKey(message, store) {
  const thread = threadOf(message, store);
  return thread && [thread.id, thread.name, store.channels.has(thread.id)];
}

/** Links to files are signed anew with each fetch; only another file is another attachment. */
function attachmentKey(message) {
  return (message.attachments ?? []).map((one) => [one.id, one.filename, one.title, one.size, one.description]);
}

/** So are those to the files in a layout. */
function componentsKey(message) {
  return JSON.stringify(message.components ?? [], (_, value) => value?.attachment_id ?? value);
}

function contentKey(message) {
  const starter = message.type === STARTER && message.referenced_message?.content;
  return [starter, message.content, message.edited_timestamp, message.flags, message.type, message.local];
}

function localLine(local) {
  if (local.error) return el("span", { class: "local-error" }, icon("warn"), local.error);
  return waitingLine("Sending command…");
}

function waitingLine(words) {
  const dots = el("span", { class: "busy-dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  return el("span", { class: "thinking" }, dots, words);
}
