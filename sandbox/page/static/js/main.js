// Puts the page together: what the server tells goes to the store, what the member does goes back.

import { channelIntro, channelLine } from "./channel-intro.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { el, icon, types } from "./dom.js";
import { closeDrawer } from "./drawer.js";
import { uploadAll, withUploads } from "./files.js";
import { MESSAGE_LINK } from "./markdown-view.js";
import { MessageMenu } from "./menu.js";
import { MessageList } from "./message-list.js";
import { openModal } from "./modal.js";
import { shownName } from "./options.js";
import { Sidebar, channelTitle } from "./sidebar.js";
import { ChannelType, Flag, Store } from "./state.js";
import { startTicking } from "./time.js";
import { UserMenu } from "./user-menu.js";

const MEMBER_KEY = "compose-sandbox-member";
const TOAST_MS = 6000;
const DID_NOT_RESPOND = "The application did not respond";
const at = (id) => document.getElementById(id);

const store = new Store();
const connection = new Connection();

/** Ask the server for something in the channel that is open. */
function here(op, fields = {}) {
  return connection.request(op, { channel_id: store.channelId, ...fields });
}

/** A bot that was started a moment ago may have registered more by now; else what is known stays. */
async function refreshCommands() {
  try {
    store.commands = await here("commands");
  } catch {
    // Without a connection nothing new is to be had.
  }
}

/** Send an action; an answer that is a modal opens it. */
async function act(op, fields) {
  const result = await connection.request(op, fields);
  const modal = result?.modal;
  if (modal) openModal(modal, store, (values) => submitModal(modal, values));
  return result;
}

async function submitModal(modal, values) {
  return act("modal", { modal: modal.token, values: await withUploads(values) });
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
  jumpTo,
  openChannel: (id) => openChannel(id),
  loadOlder,
  dismiss(message) {
    if (message.local) return list.remove(message.id);
    connection.request("dismiss", { message_id: message.id }).catch(() => {});
    return store.dismiss(message.id);
  },
};
const list = new MessageList({ scroller: at("scroller"), list: at("messages"), jump: at("jump") }, page);

const composer = new Composer(at("composer"), store, {
  sendText: (content, replyTo, files) => told(sendText(content, replyTo, files)),
  sendCommand: (entry, options) =>
    runCommand(entry.command, `/${entry.name}`, "slash", { command: entry.path, options }),
  complete: (entry, focused, text, options) =>
    here("autocomplete", { command: entry.path, focused, value: text, options }),
  tell: say,
  refreshCommands,
});

const sidebarPlaces = {
  servers: at("servers"),
  server: at("server-name"),
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
  refreshCommands,
  reply: (message) => composer.replyTo(message),
  react: (message, emoji) => told(here("react", { message_id: message.id, emoji })).catch(() => {}),
  run: (message, command) =>
    runCommand(command, shownName(command), "message_command", {
      command: command.name,
      message_id: message.id,
    }),
  remove: (message) => told(here("delete", { message_id: message.id })).catch(() => {}),
  startThread: (message) => askForThread(message),
  copyLink: (message) => copy(linkTo(message)),
});

new UserMenu(document.body, store, {
  refreshCommands,
  mention: (user) => composer.mention(user),
  run: (user, command) =>
    runCommand(command, shownName(command), "user_command", { command: command.name, user_id: user.id }),
  copyId: (user) => copy(user.id),
});

function copy(text) {
  navigator.clipboard.writeText(text).catch(() => say("Could not copy."));
}

function linkTo(message) {
  const guildId = store.channels.get(message.channel_id)?.guild_id ?? "@me";
  return `https://discord.com/channels/${guildId}/${message.channel_id}/${message.id}`;
}

async function sendText(content, replyTo, files) {
  const channelId = store.channelId; // another one may be open when the files are up
  const sent = await uploadAll(files);
  const fields = { content, reply_to: replyTo?.id ?? null, files: sent };
  return connection.request("send", { channel_id: channelId, ...fields });
}

// Threads and posts are asked for in the same kind of form as the bot's.

