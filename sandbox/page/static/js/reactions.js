// Reactions under a message; pressing one adds or takes back the member's own.

import { el } from "./dom.js";
import { emojiMark } from "./emoji.js";

export function renderReactions(message, page) {
  return (message.reactions ?? []).map((reaction) =>
    el(
      "button",
      {
        type: "button",
        class: "reaction",
        "aria-pressed": reaction.me ? "true" : "false",
        "aria-label": `${reaction.emoji.name}, ${reaction.count}`,
        on: { click: () => toggle(message, reaction, page) },
      },
      emojiMark(reaction.emoji),
      el("span", {}, String(reaction.count)),
    ),
  );
}

function toggle(message, reaction, page) {
  const emoji = reaction.emoji.id ? `${reaction.emoji.name}:${reaction.emoji.id}` : reaction.emoji.name;
  const target = { channel_id: message.channel_id, message_id: message.id };
  const done = page.act("react", { ...target, emoji, remove: Boolean(reaction.me) });
  done.catch((error) => page.say(error.message));
}
