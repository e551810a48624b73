// @ts-check
/** The loudspeaker's end of the audio graph. Its port takes orders and tells what was played. */

import { PlaybackQueue } from "./playback-queue.js";

/** @typedef {import("./playback-queue.js").PlayerOrder} PlayerOrder */

class PlayerProcessor extends AudioWorkletProcessor {
  #queue = new PlaybackQueue(sampleRate, (event) => this.port.postMessage(event));

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.#obey(data);
  }

  /** @param {PlayerOrder} order */
  #obey(order) {
    switch (order.order) {
      case "play":
        return this.#queue.push(order.generation, order.firstSample, order.samples);
      case "end":
        return this.#queue.end(order.generation, order.total);
      case "flush":
        return this.#queue.flush(order.next);
      case "duck":
        return this.#queue.duck(order.on);
    }
  }

  /**
   * @param {Float32Array[][]} _inputs
   * @param {Float32Array[][]} outputs
   */
  process(_inputs, [[channel]]) {
    this.#queue.render(channel);
    return true;
  }
}

registerProcessor("player", PlayerProcessor);
