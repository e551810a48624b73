// @ts-check
/** Loudspeaker and microphone in the learner's hands: opened on demand, muted, lost. */

import { AudioGraph } from "./audio.js";
import { rootMeanSquare } from "./framer.js";
import { microphoneNotice } from "./words.js";

export class Devices {
  #store;
  #lesson;
  #open;
  /** @type {Promise<AudioGraph | null> | null} */
  #opening = null;
  /** @type {AudioGraph | null} */
  #audio = null;
  /** @type {import("./audio.js").Microphone | null} */
  #microphone = null;
  #heard = 0;

  /**
   * @param {import("./store.js").Store} store
   * @param {import("./lesson.js").Lesson} lesson
   * @param {{open: typeof AudioGraph.open}} [graph]
   */
  constructor(store, lesson, { open } = AudioGraph) {
    this.#store = store;
    this.#lesson = lesson;
    this.#open = open;
  }

  /** How loud the learner is, as a root mean square, 0 to 1. */
  learnerLevel() {
    return this.#heard;
  }

  /** How loud the tutor is, as a root mean square, 0 to 1. */
  tutorLevel() {
    return this.#audio ? rootMeanSquare(this.#audio.listen()) : 0;
  }

  /**
   * Open the loudspeaker, or wake the one that is open. Browsers allow it only in answer to a click or a key.
   * @returns {Promise<AudioGraph | null>} Null where this browser plays no sound.
   */
  openAudio() {
    this.wake();
    this.#opening ??= this.#open((event) => this.#lesson.report(event)).then(
      (audio) => this.#takeAudio(audio),
      (error) => this.#missAudio(error),
    );
    return this.#opening;
  }

  /** Wake what the browser or the system put to sleep: the learner is here. */
  wake() {
    void this.#audio?.resume();
  }

  /** Open the microphone, or mute it, or unmute it. Call it in answer to a click or a key. */
  async toggleMicrophone() {
    this.wake();
    const { microphone } = this.#store.state;
    if (microphone === "off") await this.#openMicrophone();
    else if (microphone === "on") this.#mute(true);
    else if (microphone === "muted") this.#mute(false);
  }

  /** @param {AudioGraph} audio */
  #takeAudio(audio) {
    this.#audio = audio;
    this.#lesson.giveVoice(audio.player);
    return audio;
  }

  /** @param {unknown} error */
  #missAudio(error) {
    console.error("no sound:", error);
    this.#opening = null;
    return this.#notify(globalThis.isSecureContext ? "voice-failed" : "voice-insecure");
  }

  async #openMicrophone() {
    this.#store.dispatch({ type: "microphone", status: "asking" });
    const audio = await this.openAudio();
    // Browsers give neither worklets nor a microphone to a page that is not secure.
    if (!audio) return this.#lose(globalThis.isSecureContext ? "voice-failed" : "microphone-insecure");
    try {
      this.#microphone = await audio.openMicrophone(
        (frame) => this.#hear(frame),
        () => this.#lose("microphone-lost"),
      );
      this.#store.dispatch({ type: "microphone", status: "on" });
    } catch (error) {
      this.#lose(microphoneNotice(error instanceof DOMException ? error.name : ""));
    }
  }

  /** @param {import("./framer.js").Frame} frame */
  #hear({ pcm, level }) {
    this.#heard = level;
    this.#lesson.speak(pcm);
  }

  /** @param {boolean} on */
  #mute(on) {
    this.#microphone?.mute(on);
    this.#heard = 0;
    if (on) this.#lesson.hush();
    this.#store.dispatch({ type: "microphone", status: on ? "muted" : "on" });
  }

  /** @param {string} code */
  #lose(code) {
    this.#microphone?.close();
    this.#microphone = null;
    this.#heard = 0;
    this.#lesson.hush();
    this.#store.dispatch({ type: "microphone", status: "off" });
    this.#notify(code);
  }

  /** @param {string} code Of one of the page's own notices. */
  #notify(code) {
    this.#store.dispatch({ type: "notice", notice: { code } });
    return null;
  }
}
