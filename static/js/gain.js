// @ts-check
/** A gain that glides, so that no step in it is heard as a click. */

export class Gain {
  target = 1;
  #step = 0;
  value = 1;

  /**
   * @param {number} target
   * @param {number} samples How long the way there takes; 0 jumps.
   */
  glide(target, samples) {
    this.target = target;
    this.#step = samples > 0 ? (target - this.value) / samples : 0;
    if (samples <= 0) this.value = target;
  }

  /**
   * Rise from silence to where it was, or was going.
   * @param {number} samples
   */
  fadeIn(samples) {
    this.value = 0;
    this.glide(this.target, samples);
  }

  /**
   * Multiply samples in place.
   * @param {Float32Array} samples
   */
  apply(samples) {
    for (let n = 0; n < samples.length; n += 1) {
      this.#advance();
      samples[n] *= this.value;
    }
  }

  #advance() {
    if (this.value === this.target) return;
    const next = this.value + this.#step;
    const arrived = this.#step > 0 ? next >= this.target : next <= this.target;
    this.value = arrived ? this.target : next;
  }
}
