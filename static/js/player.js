// @ts-check
/** The tutor's voice, as the page handles it: PCM in, what was played out. */

import { pcmToSamples } from "./pcm.js";
import { Resampler } from "./resampler.js";

/** @typedef {import("./playback-queue.js").PlaybackEvent} PlaybackEvent */
/** @typedef {import("./playback-queue.js").PlayerOrder} PlayerOrder */

/** Rate of everything received, Hz. */
const OUTPUT_RATE = 24_000;

/** Longest wait for the audio thread, which is silent by then; a lost device never answers. */
const FLUSH_TIMEOUT_MS = 200;

/** Feeds the player worklet, which alone decides what is played and counts it. */
export class Player {
  #port;
  #rate;
  #report;
  #latency;
  #generation = 0;
  #resampler;
  #played = 0;
  /** @type {((played: number) => void) | null} */
  #onFlushed = null;

  /**
   * @param {MessagePort} port The worklet's.
   * @param {number} rate Rate of the device, Hz.
   * @param {(event: PlaybackEvent) => void} report Told about every 100 ms and at each turn of
   *   events.
   * @param {() => number} [latency] Time from rendering to the learner's ear, s.
   */
  constructor(port, rate, report, latency = () => 0) {
    this.#port = port;
    this.#rate = rate;
    this.#report = report;
    this.#latency = latency;
    this.#resampler = new Resampler(OUTPUT_RATE, rate);
    port.onmessage = ({ data }) => this.#hear(data);
  }

  /**
   * Queue audio of a generation.
   * @param {number} generation
   * @param {number} firstSample Its place in the generation.
   * @param {Uint8Array} pcm PCM16 LE, 24 kHz, mono.
   */
  play(generation, firstSample, pcm) {
    if (generation !== this.#generation) this.#begin(generation);
    this.#push(firstSample, this.#resampler.push(pcmToSamples(pcm)));
  }

  /**
   * Note that a generation has been sent whole.
   * @param {number} generation
   * @param {number} total Its samples at 24 kHz.
   */
  complete(generation, total) {
    if (generation === this.#generation) this.#push(0, this.#resampler.flush());
    this.#send({ order: "end", generation, total });
  }

  /**
   * Fall silent at once.
   * @param {number} next The first generation that may be played from now on.
   * @returns {Promise<number>} Samples of the ended generation that were played, at 24 kHz.
   */
  flush(next) {
    this.#onFlushed?.(this.#played);
    this.#send({ order: "flush", next });
    // Another session counts anew: an equal number is not the same answer.
    this.#begin(next);
    return new Promise((resolve) => {
      this.#onFlushed = resolve;
      setTimeout(() => resolve(this.#played), FLUSH_TIMEOUT_MS);
    });
  }

  /**
   * Lower the voice, or bring it back up.
   * @param {boolean} on
   */
  duck(on) {
    this.#send({ order: "duck", on });
  }

  /** @param {number} generation */
  #begin(generation) {
    this.#generation = generation;
    this.#resampler = new Resampler(OUTPUT_RATE, this.#rate);
  }

  /**
   * @param {number} firstSample
   * @param {Float32Array<ArrayBuffer>} samples
   */
  #push(firstSample, samples) {
    if (samples.length === 0) return;
    const { buffer } = samples;
    this.#send({ order: "play", generation: this.#generation, firstSample, samples }, [buffer]);
  }

  /**
   * @param {PlayerOrder} order
   * @param {Transferable[]} [transfer]
   */
  #send(order, transfer = []) {
    this.#port.postMessage(order, transfer);
  }

  /** @param {PlaybackEvent} event */
  #hear(event) {
    const played = event.type === "drained" ? event.played : this.#heard(event.played);
    this.#played = event.type === "started" ? 0 : played;
    if (event.type === "flushed") {
      this.#onFlushed?.(played);
      this.#onFlushed = null;
    }
    this.#report({ ...event, played });
  }

  /**
   * What has reached the learner's ear.
   * @param {number} rendered Samples at 24 kHz.
   */
  #heard(rendered) {
    return Math.max(0, rendered - Math.round(this.#latency() * OUTPUT_RATE));
  }
}
