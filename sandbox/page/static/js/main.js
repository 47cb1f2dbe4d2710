// Puts the page together: what the server tells goes to the store, what the member does goes back.

import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { el, icon } from "./dom.js";
import { MessageMenu } from "./menu.js";
import { MessageList } from "./message-list.js";
import { openModal } from "./modal.js";
import { avatar } from "./people.js";
import { Sidebar, channelTitle, otherIn } from "./sidebar.js";
import { ChannelType, Flag, Store, isThread } from "./state.js";
import { startTicking } from "./time.js";

const MEMBER_KEY = "compose-sandbox-member";
const TOAST_MS = 6000;
const DID_NOT_RESPOND = "The application did not respond";
const MESSAGE_LINK = /^https:\/\/discord\.com\/channels\/(?:\d+|@me)\/(\d+)\/(\d+)$/;
const at = (id) => document.getElementById(id);

const store = new Store();
const connection = new Connection();

/** Ask the server for something in the channel that is open. */
function here(op, fields = {}) {
  return connection.request(op, { channel_id: store.channelId, ...fields });
}

/** Send an action; an answer that is a modal opens it. */
async function act(op, fields) {
  const result = await connection.request(op, fields);
  const modal = result?.modal;
  if (modal) openModal(modal, store, (values) => act("modal", { modal: modal.token, values }));
  return result;
}

function say(words) {
  const toast = el("p", { class: "toast" }, icon("warn"), words);
  at("toasts").append(toast);
  setTimeout(() => toast.remove(), TOAST_MS);
}

const page = {
  store,
  act,
  say,
  jumpTo: (id) => list.jumpTo(id),
  dismiss(message) {
    if (message.local) return list.remove(message.id);
    connection.request("dismiss", { message_id: message.id }).catch(() => {});
    return store.dismiss(message.id);
  },
};
const list = new MessageList({ scroller: at("scroller"), list: at("messages"), jump: at("jump") }, page);

const composer = new Composer(at("composer"), store, {
  sendText: (content, replyTo) => told(here("send", { content, reply_to: replyTo?.id ?? null })),
  sendCommand: (entry, options) =>
    runCommand(entry.command, `/${entry.name}`, "slash", { command: entry.name, options }),
  complete: (entry, focused, text, options) =>
    here("autocomplete", { command: entry.name, focused, value: text, options }),
  async refreshCommands() {
    store.commands = await here("commands");
  },
});

const sidebarPlaces = {
  server: at("server-name"),
  mark: at("server-mark"),
  channels: at("channels"),
  members: at("members"),
};
new Sidebar(sidebarPlaces, store, {
  open: (id) => openChannel(id),
  speakAs(memberId) {
    sessionStorage.setItem(MEMBER_KEY, memberId);
    connection.openAs(memberId);
  },
});

new MessageMenu(at("messages"), store, {
  reply: (message) => composer.replyTo(message),
  react: (message, emoji) => told(here("react", { message_id: message.id, emoji })).catch(() => {}),
  run: (message, command) =>
    runCommand(command, command.name, "message_command", { command: command.name, message_id: message.id }),
});

/** Pass a promise on, and tell the member when it fails. */
function told(promise) {
  promise.catch((error) => say(error.message));
  return promise;
}

/** Until the bot's answer is there, a line of the page's own stands in; without one it says so. */
async function runCommand(command, shownName, op, fields) {
  const line = localMessage(command, shownName);
  list.put(line);
  try {
    await act(op, { channel_id: store.channelId, ...fields });
    list.remove(line.id);
  } catch (error) {
    const words = error.code === "failed" ? DID_NOT_RESPOND : error.message;
    list.put({ ...line, flags: Flag.EPHEMERAL, local: { error: words } });
  }
}

