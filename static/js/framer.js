// @ts-check
/** Cuts the microphone's signal into the frames that go over the wire. */

import { Resampler } from "./resampler.js";
import { samplesToPcm } from "./pcm.js";

/** Rate of everything sent, Hz. */
export const INPUT_RATE = 16_000;

/** Samples of a frame: 20 ms. */
export const FRAME_SAMPLES = 320;

/**
 * @typedef {object} Frame
 * @property {Uint8Array<ArrayBuffer>} pcm PCM16 LE, 16 kHz, mono, 20 ms.
 * @property {number} level Root mean square, 0 to 1.
 */

/** Turns blocks of any length at the device's rate into frames. */
export class Framer {
  #resampler;
  #frame = new Float32Array(FRAME_SAMPLES);
  #filled = 0;

  /** @param {number} rate Rate of the device, Hz. */
  constructor(rate) {
    this.#resampler = new Resampler(rate, INPUT_RATE);
  }

  /**
   * @param {Float32Array} block
   * @returns {Frame[]} The frames it completes.
   */
  push(block) {
    const samples = this.#resampler.push(block);
    const frames = [];
    for (let at = 0; at < samples.length;) {
      const part = samples.subarray(at, at + FRAME_SAMPLES - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === FRAME_SAMPLES) frames.push(this.#take());
    }
    return frames;
  }

  /** @returns {Frame} */
  #take() {
    this.#filled = 0;
    return { pcm: samplesToPcm(this.#frame), level: rootMeanSquare(this.#frame) };
  }
}

/** @param {Float32Array} samples */
export function rootMeanSquare(samples) {
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
  return Math.sqrt(energy / Math.max(1, samples.length));
}
