// @ts-check
/** The WebSocket to the tutor, which comes back by itself. */

import { PROTOCOL_VERSION } from "./messages.js";
import { ProtocolError, decode, encode } from "./protocol.js";

/** @typedef {import("./messages.js").ClientMessage} ClientMessage */
/** @typedef {import("./messages.js").ServerMessage} ServerMessage */

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 8_000;

/** A connection that lasts so long works; one that breaks sooner may do so again at once. */
const STABLE_MS = 10_000;

/** Wait after a server that stops: at random, so that not all pages reach the next one at once. */
const RESTART_MS = 5_000;

/** Shortest wait for a free place, and what is added to it at random. */
const CROWDED_MS = 15_000;

/** Pings find out where a network broke without a word; after so many in vain it is given up. */
const PING_MS = 5_000;
const MAX_UNANSWERED = 3;

/** Audio waiting in the socket, about two seconds; beyond it new frames are dropped. */
const MAX_BUFFERED_BYTES = 65_536;

/** Closes after which trying again cannot help (RFC 6455 7.4.1, BACKEND_SPEC.md). */
const FINAL_CODES = new Set([1002, 1003, 1007, 1008, 1009, 4400, 4403]);

const NORMAL = 1000;
const LOST = 1006;
const RESTART = 1012;
const CROWDED = 1013;
const UNREADABLE = 4400;
const MISCONFIGURED = 4503;

/**
 * @typedef {object} Listener
 * @property {(message: ServerMessage) => void} receive
 * @property {(status: import("./state.js").ConnectionStatus) => void} follow
 */

export class Connection {
  #url;
  #listener;
  #connect;
  #random;
  /** @type {WebSocket | null} */
  #socket = null;
  #attempts = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #pulse;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #proving;
  /** Pings since anything arrived. Counted, for a page that sleeps cannot trust the clock. */
  #unanswered = 0;
  /** @type {string | null} */
  #resume = null;

  /**
   * @param {string} url
   * @param {Listener} listener
   * @param {{connect?: (url: string) => WebSocket, random?: () => number}} [means]
   */
  constructor(url, listener, { connect = (url) => new WebSocket(url), random = Math.random } = {}) {
    this.#url = url;
    this.#listener = listener;
    this.#connect = connect;
    this.#random = random;
  }

  open() {
    const socket = this.#connect(this.#url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#greet();
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code }) => this.#close(code);
    this.#socket = socket;
    this.#unanswered = 0;
    this.#pulse = setInterval(() => this.#ping(), PING_MS);
  }

  /**
   * Send a message, if there is a connection.
   * @param {ClientMessage} message
   * @returns {boolean} Whether it was sent.
   */
  send(message) {
    const socket = this.#socket;
    if (socket?.readyState !== 1) return false;
    const crowded = socket.bufferedAmount > MAX_BUFFERED_BYTES;
    if (crowded && message.type === "audio_frame") return false;
    socket.send(encode(message));
    return true;
  }

  #greet() {
    const resume = this.#resume ? { resume: this.#resume } : {};
    this.send({ type: "hello", version: PROTOCOL_VERSION, ...resume });
  }

  #ping() {
    if (this.#unanswered === MAX_UNANSWERED) return this.#abandon();
    this.#unanswered += 1;
    this.send({ type: "ping", data: new Uint8Array(0) });
  }

  /** Leave a socket that may take minutes to find out that nobody is there. */
  #abandon() {
    const socket = this.#socket;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.#close(LOST);
  }

  /** @param {ArrayBuffer} data */
  #receive(data) {
    this.#unanswered = 0;
    try {
      decode(data).forEach((message) => this.#take(message));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      console.error("unreadable message from the server:", error.message);
      this.#socket?.close(UNREADABLE);
    }
  }

  /** @param {ServerMessage} message */
  #take(message) {
    if (message.type === "welcome") {
      this.#prove();
      this.#resume = message.resume_token;
      this.#listener.follow("open");
    }
    this.#listener.receive(message);
  }

  /** Let the waits begin anew once the connection has shown that it lasts. */
  #prove() {
    clearTimeout(this.#proving);
    this.#proving = setTimeout(() => {
      this.#attempts = 0;
    }, STABLE_MS);
  }

  /** @param {number} code */
  #close(code) {
    clearInterval(this.#pulse);
    clearTimeout(this.#proving);
    this.#socket = null;
    if (code === NORMAL) return this.#listener.follow("closed");
    if (code === MISCONFIGURED) return this.#listener.follow("unserved");
    if (FINAL_CODES.has(code)) return this.#listener.follow("failed");
    this.#listener.follow("reconnecting");
    setTimeout(() => this.open(), this.#wait(code));
  }

  /** @param {number} code */
  #wait(code) {
    if (code === RESTART) return RESTART_MS * this.#random();
    if (code === CROWDED) return CROWDED_MS * (1 + this.#random());
    return this.#backoff();
  }

  /** A random wait below a limit that doubles, so that many pages do not come back at once. */
  #backoff() {
    const limit = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#attempts);
    this.#attempts += 1;
    return limit * this.#random();
  }
}