const textLine = (id, label, more = {}) => {
  const component = { type: 4, custom_id: id, style: 1, max_length: 100, ...more };
  return { type: 18, label, component };
};

function askForThread(message) {
  const form = { title: "Create thread", components: [textLine("name", "Thread name")] };
  openModal(form, store, async ({ name }) => {
    const { channel_id: id } = await here("start_thread", { message_id: message.id, name });
    await openChannel(id);
  });
}

function askForPost() {
  const first = textLine("content", "Message", { style: 2, max_length: 2000 });
  const form = { title: "New post", components: [textLine("name", "Title"), first] };
  openModal(form, store, async (values) => {
    const { channel_id: id } = await here("start_post", values);
    await openChannel(id);
  });
}

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
    const { channel_id: channelId } = line;
    const options = await withUploads(fields.options ?? {});
    await act(op, { channel_id: channelId, ...fields, options });
    list.remove(line.id);
  } catch (error) {
    const words = error.code === "failed" ? DID_NOT_RESPOND : error.message;
    list.put({ ...line, flags: Flag.EPHEMERAL, local: { error: words } });
  }
}

function localMessage(command, shownName) {
  const botId = command.application_id;
  const bot = store.users.get(botId) ?? { id: botId, username: "Bot", bot: true };
  const user = store.users.get(store.me);
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
    const { messages, more, commands } = await connection.request("history", { channel_id: channelId });
    if (wanted !== channelId) return;
    store.commands = commands;
    store.open(channelId, messages, more);
  } catch (error) {
    say(error.message);
  }
}

let loading = null;

/** Fetch the messages before those that are here; one request at a time. */
function loadOlder() {
  const [first] = store.messages();
  if (!store.hasOlder || !first) return Promise.resolve();
  const { channelId } = store;
  loading ??= connection
    .request("history", { channel_id: channelId, before: first.id })
    .then(({ messages, more }) => store.addOlder(channelId, messages, more))
    .finally(() => (loading = null));
  return loading;
}

/** Scroll to a message of the open channel, however far back it is. */
async function jumpTo(id) {
  const { channelId } = store;
  while (store.hasOlder && store.channelId === channelId && !store.message(id)) await loadOlder();
  list.jumpTo(id);
}

function showChannel() {
  const { channel } = store;
  const shown = channelLine(store, channel);
  document.title = `${shown} · ${store.guild?.name ?? "Sandbox"}`;
  at("channel-title").replaceChildren(...channelTitle(store, channel));
  at("channel-topic").textContent = channel.topic ?? "";
  list.reset(store.messages(), channelIntro(store, channel, page.openChannel, askForPost));
  at("composer").hidden = channel.type === ChannelType.FORUM;
  composer.reset(`Message ${shown}`);
  closeDrawer();
  history.replaceState(null, "", `#${store.channelId}`);
}

// Who types while nothing that takes text has the focus, means the field.
document.addEventListener("keydown", (event) => {
  if (types(event) && document.activeElement.matches("body, #scroller, .message")) composer.focus();
});

document.querySelector(".skip-link").addEventListener("click", (event) => {
  event.preventDefault(); // the address names the channel
  composer.focus();
});

// Pills in messages: a channel opens, a command is typed. Links to messages stay in this page.
at("messages").addEventListener("click", (event) => {
  const [, channelId, messageId] = MESSAGE_LINK.exec(event.target.closest("a")?.href ?? "") ?? [];
  if (store.channels.has(channelId)) {
    event.preventDefault();
    openChannel(channelId).then(() => jumpTo(messageId));
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
store.addEventListener("opened", () => composer.focus(), { once: true });
store.addEventListener("older", ({ detail }) => list.prepend(detail));
store.addEventListener("gone", () => openChannel(store.firstChannel(null)));
store.addEventListener("channels", () => {
  if (store.channel?.type !== ChannelType.FORUM) return;
  list.introduce(channelIntro(store, store.channel, page.openChannel, askForPost));
});
store.addEventListener("message", ({ detail }) => list.put(detail.message));
store.addEventListener("removed", ({ detail }) => list.remove(detail));

startTicking();
connection.openAs(sessionStorage.getItem(MEMBER_KEY));
