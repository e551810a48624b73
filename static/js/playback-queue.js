// @ts-check
/**
 * What the learner hears, sample by sample: a gapless queue with generations and a flush.
 *
 * This is the only place that compares generations: audio of one before the current is dropped.
 * Samples are counted as played when they are rendered, and told in the tutor's 24 kHz; the
 * player takes off what is still on its way to the ear.
 */

import { Gain } from "./gain.js";
import { SampleFifo } from "./sample-fifo.js";

/** Rate in which played samples are told, Hz. */
const VOICE_RATE = 24_000;

/** Queued audio that starts a reply; less starts it too, once no more has come for a while. */
const START_QUEUED_S = 0.24;
const START_WAIT_S = 0.06;

const FADE_S = 0.008;
const REPORT_S = 0.1;
const DUCK_S = 0.015;
const UNDUCK_S = 0.15;

/** 16 dB down: the echo fades, the learner is heard through it. */
const DUCKED_GAIN = 10 ** (-16 / 20);

/** Longest audio kept, far above any lead of a server; what comes beyond it is dropped. */
const MAX_QUEUED_S = 60;

/**
 * @typedef {"started" | "position" | "underrun" | "drained" | "flushed"} PlaybackEventType
 * @typedef {object} PlaybackEvent
 * @property {PlaybackEventType} type
 * @property {number} generation
 * @property {number} played Samples of the generation rendered so far, at 24 kHz.
 * @property {number} underruns Times the queue ran dry too early, in this generation.
 */

/**
 * What the page asks of the player worklet; see the methods below.
 * @typedef {{order: "play", generation: number, firstSample: number,
 *     samples: Float32Array<ArrayBuffer>}
 *   | {order: "end", generation: number, total: number}
 *   | {order: "flush", next: number}
 *   | {order: "duck", on: boolean}} PlayerOrder
 */

export class PlaybackQueue {
  #rate;
  #report;
  #queue = new SampleFifo();
  #gain = new Gain();
  #generation = 0;
  /** @type {"idle" | "filling" | "playing"} */
  #phase = "idle";
  /** @type {number | null} Samples of the whole generation at 24 kHz, once all have arrived. */
  #total = null;
  /** Where in the generation the queue began, at 24 kHz. */
  #base = 0;
  #rendered = 0;
  #reported = 0;
  #waited = 0;
  #underruns = 0;
  /** The last sample rendered. */
  #last = 0;
  /** @type {Float32Array} The fading end of what was flushed. */
  #tail = new Float32Array(0);

  /**
   * @param {number} rate Rate of the device, Hz.
   * @param {(event: PlaybackEvent) => void} report
   */
  constructor(rate, report) {
    this.#rate = rate;
    this.#report = report;
  }

