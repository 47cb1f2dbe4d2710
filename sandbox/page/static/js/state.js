// What the page knows: the chosen member's view of the server, kept true by events.

import { compareIds } from "./time.js";

export const ChannelType = { TEXT: 0, DM: 1, ANNOUNCEMENT_THREAD: 10, PUBLIC_THREAD: 11, PRIVATE_THREAD: 12 };
export const Flag = { EPHEMERAL: 1 << 6, LOADING: 1 << 7, SUPPRESS_EMBEDS: 1 << 2, COMPONENTS_V2: 1 << 15 };

export const isThread = (channel) => channel.type >= 10 && channel.type <= 12;

/**
 * Dispatches "loaded" (a new snapshot), "channels" (list or unread marks changed), "opened" (another
 * channel is shown), "message" (detail {message, isNew}), "removed" (detail id).
 */
export class Store extends EventTarget {
  me = null;
  guild = null;
  members = new Map(); // user id → {user, nick, roles, administrator}
  channels = new Map();
  commands = [];
  channelId = null;
  unread = new Map(); // channel id → {count, mentions}
  #messages = new Map(); // channel id → Map(message id → message), of the channels opened so far
  #dismissed = new Set();

  load(snapshot) {
    this.me = snapshot.me;
    this.guild = snapshot.guild;
    this.members = new Map(snapshot.members.map((member) => [member.user.id, member]));
    this.channels = new Map(snapshot.channels.map((channel) => [channel.id, channel]));
    this.commands = snapshot.commands;
    this.unread.clear();
    this.#messages.clear();
    this.#emit("loaded");
  }

  /** The channel to show first: the one shown before, where this member can see it. */
  firstChannel(wishedId) {
    if (this.channels.has(wishedId)) return wishedId;
    const text = [...this.channels.values()].filter((channel) => channel.type === ChannelType.TEXT);
    return (text[0] ?? [...this.channels.values()][0])?.id ?? null;
  }

  open(channelId, history) {
    this.channelId = channelId;
    this.#messages.set(channelId, new Map(history.map((message) => [message.id, message])));
    this.unread.delete(channelId);
    this.#emit("opened");
    this.#emit("channels");
  }

  /** The messages of the open channel, oldest first. */
  messages() {
    const all = [...(this.#messages.get(this.channelId)?.values() ?? [])];
    return all.filter(({ id }) => !this.#dismissed.has(id)).sort((a, b) => compareIds(a.id, b.id));
  }

  message(id) {
    return this.#messages.get(this.channelId)?.get(id);
  }

  dismiss(id) {
    this.#dismissed.add(id);
    this.#emit("removed", id);
  }

  apply(name, data) {
    EVENTS[name]?.call(this, data);
  }

  put(data, isNew) {
    const known = this.#messages.get(data.channel_id);
    const before = known?.get(data.id);
    if (isNew && !before && data.channel_id !== this.channelId) this.#countUnread(data);
    if (!known || (!before && !isNew)) return; // an edit of something that was never loaded
    const message = { ...before, ...data };
    known.set(data.id, message);
    const shown = data.channel_id === this.channelId && !this.#dismissed.has(data.id);
    if (shown) this.#emit("message", { message, isNew: !before });
  }

  drop(data) {
    const known = this.#messages.get(data.channel_id);
    if (known?.delete(data.id) && data.channel_id === this.channelId) this.#emit("removed", data.id);
  }

  react(data, change) {
    const message = this.#messages.get(data.channel_id)?.get(data.message_id);
    if (!message) return;
    const key = (emoji) => emoji.id ?? emoji.name;
    const known = (message.reactions ?? []).find((one) => key(one.emoji) === key(data.emoji));
    const mine = data.user_id === this.me ? change > 0 : Boolean(known?.me);
    const reaction = { ...known, emoji: data.emoji, count: (known?.count ?? 0) + change, me: mine };
    const reactions = (message.reactions ?? []).map((one) => (one === known ? reaction : one));
    if (!known) reactions.push(reaction);
    this.put({ ...message, reactions: reactions.filter((one) => one.count > 0) }, false);
  }

  putChannel(channel) {
    this.channels.set(channel.id, { ...this.channels.get(channel.id), ...channel });
    this.#emit("channels");
  }

  dropChannel({ id }) {
    this.channels.delete(id);
    this.#emit("channels");
  }

  /** Look-ups for markdown and labels; an unknown id never throws. */
  names = {
    user: (id) => this.displayName(this.members.get(id)?.user ?? { id, username: "unknown-user" }),
    role: (id) => this.guild?.roles?.find((role) => role.id === id)?.name ?? "unknown-role",
    channel: (id) => this.channelName(this.channels.get(id)),
  };

  displayName(user) {
    return this.members.get(user.id)?.nick || user.global_name || user.username || "unknown-user";
  }

  channelName(channel) {
    if (!channel) return null;
    if (channel.type !== ChannelType.DM) return channel.name;
    const other = channel.recipients?.find((user) => user.id !== this.me) ?? channel.recipients?.[0];
    return other ? this.displayName(other) : "Direct message";
  }

  /** Does this message address the member who looks at it? (Discord highlights such a message.) */
  mentionsMe(message) {
    if (message.mention_everyone) return true;
    if (message.mentions?.some((user) => user.id === this.me)) return true;
    const roles = this.members.get(this.me)?.roles ?? [];
    return Boolean(message.mention_roles?.some((id) => roles.includes(id)));
  }

  #countUnread(message) {
    if (message.author.id === this.me) return;
    const unread = this.unread.get(message.channel_id) ?? { count: 0, mentions: 0 };
    const isDirect = this.channels.get(message.channel_id)?.type === ChannelType.DM;
    unread.count += 1;
    if (isDirect || this.mentionsMe(message)) unread.mentions += 1;
    this.unread.set(message.channel_id, unread);
    this.#emit("channels");
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const EVENTS = {
  MESSAGE_CREATE(data) { this.put(data, true); },
  MESSAGE_UPDATE(data) { this.put(data, false); },
  MESSAGE_DELETE(data) { this.drop(data); },
  MESSAGE_REACTION_ADD(data) { this.react(data, 1); },
  MESSAGE_REACTION_REMOVE(data) { this.react(data, -1); },
  CHANNEL_CREATE(data) { this.putChannel(data); },
  CHANNEL_UPDATE(data) { this.putChannel(data); },
  CHANNEL_DELETE(data) { this.dropChannel(data); },
  THREAD_CREATE(data) { this.putChannel(data); },
  THREAD_UPDATE(data) { this.putChannel(data); },
  THREAD_DELETE(data) { this.dropChannel(data); },
  COMMANDS_UPDATE(data) { this.commands = data; },
};
