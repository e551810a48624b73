// @ts-check
/** Samples that wait their turn, first in, first out. */

export class SampleFifo {
  /** @type {Float32Array[]} */
  #chunks = [];
  #offset = 0;
  /** Samples waiting. */
  length = 0;

  /** @param {Float32Array} samples Belongs to the queue from now on. */
  push(samples) {
    this.#chunks.push(samples);
    this.length += samples.length;
  }

  /**
   * Move samples out, as many as there are and fit.
   * @param {Float32Array} output
   * @returns {number} How many were moved.
   */
  shift(output) {
    let filled = 0;
    while (filled < output.length && this.length > 0) {
      const chunk = this.#chunks[0];
      const part = chunk.subarray(this.#offset, this.#offset + output.length - filled);
      output.set(part, filled);
      filled += part.length;
      this.length -= part.length;
      this.#offset += part.length;
      if (this.#offset === chunk.length) this.#drop();
    }
    return filled;
  }

  clear() {
    this.#chunks = [];
    this.#offset = 0;
    this.length = 0;
  }

  #drop() {
    this.#chunks.shift();
    this.#offset = 0;
  }
}