  /**
   * Queue audio.
   * @param {number} generation
   * @param {number} firstSample Its place in the generation, at 24 kHz.
   * @param {Float32Array} samples At the device's rate.
   */
  push(generation, firstSample, samples) {
    if (!this.#admit(generation)) return;
    if (this.#phase === "idle") this.#begin(firstSample);
    if (this.#queue.length < MAX_QUEUED_S * this.#rate) this.#queue.push(samples);
  }

  /**
   * Note that all audio of a generation has been queued.
   * @param {number} generation
   * @param {number} total Its samples at 24 kHz.
   */
  end(generation, total) {
    if (!this.#admit(generation)) return;
    this.#total = total;
    if (this.#queue.length === 0) this.#drain();
  }

  /**
   * Fall silent within 8 ms and drop what is queued.
   * @param {number} next The first generation that may be played from now on.
   */
  flush(next) {
    this.#tell("flushed");
    this.#tail = this.#fade();
    this.#forget(next);
  }

  /**
   * Lower the voice, or bring it back up.
   * @param {boolean} on
   */
  duck(on) {
    this.#gain.glide(on ? DUCKED_GAIN : 1, (on ? DUCK_S : UNDUCK_S) * this.#rate);
  }

  /**
   * Render the next block.
   * @param {Float32Array} output Filled with sound or silence.
   */
  render(output) {
    output.fill(0);
    const faded = this.#renderTail(output);
    if (this.#mayPlay(output.length)) this.#play(output.subarray(faded));
  }

  /**
   * The gate.
   * @param {number} generation
   */
  #admit(generation) {
    if (generation > this.#generation) {
      if (this.#phase === "idle") this.#forget(generation);
      else this.flush(generation);
    }
    return generation === this.#generation;
  }

  /** @param {number} firstSample */
  #begin(firstSample) {
    this.#base = firstSample;
    this.#gain.glide(1, 0);
    this.#fill();
  }

  #fill() {
    this.#phase = "filling";
    this.#waited = 0;
  }

  /** @param {number} next */
  #forget(next) {
    this.#queue.clear();
    this.#generation = next;
    this.#phase = "idle";
    this.#total = null;
    this.#base = this.#rendered = this.#reported = this.#underruns = 0;
  }

  /** @param {number} block */
  #mayPlay(block) {
    if (this.#phase === "playing") return true;
    if (this.#phase === "idle" || this.#queue.length === 0) return false;
    this.#waited += block;
    const ready =
      this.#total !== null ||
      this.#queue.length >= START_QUEUED_S * this.#rate ||
      this.#waited >= START_WAIT_S * this.#rate;
    if (ready) this.#start();
    return ready;
  }

  #start() {
    this.#phase = "playing";
    this.#tell(this.#rendered === 0 ? "started" : "position");
  }

  /** @param {Float32Array} output */
  #play(output) {
    const filled = this.#queue.shift(output);
    this.#gain.apply(output.subarray(0, filled));
    if (filled > 0) this.#last = output[filled - 1];
    this.#rendered += filled;
    this.#reported += filled;
    if (this.#queue.length === 0 && this.#total !== null) this.#drain();
    else if (filled < output.length) this.#starve(output, filled);
    else if (this.#reported >= REPORT_S * this.#rate) this.#tell("position");
  }

  #drain() {
    this.#tell("drained");
    this.#forget(this.#generation + 1);
  }

  /**
   * The queue ran dry: let the last value sink to silence, and wait for more as at the start.
   * @param {Float32Array} output
   * @param {number} filled
   */
  #starve(output, filled) {
    this.#tail = fadeOut(new Float32Array(Math.round(FADE_S * this.#rate)).fill(this.#last));
    this.#renderTail(output.subarray(filled));
    this.#gain.fadeIn(FADE_S * this.#rate);
    this.#underruns += 1;
    this.#tell("underrun");
    this.#fill();
  }

  /** The next samples, sinking to silence; none where nothing is being played. */
  #fade() {
    if (this.#phase !== "playing") return this.#tail;
    const next = new Float32Array(Math.round(FADE_S * this.#rate));
    this.#gain.apply(next.subarray(0, this.#queue.shift(next)));
    return fadeOut(next);
  }

  /** @param {Float32Array} output */
  #renderTail(output) {
    const part = this.#tail.subarray(0, output.length);
    output.set(part);
    this.#tail = this.#tail.subarray(part.length);
    return part.length;
  }

  /** @param {PlaybackEventType} type */
  #tell(type) {
    this.#reported = 0;
    this.#report({
      type,
      generation: this.#generation,
      played: this.#played(type),
      underruns: this.#underruns,
    });
  }

  /** @param {PlaybackEventType} type */
  #played(type) {
    if (type === "drained") return /** @type {number} */ (this.#total);
    return this.#base + Math.floor((this.#rendered * VOICE_RATE) / this.#rate);
  }
}

/** @param {Float32Array} samples */
function fadeOut(samples) {
  return samples.map((sample, n) => sample * (1 - (n + 1) / samples.length));
}
