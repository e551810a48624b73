// @ts-check
/**
 * Changes the sample rate of a running signal: a polyphase windowed sinc, the same code in the
 * window, in the worklets and in node.
 */

/** Zero crossings of the sinc on each side; with the window below the transition band is 0.18 of
 * the lower Nyquist frequency. */
const LOBES = 32;

/** Shape of the Kaiser window: 90 dB of stop-band attenuation (Oppenheim & Schafer, 7.75). */
const KAISER_BETA = 0.1102 * (90 - 8.7);

/** Centre of the transition band, so that nothing above the lower Nyquist frequency folds back. */
const CUTOFF = 0.91;

/** Streaming resampler of one signal. Output sample n stands for input time n * from / to. */
export class Resampler {
  #up;
  #down;
  #half;
  /** @type {Float32Array[]} */
  #kernels;
  /** @type {Float32Array} Input that later outputs still need. */
  #rest;
  /** Position of the next output in `#rest`, in input samples and `up`-ths of one. */
  #index;
  #phase = 0;

  /**
   * @param {number} from Input rate, Hz, whole.
   * @param {number} to Output rate, Hz, whole.
   */
  constructor(from, to) {
    const divisor = greatestCommonDivisor(from, to);
    this.#up = to / divisor;
    this.#down = from / divisor;
    const cutoff = CUTOFF * Math.min(1, to / from);
    this.#half = Math.ceil(LOBES / cutoff);
    this.#kernels = Array.from({ length: this.#up }, (_, phase) =>
      kernel(this.#half, phase / this.#up, cutoff),
    );
    this.#rest = new Float32Array(this.#half - 1);
    this.#index = this.#half - 1;
  }

  /**
   * Take the next input and return the output it completes, about 2 ms later.
   * @param {Float32Array} input
   * @returns {Float32Array<ArrayBuffer>} A new array.
   */
  push(input) {
    if (this.#up === this.#down) return new Float32Array(input);
    const signal = join(this.#rest, input);
    const limit = signal.length - this.#half;
    const reach = (limit - this.#index) * this.#up - this.#phase;
    const output = new Float32Array(Math.max(0, Math.ceil(reach / this.#down)));
    for (let n = 0; n < output.length; n += 1) {
      output[n] = this.#interpolate(signal);
      this.#advance();
    }
    const start = Math.min(this.#index - this.#half + 1, signal.length);
    this.#rest = signal.slice(start);
    this.#index -= start;
    return output;
  }

  /**
   * Return the last outputs: silence follows the signal.
   * @returns {Float32Array<ArrayBuffer>}
   */
  flush() {
    return this.#up === this.#down ? new Float32Array(0) : this.push(new Float32Array(this.#half));
  }

  /** @param {Float32Array} signal */
  #interpolate(signal) {
    const taps = this.#kernels[this.#phase];
    const start = this.#index - this.#half + 1;
    let sum = 0;
    for (let k = 0; k < taps.length; k += 1) {
      sum += taps[k] * signal[start + k];
    }
    return sum;
  }

  #advance() {
    this.#phase += this.#down;
    this.#index += Math.floor(this.#phase / this.#up);
    this.#phase %= this.#up;
  }
}

/**
 * The weights of 2 * half input samples around a point that lies `fraction` after the middle one.
 * @param {number} half
 * @param {number} fraction
 * @param {number} cutoff As a part of the input's Nyquist frequency.
 */
function kernel(half, fraction, cutoff) {
  const taps = Float64Array.from({ length: 2 * half }, (_, k) => {
    const distance = k - half + 1 - fraction;
    return sinc(cutoff * distance) * kaiser(distance / half);
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return Float32Array.from(taps, (tap) => tap / sum);
}

/** @param {number} x */
function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** @param {number} x Position in the window, -1 to 1; its scale does not matter. */
function kaiser(x) {
  return Math.abs(x) > 1 ? 0 : bessel(KAISER_BETA * Math.sqrt(1 - x * x));
}

/**
 * Modified Bessel function of the first kind, order 0, by its power series.
 * @param {number} x
 */
function bessel(x) {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/**
 * @param {number} a
 * @param {number} b
 * @returns {number}
 */
function greatestCommonDivisor(a, b) {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * @param {Float32Array} head
 * @param {Float32Array} tail
 */
function join(head, tail) {
  const whole = new Float32Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