function localMessage(command, shownName) {
  const botId = command.application_id;
  const bot = store.members.get(botId)?.user ?? { id: botId, username: "Bot", bot: true };
  const user = store.members.get(store.me).user;
  const name = shownName.replace(/^\//, "");
  return {
    id: list.nextId(),
    channel_id: store.channelId,
    author: bot,
    timestamp: new Date().toISOString(),
    flags: 0,
    type: shownName.startsWith("/") ? 20 : 23,
    interaction_metadata: { name, user },
    local: {},
  };
}

let wanted = null; // the channel clicked last: an older answer that comes late must not show

async function openChannel(channelId) {
  wanted = channelId;
  try {
    const { messages, commands } = await connection.request("history", { channel_id: channelId });
    if (wanted !== channelId) return;
    store.commands = commands;
    store.open(channelId, messages);
  } catch (error) {
    say(error.message);
  }
}

function showChannel() {
  const channel = store.channels.get(store.channelId);
  const name = store.channelName(channel);
  const shown = channel.type === ChannelType.DM ? `@${name}` : `#${name}`;
  document.title = `${shown} · ${store.guild?.name ?? "Sandbox"}`;
  at("channel-title").replaceChildren(...channelTitle(store, channel));
  at("channel-topic").textContent = channel.topic ?? "";
  list.reset(store.messages(), channelIntro(channel, name));
  composer.reset(`Message ${shown}`);
  closeSidebar();
  history.replaceState(null, "", `#${store.channelId}`);
}

function channelIntro(channel, name) {
  const [mark, title, words] = introOf(channel, name);
  return el(
    "li",
    { class: "channel-intro" },
    mark,
    el("h2", {}, title),
    el("p", {}, words),
  );
}

function introOf(channel, name) {
  if (channel.type === ChannelType.DM) {
    const face = avatar(otherIn(store, channel), name, "large");
    return [face, name, `This is the beginning of your direct messages with ${name}.`];
  }
  const mark = el("span", { class: "intro-mark" }, icon(isThread(channel) ? "thread" : "hash"));
  if (isThread(channel)) return [mark, name, "This is the start of the thread."];
  return [mark, `Welcome to #${name}!`, `This is the start of the #${name} channel.`];
}

// The sidebar is a drawer on narrow screens.
function closeSidebar() {
  document.body.classList.remove("sidebar-open");
  at("menu-button").setAttribute("aria-expanded", "false");
}
at("menu-button").addEventListener("click", () => {
  const open = document.body.classList.toggle("sidebar-open");
  at("menu-button").setAttribute("aria-expanded", String(open));
  if (open) at("channels").querySelector("button")?.focus();
});
at("scrim").addEventListener("click", closeSidebar);
document.addEventListener("keydown", (event) => event.key === "Escape" && closeSidebar());

// Pills in messages: a channel opens, a command is typed. Links to messages stay in this page.
at("messages").addEventListener("click", (event) => {
  const [, channelId, messageId] = MESSAGE_LINK.exec(event.target.closest("a")?.href ?? "") ?? [];
  if (store.channels.has(channelId)) {
    event.preventDefault();
    openChannel(channelId).then(() => list.jumpTo(messageId));
  }
  const pill = event.target.closest(".pill");
  if (pill?.dataset.channel && store.channels.has(pill.dataset.channel)) openChannel(pill.dataset.channel);
  if (pill?.dataset.command) composer.startCommand(pill.dataset.command);
});

connection.addEventListener("state", ({ detail }) => {
  store.load(detail.state);
  const first = store.firstChannel(store.channelId ?? location.hash.slice(1));
  if (first) openChannel(first);
});
connection.addEventListener("event", ({ detail }) => store.apply(detail.name, detail.data));
connection.addEventListener("status", ({ detail }) => (at("offline").hidden = detail));
store.addEventListener("opened", showChannel);
store.addEventListener("message", ({ detail }) => list.put(detail.message));
store.addEventListener("removed", ({ detail }) => list.remove(detail));

startTicking();
connection.openAs(sessionStorage.getItem(MEMBER_KEY));
