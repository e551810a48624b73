// @ts-check
/** How long a notice stands: until it was closed, or until what happens proves it out of date. */

/**
 * @typedef {object} Notice
 * @property {string} code Key of its words, or the code of the server's error.
 * @property {string} [message] The server's words.
 * @property {string} [action] What to do about it, in the server's words.
 */

/**
 * The learner begins a turn: what went wrong in the one before is no longer news. What the page
 * itself lacks, such as a microphone, it still lacks.
 * @param {Notice | null} notice
 */
export function atTurn(notice) {
  return notice?.code === "afresh" ? null : atWelcome(notice);
}

/**
 * The server is there again: what it said before is over.
 * @param {Notice | null} notice
 */
export function atWelcome(notice) {
  return notice?.message === undefined ? notice : null;
}

/**
 * A device works.
 * @param {Notice | null} notice
 * @param {"microphone" | "voice"} device
 */
export function atDevice(notice, device) {
  return notice?.code.startsWith(`${device}-`) ? null : notice;
}
