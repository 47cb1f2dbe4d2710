// The channel's messages: order, grouping, day dividers, and where the reader is.

import { el, icon } from "./dom.js";
import { MessageView, usedCommand } from "./message.js";
import { compareIds, dateSnowflake, isCloseInTime, isSameDay, longDay } from "./time.js";

const NEAR_BOTTOM_PX = 60;
const NEAR_TOP_PX = 300;

export class MessageList {
  #views = new Map(); // message id → MessageView
  #order = []; // message ids, oldest first
  #missed = 0; // new messages below the place that is read
  #follows = true;
  #top = 0; // where the scroller was when last looked at
  #head = null; // what stands above the first message now
  #intro = null; // what stands there once nothing older is left

  /** `scroller` scrolls, `list` holds the messages, `jump` is the button that leads to the newest. */
  constructor({ scroller, list, jump }, page) {
    Object.assign(this, { scroller, list, jump, page });
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    scroller.addEventListener("keydown", (event) => this.#walk(event));
    jump.addEventListener("click", () => this.toBottom());
    // Pictures and players grow after they were added: stay at the end if the reader was there.
    const keep = new ResizeObserver(() => this.#follows && this.toBottom());
    keep.observe(list);
    keep.observe(scroller);
  }

  /** Show another channel; its intro comes when there is nothing before the first message. */
  reset(messages, intro) {
    this.scroller.setAttribute("aria-busy", "true"); // the history is not news to announce
    this.#views.clear();
    this.#order = [];
    this.#head = null;
    this.list.replaceChildren();
    this.introduce(intro);
    for (const message of messages) this.#insert(message);
    this.#arrange(0);
    this.#missed = 0;
    this.toBottom();
    this.scroller.removeAttribute("aria-busy");
  }

  /** What stands above the first message. */
  introduce(intro) {
    this.#intro = intro;
    const head = this.page.store.hasOlder ? el("li", { class: "older" }, "Loading older messages…") : intro;
    this.#head?.remove();
    this.#head = head;
    this.list.prepend(head);
  }

  /** Add older messages above, and keep what is read where it is. */
  prepend(messages) {
    const { scrollHeight, scrollTop } = this.scroller;
    for (const message of messages) this.#insert(message);
    this.introduce(this.#intro);
    this.#arrange(0);
    this.scroller.scrollTop = scrollTop + this.scroller.scrollHeight - scrollHeight;
    this.#top = this.scroller.scrollTop;
  }

  put(message) {
    const view = this.#views.get(message.id);
    if (view) {
      view.update(message, view.node.classList.contains("continued"));
      if (this.#follows) this.toBottom();
      return;
    }
    const mine = message.author.id === this.page.store.me || message.local;
    this.#arrange(this.#insert(message));
    if (this.#follows || mine) this.toBottom();
    else this.#missed += 1;
    this.#showJump();
  }

  remove(id) {
    const at = this.#order.indexOf(id);
    if (at < 0) return;
    this.#order.splice(at, 1);
    this.#views.get(id).node.remove();
    this.#views.delete(id);
    this.#arrange(at);
  }

  /** Scroll to a message and let it shine for a moment. */
  jumpTo(id) {
    const node = this.#views.get(id)?.node;
    if (!node) return;
    this.#follows = false;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("found");
    requestAnimationFrame(() => node.classList.add("found"));
    this.#scrolled();
  }

  /** An id for a line of the page's own that sorts after everything that is here. */
  nextId() {
    const last = this.#order.at(-1) ?? "0";
    const now = dateSnowflake(Date.now());
    return compareIds(now, last) > 0 ? now : String(BigInt(last) + 1n);
  }

  toBottom() {
    this.#follows = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#top = this.scroller.scrollTop;
    this.#missed = 0;
    this.#showJump();
  }

  #insert(message) {
    let at = this.#order.length;
    while (at > 0 && compareIds(this.#order[at - 1], message.id) > 0) at -= 1;
    const view = new MessageView(message, this.page);
    const next = this.#views.get(this.#order[at])?.node;
    this.list.insertBefore(view.node, next ?? null);
    this.#order.splice(at, 0, message.id);
    this.#views.set(message.id, view);
    return at;
  }

  /** Set headers and dividers right for the message at `from` and those after it that it touches. */
  #arrange(from) {
    const last = from === 0 ? this.#order.length : Math.min(from + 2, this.#order.length);
    for (let at = from; at < last; at += 1) {
      const view = this.#views.get(this.#order[at]);
      const before = this.#views.get(this.#order[at - 1])?.message;
      view.update(view.message, isContinued(before, view.message));
      this.#divide(before, view);
    }
  }

  #divide(before, view) {
    const previous = view.node.previousElementSibling;
    const has = previous?.classList.contains("day-divider");
    const date = new Date(view.message.timestamp);
    const needed = !before || !isSameDay(new Date(before.timestamp), date);
    if (has) previous.remove();
    const divider = () => el("li", { class: "day-divider" }, el("span", {}, longDay(date)));
    if (needed) view.node.before(divider());
  }

  /** The arrow keys go from message to message, from the newest up. */
  #walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const at = this.#order.indexOf(event.target.dataset.id);
    if (!step || (event.target !== this.scroller && at < 0)) return;
    const next = at < 0 ? this.#order.length - 1 : at + step;
    const view = this.#views.get(this.#order[next]);
    if (!view) return;
    event.preventDefault();
    view.node.focus();
  }

  /** Only who scrolls up leaves the end; a card that grows since the last frame moves nobody. */
  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    if (scrollHeight - clientHeight - scrollTop < NEAR_BOTTOM_PX) this.#follows = true;
    else if (scrollTop < this.#top) this.#follows = false;
    this.#top = scrollTop;
    if (scrollTop < NEAR_TOP_PX) this.page.loadOlder();
    if (this.#follows) this.#missed = 0;
    this.#showJump();
  }

  #showJump() {
    this.jump.hidden = this.#follows;
    const words = { 0: "Jump to present", 1: "1 new message" }[this.#missed] ?? `${this.#missed} new messages`;
    this.jump.replaceChildren(words, icon("down"));
    this.jump.classList.toggle("has-news", this.#missed > 0);
  }
}

function isContinued(before, message) {
  if (!before || message.type === 19 || usedCommand(message)) return false;
  if (before.author.id !== message.author.id || (before.flags & 64) !== (message.flags & 64)) return false;
  const [earlier, later] = [new Date(before.timestamp), new Date(message.timestamp)];
  return isSameDay(earlier, later) && isCloseInTime(earlier, later);
}
