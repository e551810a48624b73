// @ts-check
/** The conversation from this side: what arrives and what the learner does, to voice and wire. */

import { isAnswering } from "./state.js";

/** @typedef {import("./messages.js").ServerMessage} ServerMessage */
/** @typedef {import("./playback-queue.js").PlaybackEvent} PlaybackEvent */
/** @typedef {Pick<import("./player.js").Player, "play" | "complete" | "flush" | "duck">} Voice */

/** Playback that is worth telling the server; a flush is told by the message that caused it. */
const REPORTED = new Set(["started", "position", "underrun", "drained"]);

export class Lesson {
  #store;
  #send;
  /** @type {Voice | null} */
  #voice = null;

  /**
   * @param {import("./store.js").Store} store
   * @param {(message: import("./messages.js").ClientMessage) => boolean} send
   */
  constructor(store, send) {
    this.#store = store;
    this.#send = send;
  }

  /**
   * Let the tutor be heard from now on.
   * @param {Voice} voice
   */
  giveVoice(voice) {
    this.#voice = voice;
    voice.flush(this.#store.state.generation);
    this.#store.dispatch({ type: "voice", voiced: true });
  }

  /**
   * Take in what the server says.
   * @param {ServerMessage} message
   */
  receive(message) {
    const { session } = this.#store.state;
    this.#store.dispatch({ type: "message", message });
    switch (message.type) {
      case "welcome":
        if (message.session_id !== session) this.#voice?.flush(0);
        break;
      case "audio_chunk":
        this.#voice?.play(message.generation_id, message.first_sample, message.pcm);
        break;
      case "audio_complete":
        this.#voice?.complete(message.generation_id, message.total_samples);
        break;
      case "state":
        if (message.barge_in) this.#voice?.duck(message.barge_in === "maybe");
        break;
      case "interrupted":
        this.#voice?.flush(this.#store.state.generation);
        break;
    }
  }

  /** @param {import("./state.js").ConnectionStatus} status */
  follow(status) {
    if (status !== "open") this.#voice?.flush(this.#store.state.generation + 1);
    this.#store.dispatch({ type: "connection", status });
  }

  /**
   * Send a frame of the microphone.
   * @param {Uint8Array} pcm
   */
  speak(pcm) {
    this.#send({ type: "audio_frame", pcm });
  }

  /** The microphone falls silent: what was said until here is all. */
  hush() {
    if (this.#store.state.phase === "hearing") this.#send({ type: "speech_end" });
  }

  /**
   * Ask in writing, and silence an answer under way.
   * @param {string} text
   * @returns {Promise<boolean>} Whether it was sent.
   */
  async write(text) {
    await this.stop();
    const sent = this.#send({ type: "text_message", text });
    if (sent) this.#store.dispatch({ type: "typed", text });
    return sent;
  }

  /** Stop the tutor now, and tell the server how much was heard. */
  async stop() {
    if (!isAnswering(this.#store.state)) return;
    const { generation } = this.#store.state;
    const flushed = this.#voice?.flush(generation + 1);
    this.#store.dispatch({ type: "stopped", generation });
    const played = await flushed;
    const heard = played === undefined ? {} : { played_samples: played };
    this.#send({ type: "barge_in", generation_id: generation, ...heard });
  }

  /**
   * Take in what was played.
   * @param {PlaybackEvent} event
   */
  report(event) {
    this.#store.dispatch({ type: "playback", event });
    if (!REPORTED.has(event.type)) return;
    this.#send({
      type: "playback",
      generation_id: event.generation,
      played_samples: event.played,
      ...(event.type === "drained" ? { done: true } : {}),
    });
  }
}
