// @ts-check
/** Everything the page says of itself, in one place. */

/** @typedef {import("./state.js").ShownState} ShownState */

/**
 * Each state in a word, and what to do in it.
 * @type {Record<ShownState, {word: string, hint: string}>}
 */
export const STATES = {
  connecting: { word: "Connecting", hint: "Reaching the tutor…" },
  ready: { word: "Ready", hint: "Start talking, or type a question." },
  asking: { word: "May I listen?", hint: "Your browser asks for the microphone." },
  listening: { word: "Listening", hint: "Ask anything, out loud." },
  muted: { word: "Muted", hint: "The tutor cannot hear you now." },
  hearing: { word: "Hearing you", hint: "Pause when you are done." },
  thinking: { word: "Thinking", hint: "The answer is on its way." },
  speaking: { word: "Speaking", hint: "Talk over me whenever you like." },
  ducked: { word: "Was that you?", hint: "I lowered my voice. Go on, or I will." },
  reconnecting: { word: "Reconnecting", hint: "The connection broke. Trying again…" },
  closed: { word: "Disconnected", hint: "Reload the page to begin again." },
  unserved: { word: "Not set up", hint: "Whoever runs this tutor has to put something right." },
  error: { word: "Cannot connect", hint: "Reload the page to begin again." },
};

/** @type {Record<string, string>} */
export const MICROPHONE_LABELS = {
  off: "Start talking",
  asking: "Start talking",
  on: "Mute",
  muted: "Unmute",
};

/**
 * Notices of the page's own: what is wrong, and what to do.
 * @type {Record<string, {message: string, action: string}>}
 */
export const NOTICES = {
  "microphone-insecure": {
    message: "There is no microphone on this page.",
    action: "Browsers give it only over https or on localhost. You can type your questions.",
  },
  "microphone-refused": {
    message: "The microphone was refused.",
    action: "Allow it beside the address of this page, then start again. You can type meanwhile.",
  },
  "microphone-missing": {
    message: "No microphone was found.",
    action: "Plug one in and start again. You can type meanwhile.",
  },
  "microphone-busy": {
    message: "The microphone is in use by another program.",
    action: "Close that program, or its call, and start again. You can type meanwhile.",
  },
  "microphone-lost": {
    message: "The microphone went away.",
    action: "Plug it in again, or start with another one. You can type meanwhile.",
  },
  "microphone-failed": {
    message: "The microphone could not be opened.",
    action: "Check it in another program and start again. You can type meanwhile.",
  },
  "voice-failed": {
    message: "This browser plays no sound here.",
    action: "The tutor's answers appear in writing. Each new start tries the sound again.",
  },
  "voice-insecure": {
    message: "Browsers play no voice on a page like this.",
    action: "The tutor's answers appear in writing. Open the page over https or on localhost.",
  },
  afresh: {
    message: "Connected again.",
    action: "The tutor starts afresh and does not remember what stands above.",
  },
};

/** Said of the tutor that comes with the service; see `isPracticeTutor`. */
export const PRACTICE_TUTOR =
  "The practice tutor knows sums, drills and short lessons, offline; a Gemini key " +
  "(GEMINI_API_KEY) brings a tutor that knows more.";

/**
 * The stages of an answer, in order, as in `TURN_METRICS`.
 * @type {readonly [field: "endpointing_ms" | "stt_ms" | "llm_ms" | "tts_ms", name: string][]}
 */
export const STAGES = [
  ["endpointing_ms", "Your pause"],
  ["stt_ms", "Understanding"],
  ["llm_ms", "Thinking"],
  ["tts_ms", "First sound"],
];

/**
 * @param {number} milliseconds
 */
export function seconds(milliseconds) {
  return `${(milliseconds / 1_000).toFixed(2)} s`;
}

/**
 * Whether it is the exact, offline tutor, which must not be taken for one that knows everything.
 * @param {import("./messages.js").EngineNames} engines
 */
export function isPracticeTutor({ tutor }) {
  return /practice/i.test(tutor);
}

/**
 * The notice for an error of `getUserMedia`.
 * @param {string} name Of the exception (Media Capture and Streams, 10.2).
 */
export function microphoneNotice(name) {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "microphone-refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "microphone-missing";
    case "NotReadableError":
      return "microphone-busy";
    default:
      return "microphone-failed";
  }
}
