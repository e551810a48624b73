// @ts-check
/** Shows how loud the learner and the tutor are, frame by frame, in two custom properties. */

/** Quietest level shown, dB below full scale; the loudest shown is 10 dB below it. */
const FLOOR_DB = -55;
const RANGE_DB = 45;

/** What remains of a level after one frame of the screen, so that it sinks and does not flicker. */
const SINK = 0.85;

/** @typedef {() => number} Source Gives a root mean square, 0 to 1. */

export class Meter {
  #element;
  #levels = { learner: 0, tutor: 0 };
  #sources;

  /**
   * @param {HTMLElement} element Gets `--learner-level` and `--tutor-level`, 0 to 1.
   * @param {{learner: Source, tutor: Source}} sources
   */
  constructor(element, sources) {
    this.#element = element;
    this.#sources = sources;
    requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#show("learner");
    this.#show("tutor");
    requestAnimationFrame(() => this.#draw());
  }

  /** @param {"learner" | "tutor"} name */
  #show(name) {
    const level = Math.max(loudness(this.#sources[name]()), this.#levels[name] * SINK);
    const rounded = Math.round(level * 100) / 100;
    if (rounded === this.#levels[name]) return;
    this.#levels[name] = rounded;
    this.#element.style.setProperty(`--${name}-level`, String(rounded));
  }
}

/**
 * How loud something seems, 0 to 1.
 * @param {number} level Root mean square, 0 to 1.
 */
export function loudness(level) {
  const decibels = 20 * Math.log10(Math.max(level, 1e-6));
  return Math.min(1, Math.max(0, (decibels - FLOOR_DB) / RANGE_DB));
}
