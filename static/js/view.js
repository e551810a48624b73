// @ts-check
/** Shows the state of the page: the tutor's figure, the controls, and what the parts below show. */

import { ConversationView } from "./conversation-view.js";
import { byId, elementOf, setText } from "./dom.js";
import { showEngines, showLatency, showNotice } from "./panels.js";
import { isAnswering, shownState } from "./state.js";
import { MICROPHONE_LABELS, STATES } from "./words.js";

/** @typedef {import("./state.js").PageState} PageState */

export class View {
  #conversation = new ConversationView(byId("conversation"), byId("captions"));
  #microphone = elementOf("microphone", HTMLButtonElement);
  #stop = elementOf("stop", HTMLButtonElement);
  #send = elementOf("send", HTMLButtonElement);
  #examples = byId("examples").querySelectorAll("button");
  /** @type {Partial<PageState>} */
  #shown = {};

  /** @param {PageState} state */
  show(state) {
    const changed = (/** @type {keyof PageState} */ key) => state[key] !== this.#shown[key];
    showStage(state);
    this.#showControls(state);
    if (changed("voiced")) this.#conversation.announce(!state.voiced);
    if (changed("captions")) this.#showCaptions(state);
    if (changed("engines")) showEngines(state.engines);
    if (changed("metrics") || changed("underruns")) showLatency(state);
    if (changed("notice")) showNotice(state.notice);
    this.#shown = state;
  }

  /** @param {PageState} state */
  #showControls(state) {
    const { microphone, connection } = state;
    this.#microphone.dataset["microphone"] = microphone;
    this.#microphone.disabled = microphone === "asking" || isOver(connection);
    setText("microphone-label", MICROPHONE_LABELS[microphone]);
    this.#stop.disabled = !isAnswering(state);
    this.#send.disabled = connection !== "open";
    for (const example of this.#examples) example.disabled = isOver(connection);
  }

  /** @param {PageState} state */
  #showCaptions({ captions }) {
    byId("introduction").hidden = captions.length > 0;
    this.#conversation.show(captions);
  }
}

/**
 * Whether nothing on the page can bring the tutor back.
 * @param {import("./state.js").ConnectionStatus} connection
 */
function isOver(connection) {
  return connection === "failed" || connection === "unserved";
}

/** @param {PageState} state */
function showStage(state) {
  const shown = shownState(state);
  document.body.dataset["state"] = shown;
  setText("state-word", STATES[shown].word);
  setText("state-hint", STATES[shown].hint);
}
