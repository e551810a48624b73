// @ts-check
/** The page as a value: what happened goes in, what to show comes out. Pure, without DOM. */

import * as captions from "./captions.js";
import * as notices from "./notices.js";

/** @typedef {import("./messages.js").ServerMessage} ServerMessage */
/** @typedef {import("./playback-queue.js").PlaybackEvent} PlaybackEvent */

/** @typedef {"connecting" | "open" | "reconnecting" | "closed" | "failed" | "unserved"} ConnectionStatus */
/** @typedef {"off" | "asking" | "on" | "muted"} MicrophoneStatus */

/** @typedef {notices.Notice} Notice */

/**
 * @typedef {object} PageState
 * @property {ConnectionStatus} connection
 * @property {string | null} session
 * @property {import("./messages.js").EngineNames | null} engines
 * @property {import("./messages.js").Phase} phase
 * @property {number} generation The current one; older ones are over.
 * @property {boolean} ducked
 * @property {boolean} voiced Whether the learner can hear the tutor.
 * @property {MicrophoneStatus} microphone
 * @property {readonly captions.Caption[]} captions
 * @property {import("./messages.js").TurnMetrics | null} metrics
 * @property {number} underruns
 * @property {Notice | null} notice
 */

/**
 * @typedef {{type: "message", message: ServerMessage}
 *   | {type: "connection", status: ConnectionStatus}
 *   | {type: "microphone", status: MicrophoneStatus}
 *   | {type: "voice", voiced: boolean}
 *   | {type: "playback", event: PlaybackEvent}
 *   | {type: "asked"}
 *   | {type: "typed", text: string}
 *   | {type: "stopped", generation: number}
 *   | {type: "notice", notice: Notice | null}} Action
 */

/** What a learner sees of all that. */
/**
 * @typedef {"connecting" | "ready" | "asking" | "listening" | "muted" | "hearing" | "thinking"
 *   | "speaking" | "ducked" | "reconnecting" | "closed" | "unserved" | "error"} ShownState
 */

/** @type {PageState} */
export const INITIAL_STATE = Object.freeze({
  connection: "connecting",
  session: null,
  engines: null,
  phase: "listening",
  generation: 0,
  ducked: false,
  voiced: false,
  microphone: "off",
  captions: [],
  metrics: null,
  underruns: 0,
  notice: null,
});

/**
 * @param {PageState} state
 * @param {Action} action
 * @returns {PageState}
 */
export function reduce(state, action) {
  switch (action.type) {
    case "message":
      return receive(state, action.message);
    case "connection":
      return connect(state, action.status);
    case "microphone":
      return switchMicrophone(state, action.status);
    case "voice":
      return {
        ...state,
        voiced: action.voiced,
        notice: action.voiced ? notices.atDevice(state.notice, "voice") : state.notice,
      };
    case "playback":
      return play(state, action.event);
    case "asked":
      return { ...state, notice: notices.atTurn(state.notice) };
    case "typed":
      return { ...state, captions: captions.type(state.captions, action.text) };
    case "stopped":
      return interrupt(state, action.generation);
    case "notice":
      return { ...state, notice: action.notice };
  }
}

/**
 * @param {PageState} state
 * @returns {ShownState}
 */
export function shownState({ connection, microphone, phase, ducked }) {
  if (connection === "failed") return "error";
  if (connection !== "open") return connection;
  if (microphone === "asking") return "asking";
  if (phase === "speaking" && ducked) return "ducked";
  if (phase !== "listening") return phase;
  if (microphone === "on") return "listening";
  return microphone === "muted" ? "muted" : "ready";
}

/**
 * Whether there is an answer to stop.
 * @param {PageState} state
 */
export function isAnswering({ connection, phase }) {
  return connection === "open" && (phase === "thinking" || phase === "speaking");
}

/**
 * How long the learner waited for the first sound, in ms; null where none came. What was typed has
 * no end of speech to count from, only stages.
 * @param {PageState["metrics"]} metrics
 * @returns {number | null}
 */
