// What the page knows: the chosen member's view of their servers, kept true by events.

import { compareIds } from "./time.js";

export const ChannelType = {
  TEXT: 0, DM: 1, VOICE: 2, GROUP: 3, ANNOUNCEMENT: 5,
  ANNOUNCEMENT_THREAD: 10, PUBLIC_THREAD: 11, PRIVATE_THREAD: 12, FORUM: 15,
};
export const Flag = { EPHEMERAL: 1 << 6, LOADING: 1 << 7, SUPPRESS_EMBEDS: 1 << 2, COMPONENTS_V2: 1 << 15 };
const Permission = { ADMINISTRATOR: 1n << 3n, MANAGE_MESSAGES: 1n << 13n, CREATE_PUBLIC_THREADS: 1n << 35n };
const NOBODY = { id: "0", username: "unknown-user" };

export const isThread = (channel) => channel.type >= 10 && channel.type <= 12;
export const isDirect = (channel) => channel.type === ChannelType.DM || channel.type === ChannelType.GROUP;
export const isArchived = (channel) => Boolean(channel.thread_metadata?.archived);

/**
 * Dispatches "loaded" (a new snapshot), "channels" (list or unread marks changed), "opened" (another
 * channel is shown), "older" (detail: messages before the first), "message" (detail {message, isNew}),
 * "removed" (detail id), "gone" (the open channel was deleted).
 */
export class Store extends EventTarget {
  me = null;
  users = new Map();
  guilds = new Map();
  channels = new Map();
  commands = [];
  channelId = null;
  hasOlder = false; // whether the open channel goes back beyond what is loaded
  unread = new Map(); // channel id → {count, mentions}
  #messages = new Map(); // channel id → Map(message id → message), of the channels opened so far
  #dismissed = new Set();
  #lastIn = new Map(); // guild id, or null for direct messages → the channel shown there last

  load(snapshot) {
    this.me = snapshot.me;
    this.users = byId(snapshot.users);
    this.guilds = byId(snapshot.guilds);
    for (const guild of this.guilds.values()) {
      guild.people = new Map(guild.members.map((member) => [member.user.id, member]));
    }
    this.channels = byId(snapshot.channels);
    this.commands = [];
    this.unread.clear();
    this.#messages.clear();
    this.#emit("loaded");
  }

  get channel() {
    return this.channels.get(this.channelId);
  }

  /** The server that is shown, null among the direct messages. */
  get guild() {
    return this.guilds.get(this.channel?.guild_id) ?? null;
  }

  /** Who can be chosen and named here: user id → {user, nick, roles, administrator}. */
  get members() {
    if (this.guild) return this.guild.people;
    const users = this.channel?.recipients ?? [];
    return new Map(users.map((user) => [user.id, { user, nick: null, roles: [] }]));
  }

  /** The channel to show first: the one shown before, where this member can see it. */
  firstChannel(wishedId) {
    if (this.channels.has(wishedId)) return wishedId;
    const text = [...this.channels.values()].filter((channel) => channel.type === ChannelType.TEXT);
    return (text[0] ?? [...this.channels.values()][0])?.id ?? null;
  }

  /** The channel to show in a server: the last one seen there, else its first. */
  channelIn(guildId) {
    const last = this.#lastIn.get(guildId);
    return this.channels.has(last) ? last : (this.channelsOf(guildId)[0]?.id ?? null);
  }

  /** The channels of a server without threads, or with null the direct messages; in their order. */
  channelsOf(guildId) {
    const all = [...this.channels.values()].filter((one) => (one.guild_id ?? null) === guildId);
    return all.filter((channel) => !isThread(channel)).sort(byPosition);
  }

  /** The open threads of a channel, and the one that is shown, however old. */
  threadsOf(channelId) {
    const below = [...this.channels.values()].filter((one) => isThread(one) && one.parent_id === channelId);
    return below.filter((one) => !isArchived(one) || one.id === this.channelId).sort(byPosition);
  }

  open(channelId, history, hasOlder) {
    this.channelId = channelId;
    this.hasOlder = hasOlder;
    this.#messages.set(channelId, byId(history));
    this.unread.delete(channelId);
    this.#lastIn.set(this.channel.guild_id ?? null, channelId);
    this.#emit("opened");
    this.#emit("channels");
  }

  /** Messages before those that are loaded, oldest first. */
  addOlder(channelId, history, hasOlder) {
    if (channelId !== this.channelId) return;
    this.hasOlder = hasOlder;
    const known = this.#messages.get(channelId);
    for (const message of history) known.set(message.id, message);
    this.#emit("older", history.filter(({ id }) => !this.#dismissed.has(id)));
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
    if (id === this.channelId) this.#emit("gone");
    this.#emit("channels");
  }

  /** Look-ups for markdown and labels; an unknown id never throws. */
  names = {
    user: (id) => this.displayName(this.members.get(id)?.user ?? this.users.get(id) ?? { ...NOBODY, id }),
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
    const guild = this.guilds.get(this.channels.get(message.channel_id)?.guild_id);
    const roles = guild?.people.get(this.me)?.roles ?? [];
    return Boolean(message.mention_roles?.some((id) => roles.includes(id)));
  }

  mayDelete(message) {
    return message.author.id === this.me || (this.guild !== null && this.#may(Permission.MANAGE_MESSAGES));
  }

  mayStartThread(message) {
    const { TEXT, ANNOUNCEMENT } = ChannelType;
    if (![TEXT, ANNOUNCEMENT].includes(this.channel?.type)) return false;
    return !message.thread && !(message.flags & Flag.EPHEMERAL) && this.#may(Permission.CREATE_PUBLIC_THREADS);
  }

  #may(permission) {
    const granted = BigInt(this.channel?.permissions ?? 0);
    return Boolean(granted & (permission | Permission.ADMINISTRATOR));
  }

  /** {count, mentions} of all channels of a server, or with null of the direct messages. */
  unreadIn(guildId) {
    const total = { count: 0, mentions: 0 };
    for (const [id, { count, mentions }] of this.unread) {
      if ((this.channels.get(id)?.guild_id ?? null) !== guildId) continue;
      total.count += count;
      total.mentions += mentions;
    }
    return total;
  }

  #countUnread(message) {
    if (message.author.id === this.me) return;
    const channel = this.channels.get(message.channel_id);
    const unread = this.unread.get(message.channel_id) ?? { count: 0, mentions: 0 };
    unread.count += 1;
    if ((channel && isDirect(channel)) || this.mentionsMe(message)) unread.mentions += 1;
    this.unread.set(message.channel_id, unread);
    this.#emit("channels");
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const byId = (objects) => new Map(objects.map((one) => [one.id, one]));

function byPosition(a, b) {
  return (a.position ?? 0) - (b.position ?? 0) || compareIds(a.id, b.id);
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
};
