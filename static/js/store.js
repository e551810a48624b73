// @ts-check
/** Holds the state of the page and tells who shows it. */

import { INITIAL_STATE, reduce } from "./state.js";

/** @typedef {import("./state.js").PageState} PageState */

export class Store {
  state = INITIAL_STATE;
  /** @type {((state: PageState) => void)[]} */
  #watchers = [];

  /** @param {import("./state.js").Action} action */
  dispatch(action) {
    const next = reduce(this.state, action);
    if (next === this.state) return;
    this.state = next;
    for (const watcher of this.#watchers) watcher(this.state);
  }

  /**
   * Call back with every state from now on.
   * @param {(state: PageState) => void} watcher
   */
  watch(watcher) {
    this.#watchers.push(watcher);
    watcher(this.state);
  }
}