export function answeredAfter(metrics) {
  if (!metrics || metrics.tts_ms === null) return null;
  return metrics.total_ms ?? (metrics.llm_ms ?? 0) + metrics.tts_ms;
}

/**
 * @param {PageState} state
 * @param {ServerMessage} message
 * @returns {PageState}
 */
function receive(state, message) {
  switch (message.type) {
    case "welcome":
      return welcome(state, message);
    case "transcript_interim":
      return { ...state, captions: captions.hear(state.captions, message, true) };
    case "transcript_final":
      return { ...state, captions: captions.hear(state.captions, message, false) };
    case "tutor_text":
      return { ...state, captions: captions.write(state.captions, message, state.voiced) };
    case "audio_complete":
      return change(state, message.generation_id, { total: message.total_samples });
    case "state":
      return follow(state, message);
    case "interrupted":
      return interrupt(state, message.generation_id);
    case "turn_metrics":
      return { ...state, metrics: message };
    case "error":
      return { ...state, notice: message };
    default:
      return state;
  }
}

/**
 * @param {PageState} state
 * @param {import("./messages.js").Welcome} message
 * @returns {PageState}
 */
function welcome(state, { session_id, engines, resumed }) {
  const notice = notices.atWelcome(state.notice);
  if (session_id === state.session) return { ...state, engines, notice };
  const afresh = state.captions.length > 0 && !resumed;
  return {
    ...state,
    session: session_id,
    engines,
    phase: "listening",
    generation: 0,
    ducked: false,
    captions: captions.seal(state.captions),
    notice: afresh ? { code: "afresh" } : notice,
  };
}

/**
 * @param {PageState} state
 * @param {import("./messages.js").State} message
 * @returns {PageState}
 */
function follow(state, { phase, generation_id, barge_in }) {
  const answers = phase === "thinking" || phase === "speaking";
  // Where a stop and the end of an answer cross, the page is a generation ahead until the next.
  if (answers && generation_id < state.generation) return state;
  const ducked = barge_in ? barge_in === "maybe" : state.ducked && phase === "speaking";
  const left = state.phase === "hearing" && phase !== "hearing";
  const entered = state.phase !== "hearing" && phase === "hearing";
  // Every final transcript comes before the phase that ends its utterance.
  const wordless = barge_in === "rejected" || left;
  return {
    ...state,
    phase,
    generation: Math.max(generation_id, state.generation),
    ducked,
    captions: wordless ? captions.forgetInterim(state.captions) : state.captions,
    notice: entered ? notices.atTurn(state.notice) : state.notice,
  };
}

/**
 * End an answer. How much of it was heard, the player tells.
 * @param {PageState} state
 * @param {number} generation
 * @returns {PageState}
 */
function interrupt(state, generation) {
  const next = change(state, generation, { interrupted: true });
  if (generation < state.generation) return next;
  return { ...next, phase: "listening", generation: generation + 1, ducked: false };
}

/**
 * @param {PageState} state
 * @param {PlaybackEvent} event
 * @returns {PageState}
 */
function play(state, { type, generation, played }) {
  const underruns = state.underruns + (type === "underrun" ? 1 : 0);
  return { ...change(state, generation, { played }), underruns };
}

/**
 * @param {PageState} state
 * @param {number} generation
 * @param {Parameters<typeof captions.update>[2]} answer
 * @returns {PageState}
 */
function change(state, generation, answer) {
  return { ...state, captions: captions.update(state.captions, generation, answer) };
}

/**
 * @param {PageState} state
 * @param {MicrophoneStatus} microphone
 * @returns {PageState}
 */
function switchMicrophone(state, microphone) {
  const works = microphone === "on";
  const notice = works ? notices.atDevice(state.notice, "microphone") : state.notice;
  return { ...state, microphone, notice };
}

/**
 * @param {PageState} state
 * @param {ConnectionStatus} status
 * @returns {PageState}
 */
function connect(state, status) {
  return { ...state, connection: status, phase: "listening", ducked: false };
}
