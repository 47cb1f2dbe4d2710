// The left side: server name, channels with their threads, direct messages, and who speaks.

import { el, icon } from "./dom.js";
import { appTag, avatar, initials } from "./people.js";
import { ChannelType, isThread } from "./state.js";

export class Sidebar {
  /** `open(channelId)` shows a channel, `speakAs(memberId)` changes the member. */
  constructor({ server, mark, channels, members }, store, { open, speakAs }) {
    Object.assign(this, { server, mark, channels, members, store, open, speakAs });
    store.addEventListener("loaded", () => this.#drawMembers());
    for (const type of ["loaded", "channels"]) store.addEventListener(type, () => this.#drawChannels());
  }

  #drawChannels() {
    const { store } = this;
    this.server.textContent = store.guild?.name ?? "Sandbox";
    this.mark.textContent = initials(this.server.textContent);
    const all = [...store.channels.values()].sort(byPosition);
    const text = all.filter((channel) => channel.guild_id && !isThread(channel));
    const direct = all.filter((channel) => channel.type === ChannelType.DM);
    const inHand = document.activeElement;
    const focused = this.channels.contains(inHand) ? inHand.dataset.channel : null;
    this.channels.replaceChildren(
      section("Text channels", text.map((channel) => this.#branch(channel, all))),
      ...(direct.length ? [section("Direct messages", direct.map((channel) => this.#item(channel)))] : []),
    );
    if (focused) this.channels.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  }

  #branch(channel, all) {
    const threads = all.filter((one) => isThread(one) && one.parent_id === channel.id);
    const item = this.#item(channel);
    if (threads.length) item.append(el("ul", { class: "threads" }, threads.map((one) => this.#item(one))));
    return item;
  }

  #item(channel) {
    const { store } = this;
    const unread = store.unread.get(channel.id);
    const current = channel.id === store.channelId;
    const name = store.channelName(channel);
    const spoken = unread ? `${name}, ${unread.count} unread` : name;
    const button = el(
      "button",
      {
        type: "button",
        class: unread ? "channel unread" : "channel",
        "aria-current": current ? "page" : null,
        "aria-label": spoken,
        dataset: { channel: channel.id },
        on: { click: () => this.open(channel.id) },
      },
      this.#mark(channel, name),
      el("span", { class: "channel-name" }, name),
      unread?.mentions ? el("span", { class: "badge" }, String(unread.mentions)) : null,
    );
    return el("li", {}, button);
  }

  #mark(channel, name) {
    if (channel.type !== ChannelType.DM) return icon(isThread(channel) ? "thread" : "hash");
    return avatar(otherIn(this.store, channel), name, "small");
  }

  #drawMembers() {
    const { store } = this;
    const people = [...store.members.values()].filter(({ user }) => !user.bot);
    this.members.replaceChildren(...people.map((member) => this.#member(member)));
  }

  #member(member) {
    const { store } = this;
    const name = store.displayName(member.user);
    const radio = el("input", {
      type: "radio",
      name: "member",
      value: member.user.id,
      checked: member.user.id === store.me,
      on: { change: () => this.speakAs(member.user.id) },
    });
    return el(
      "label",
      { class: "member" },
      radio,
      avatar(member.user, name, "medium"),
      el("span", { class: "member-name" }, name),
      member.administrator && administratorTag(),
    );
  }
}

/** Who is on the other end of a direct message. */
export function otherIn(store, channel) {
  return channel.recipients?.find((user) => user.id !== store.me) ?? { id: "0" };
}

export function channelTitle(store, channel) {
  const name = store.channelName(channel);
  if (channel.type !== ChannelType.DM) return [icon(isThread(channel) ? "thread" : "hash"), el("span", {}, name)];
  const other = otherIn(store, channel);
  return [avatar(other, name, "small"), el("span", {}, name), other.bot ? appTag() : ""];
}

function administratorTag() {
  const title = "May do everything in this server";
  return el("span", { class: "admin-tag", title }, icon("crown"), "Administrator");
}

function section(title, items) {
  return el("section", {}, el("h2", {}, title), el("ul", {}, items));
}

function byPosition(a, b) {
  return (a.position ?? 0) - (b.position ?? 0) || (BigInt(a.id) < BigInt(b.id) ? -1 : 1);
}
