// The left side: servers, their channels with threads, direct messages, and who speaks.

import { el, icon } from "./dom.js";
import { appTag, avatar, initials } from "./people.js";
import { ChannelType, isDirect } from "./state.js";

const MARKS = {
  [ChannelType.VOICE]: "voice",
  [ChannelType.FORUM]: "forum",
  [ChannelType.GROUP]: "people",
  [ChannelType.ANNOUNCEMENT_THREAD]: "thread",
  [ChannelType.PUBLIC_THREAD]: "thread",
  [ChannelType.PRIVATE_THREAD]: "thread",
};

export class Sidebar {
  /** `open(channelId)` shows a channel, `speakAs(memberId)` changes the member. */
  constructor({ servers, server, channels, members }, store, { open, speakAs }) {
    Object.assign(this, { servers, server, channels, members, store, open, speakAs });
    store.addEventListener("opened", () => this.#drawMembers());
    for (const type of ["loaded", "channels"]) {
      store.addEventListener(type, () => {
        redraw(this.servers, this.#serverButtons());
        redraw(this.channels, this.#sections());
      });
    }
  }

  // Servers

  #serverButtons() {
    const home = this.#server(null, "Direct messages", icon("people"));
    const guilds = [...this.store.guilds.values()];
    const buttons = guilds.map(({ id, name }) => this.#server(id, name, initials(name)));
    return [home, el("span", { class: "server-divider", role: "separator" }), ...buttons];
  }

  #server(id, name, face) {
    const { count, mentions } = this.store.unreadIn(id);
    const current = (this.store.guild?.id ?? null) === id;
    const click = () => {
      const channelId = this.store.channelIn(id);
      if (channelId) this.open(channelId);
    };
    return el(
      "button",
      {
        type: "button",
        class: count ? "server unread" : "server",
        title: name,
        "aria-label": count ? `${name}, ${count} unread` : name,
        "aria-current": current ? "true" : null,
        dataset: { key: id ?? "home" },
        on: { click },
      },
      face,
      mentions ? el("span", { class: "badge" }, String(mentions)) : null,
    );
  }

  // Channels

  #sections() {
    const { store } = this;
    this.server.textContent = store.guild?.name ?? "Direct messages";
    if (!store.guild) {
      return [section("Direct messages", store.channelsOf(null).map((channel) => this.#item(channel)))];
    }
    const all = store.channelsOf(store.guild.id);
    const voice = all.filter(({ type }) => type === ChannelType.VOICE);
    const text = all.filter((channel) => !voice.includes(channel));
    return [
      section("Text channels", text.map((channel) => this.#branch(channel))),
      ...(voice.length ? [section("Voice channels", voice.map((channel) => this.#item(channel)))] : []),
    ];
  }

  #branch(channel) {
    const threads = this.store.threadsOf(channel.id);
    const item = this.#item(channel);
    if (threads.length) item.append(el("ul", { class: "threads" }, threads.map((one) => this.#item(one))));
    return item;
  }

  #item(channel) {
    const { store } = this;
    const unread = store.unread.get(channel.id);
    const current = channel.id === store.channelId;
    const name = store.channelName(channel);
    const other = channel.type === ChannelType.DM ? { user: otherIn(store, channel).id } : {};
    const spoken = unread ? `${name}, ${unread.count} unread` : name;
    const button = el(
      "button",
      {
        type: "button",
        class: unread ? "channel unread" : "channel",
        "aria-current": current ? "page" : null,
        "aria-label": spoken,
        dataset: { key: channel.id, ...other },
        on: { click: () => this.open(channel.id) },
      },
      channelMark(store, channel, "small"),
      el("span", { class: "channel-name" }, name),
      unread?.mentions ? el("span", { class: "badge" }, String(unread.mentions)) : null,
    );
    return el("li", {}, button);
  }

  // Who speaks

  #drawMembers() {
    const people = [...this.store.users.values()].filter((user) => !user.bot);
    redraw(this.members, people.map((user) => this.#member(user)));
  }

  #member(user) {
    const { store } = this;
    const name = store.displayName(user);
    const radio = el("input", {
      type: "radio",
      name: "member",
      value: user.id,
      checked: user.id === store.me,
      dataset: { key: user.id },
      on: { change: () => this.speakAs(user.id) },
    });
    return el(
      "label",
      { class: "member", dataset: { user: user.id } },
      radio,
      avatar(user, name, "medium"),
      el("span", { class: "member-name" }, name),
      store.guild?.people.get(user.id)?.administrator && administratorTag(),
    );
  }
}

/** Put new nodes into a place; what had the focus keeps it. */
function redraw(place, nodes) {
  const inHand = document.activeElement;
  const key = place.contains(inHand) ? inHand.dataset.key : undefined;
  place.replaceChildren(...nodes);
  if (key) place.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

/** Who is on the other end of a direct message. */
export function otherIn(store, channel) {
  return channel.recipients?.find((user) => user.id !== store.me) ?? { id: "0" };
}

/** A face for a direct message, a sign for any other channel. */
export function channelMark(store, channel, size) {
  if (channel.type !== ChannelType.DM) return icon(MARKS[channel.type] ?? "hash");
  return avatar(otherIn(store, channel), store.channelName(channel), size);
}

export function channelTitle(store, channel) {
  const tag = isDirect(channel) && otherIn(store, channel).bot ? appTag() : "";
  return [channelMark(store, channel, "small"), el("span", {}, store.channelName(channel)), tag];
}

function administratorTag() {
  const title = "May do everything in this server";
  return el("span", { class: "admin-tag", title }, icon("crown"), "Administrator");
}

function section(title, items) {
  return el("section", {}, el("h3", {}, title), el("ul", {}, items));
}
