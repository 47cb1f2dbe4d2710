// What a channel begins with: its name and a word of welcome; a forum's posts.

import { el, icon } from "./dom.js";
import { plainText } from "./markdown-view.js";
import { avatar } from "./people.js";
import { channelMark, otherIn } from "./sidebar.js";
import { ChannelType, isDirect, isThread } from "./state.js";

/** "#music-jam", "@Ben": the channel as it stands in titles. */
export function channelLine(store, channel) {
  const name = store.channelName(channel);
  if (channel.type === ChannelType.GROUP) return name;
  if (isThread(channel)) return `“${name}”`;
  return channel.type === ChannelType.DM ? `@${name}` : `#${name}`;
}

/** `open(channelId)` opens a forum's post, `post()` asks for a new one. */
export function channelIntro(store, channel, open, post) {
  const [mark, title, words] = introOf(store, channel);
  return el(
    "li",
    { class: "channel-intro" },
    mark,
    el("h2", {}, title),
    el("p", {}, words),
    channel.type === ChannelType.FORUM && renderPosts(store, channel, open, post),
  );
}

function introOf(store, channel) {
  const name = store.channelName(channel);
  const mark = el("span", { class: "intro-mark" }, channelMark(store, channel, "large"));
  if (channel.type === ChannelType.DM) {
    const face = avatar(otherIn(store, channel), name, "large");
    return [face, name, `This is the beginning of your direct messages with ${name}.`];
  }
  if (isDirect(channel)) return [mark, name, `Welcome to the beginning of the ${name} group.`];
  if (isThread(channel)) return [mark, name, "This is the start of the thread."];
  if (channel.type === ChannelType.FORUM) return [mark, `#${name}`, channel.topic ?? "Posts of this forum."];
  return [mark, `Welcome to #${name}!`, `This is the start of the #${name} channel.`];
}

function renderPosts(store, forum, open, post) {
  const posts = store.threadsOf(forum.id).toReversed();
  const item = (thread) =>
    el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "post", on: { click: () => open(thread.id) } },
        icon("thread"),
        el("span", { class: "thread-name" }, plainText(thread.name, store.names)),
      ),
    );
  return el(
    "div",
    { class: "posts" },
    el("button", { type: "button", class: "button primary", on: { click: post } }, "New post"),
    posts.length ? el("ul", {}, posts.map(item)) : el("p", {}, "There are no posts yet."),
  );
}
