// @ts-check
/** The microphone's end of the audio graph: posts a frame every 20 ms. */

import { Framer } from "./framer.js";

class CaptureProcessor extends AudioWorkletProcessor {
  #framer = new Framer(sampleRate);

  /** @param {Float32Array[][]} inputs */
  process([input]) {
    const [channel] = input ?? [];
    if (channel) {
      for (const frame of this.#framer.push(channel)) {
        this.port.postMessage(frame, [frame.pcm.buffer]);
      }
    }
    return true;
  }
}

registerProcessor("capture", CaptureProcessor);
