// @ts-check
/** The microphone's end of the audio graph: posts a frame every 20 ms, until told to end. */

import { Framer } from "./framer.js";

class CaptureProcessor extends AudioWorkletProcessor {
  #framer = new Framer(sampleRate);
  #open = true;

  constructor() {
    super();
    this.port.onmessage = () => {
      this.#open = false;
    };
  }

  /** @param {Float32Array[][]} inputs */
  process([input]) {
    const [channel] = input ?? [];
    if (channel) {
      for (const frame of this.#framer.push(channel)) {
        this.port.postMessage(frame, [frame.pcm.buffer]);
      }
    }
    return this.#open;
  }
}

registerProcessor("capture", CaptureProcessor);
