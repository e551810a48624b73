// @ts-check
/**
 * The audio graph: one AudioContext, at the device's own rate, for microphone and loudspeaker;
 * only then do all browsers cancel the tutor's echo from what the microphone hears.
 */

import { Player } from "./player.js";

/** @typedef {import("./framer.js").Frame} Frame */

/** Values of the tutor's signal that make up its level: 21 ms at 48 kHz. */
const ANALYSED_SAMPLES = 1_024;

const WORKLETS = ["./capture-worklet.js", "./player-worklet.js"];

export class AudioGraph {
  #context;
  #analyser;
  #window = new Float32Array(ANALYSED_SAMPLES);
  player;

  /**
   * Open the loudspeaker. Call it while the browser handles a click or a key.
   * @param {(event: import("./playback-queue.js").PlaybackEvent) => void} report
   * @returns {Promise<AudioGraph>}
   */
  static async open(report) {
    const context = new AudioContext({ latencyHint: "interactive" });
    try {
      const worklets = WORKLETS.map((name) => new URL(name, import.meta.url).href);
      await Promise.all(worklets.map((url) => context.audioWorklet.addModule(url)));
      return new AudioGraph(context, report);
    } catch (error) {
      // Browsers allow a few contexts only, and the learner may try again.
      await context.close();
      throw error;
    }
  }

  /**
   * @param {AudioContext} context With the worklets in it.
   * @param {(event: import("./playback-queue.js").PlaybackEvent) => void} report
   */
  constructor(context, report) {
    this.#context = context;
    // An interrupted device, as by a call, is not ours to wake before the learner is back.
    context.onstatechange = () => {
      if (context.state === "suspended" && !document.hidden) void this.resume();
    };
    this.#analyser = new AnalyserNode(context, { fftSize: ANALYSED_SAMPLES });
    const node = new AudioWorkletNode(context, "player", {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    node.connect(this.#analyser).connect(context.destination);
    // Not known everywhere.
    const latency = () => context.outputLatency || 0;
    this.player = new Player(node.port, context.sampleRate, report, latency);
  }

  /** Wake the device where the browser or the system put it to sleep; best called in a click. */
  async resume() {
    if (this.#context.state === "running") return;
    // Where the browser refuses, the next click asks it again.
    await this.#context.resume().catch(() => undefined);
  }

  /** The tutor's signal of this moment; the array is used again. */
  listen() {
    this.#analyser.getFloatTimeDomainData(this.#window);
    return this.#window;
  }

  /**
   * Open the microphone.
   * @param {(frame: Frame) => void} hear Called every 20 ms.
   * @param {() => void} lose Called when the microphone goes away.
   * @returns {Promise<Microphone>}
   * @throws {DOMException} Its name tells why there is none.
   */
  async openMicrophone(hear, lose) {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        channelCount: 1,
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
      },
    });
    const node = new AudioWorkletNode(this.#context, "capture", {
      channelCount: 1,
      channelCountMode: "explicit",
      outputChannelCount: [1],
    });
    const source = this.#context.createMediaStreamSource(stream);
    source.connect(node);
    // Silent, but a node that leads nowhere is not rendered everywhere.
    node.connect(this.#context.destination);
    return new Microphone(stream, source, node, hear, lose);
  }
}

/** An open microphone. */
export class Microphone {
  #track;
  #source;
  #node;

  /**
   * @param {Pick<MediaStream, "getAudioTracks">} stream
   * @param {Pick<AudioNode, "disconnect">} source
   * @param {Pick<AudioWorkletNode, "port" | "disconnect">} node
   * @param {(frame: Frame) => void} hear
   * @param {() => void} lose
   */
  constructor(stream, source, node, hear, lose) {
    [this.#track] = stream.getAudioTracks();
    this.#source = source;
    this.#node = node;
    this.#track.onended = lose;
    node.port.onmessage = ({ data }) => {
      if (this.#track.enabled) hear(data);
    };
  }

  /** @param {boolean} on */
  mute(on) {
    this.#track.enabled = !on;
  }

  /** Hear nothing more, and give back the device and the audio thread's share. */
  close() {
    this.#node.port.onmessage = null;
    // The worklet runs on for ever unless it is told to end.
    this.#node.port.postMessage("end");
    this.#source.disconnect();
    this.#node.disconnect();
    this.#track.onended = null;
    this.#track.stop();
  }
}
