// The one WebSocket to the page's server: requests with answers, events, and coming back after a loss.

const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 8000;

/** An action that the server or the bot refused; `field` names the option it is about, if any. */
export class ActionError extends Error {
  constructor({ message, code = "error", field = null }) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

/** Dispatches "state" and "event" (detail = the server's frame) and "status" (detail = true/false). */
export class Connection extends EventTarget {
  #socket = null;
  #waiting = new Map(); // request id → {resolve, reject}
  #nextId = 1;
  #retryMs = RETRY_FIRST_MS;
  #memberId = null;

  /** Connect as this member (null: the server chooses), leaving the present connection. */
  openAs(memberId) {
    this.#memberId = memberId;
    const old = this.#socket;
    this.#socket = null;
    old?.close();
    this.#dial();
  }

  /** Ask the server to act. Resolves with its result, rejects with an ActionError. */
  request(op, fields = {}) {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return Promise.reject(new ActionError({ message: "Not connected to the sandbox.", code: "offline" }));
    }
    const id = this.#nextId++;
    this.#socket.send(JSON.stringify({ id, op, ...fields }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #dial() {
    const query = this.#memberId ? `?member=${encodeURIComponent(this.#memberId)}` : "";
    const socket = new WebSocket(`ws://${location.host}/ws${query}`);
    this.#socket = socket;
    socket.addEventListener("message", (event) => this.#receive(socket, JSON.parse(event.data)));
    socket.addEventListener("close", () => this.#lost(socket));
  }

  #receive(socket, frame) {
    if (socket !== this.#socket) return; // a late frame for the member chosen before
    if (frame.t === "reply") {
      this.#settle(frame);
    } else {
      if (frame.t === "state") {
        this.#retryMs = RETRY_FIRST_MS;
        this.#emit("status", true);
      }
      this.#emit(frame.t, frame);
    }
  }

  #settle(frame) {
    const waiting = this.#waiting.get(frame.id);
    this.#waiting.delete(frame.id);
    if (frame.ok) waiting?.resolve(frame.result);
    else waiting?.reject(new ActionError(frame.error));
  }

  #lost(socket) {
    if (socket !== this.#socket && this.#socket !== null) return;
    for (const { reject } of this.#waiting.values()) {
      reject(new ActionError({ message: "The connection to the sandbox was lost.", code: "offline" }));
    }
    this.#waiting.clear();
    if (socket !== this.#socket) return;
    this.#emit("status", false);
    setTimeout(() => socket === this.#socket && this.#dial(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MOST_MS);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
