/**
 * Runs before the page: what was rendered, what broke the rules, and a microphone on demand.
 * `SPIES_RATE` and `SPIES_MICROPHONE` are put in front of it.
 */

const spies = { violations: [], shift: 0, marks: [], blocks: [], rate: 0 };
window.spies = spies;

document.addEventListener("securitypolicyviolation", (event) => {
  spies.violations.push(`${event.effectiveDirective}: ${event.blockedURI}`);
});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) spies.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });

/* The tap: in front of each loudspeaker, and a clock that counts its samples. */

const { addModule } = AudioWorklet.prototype;
AudioWorklet.prototype.addModule = async function (url) {
  await addModule.call(this, "/tap.js");
  return addModule.call(this, url);
};

const { connect } = AudioNode.prototype;
AudioNode.prototype.connect = function (target, ...rest) {
  if (!(target instanceof AudioDestinationNode)) return connect.call(this, target, ...rest);
  connect.call(this, tapOf(this.context), ...rest);
  return target;
};

function tapOf(context) {
  if (context.tap) return context.tap;
  context.tap = new AudioWorkletNode(context, "tap", { outputChannelCount: [1] });
  context.tap.port.onmessage = ({ data: { first, blocks } }) => {
    blocks.forEach((samples, n) => spies.blocks.push({ frame: first + 128 * n, samples }));
  };
  connect.call(context.tap, context.destination);
  spies.rate = context.sampleRate;
  spies.latency = () => context.outputLatency || 0;
  spies.now = () => Math.round(context.currentTime * context.sampleRate);
  return context.tap;
}

/** Stretches of sound: first and last frame, and the loudest sample. */
spies.sounds = () => {
  const sounds = [];
  for (const { frame, samples } of spies.blocks) {
    samples.forEach((sample, n) => {
      if (Math.abs(sample) < 1e-4) return;
      const last = sounds.at(-1);
      if (last && last.end === frame + n) last.end += 1;
      else sounds.push({ start: frame + n, end: frame + n + 1, peak: 0 });
      sounds.at(-1).peak = Math.max(sounds.at(-1).peak, Math.abs(sample));
    });
  }
  return sounds;
};

/** The loudest sample of each 10 ms. */
spies.peaks = () => {
  const peaks = [];
  for (const { frame, samples } of spies.blocks) {
    const at = Math.floor((frame - spies.blocks[0].frame) / (spies.rate / 100));
    peaks[at] = Math.max(peaks[at] ?? 0, ...samples.map(Math.abs));
  }
  return peaks;
};

/** Note the moment of the next event of a kind, in samples of the loudspeaker. */
spies.mark = (name) => spies.marks.push([name, spies.now?.() ?? 0]);
document.addEventListener("keydown", (event) => spies.mark(event.key), { capture: true });

window.WebSocket = class extends WebSocket {
  constructor(url) {
    super(url);
    spies.socket = this;
    this.addEventListener("message", ({ data }) => spies.mark(new DataView(data).getUint8(0)));
  }
};

if (SPIES_RATE) {
  window.AudioContext = class extends AudioContext {
    constructor(options) {
      super({ ...options, sampleRate: SPIES_RATE });
    }
  };
}

/* The microphone: the real one, a tone on demand, or none. */

if (SPIES_MICROPHONE === "tone") {
  const context = new AudioContext();
  const gain = new GainNode(context, { gain: 0 });
  const tone = new OscillatorNode(context, { frequency: 220 });
  tone.start();
  const plug = () => {
    const { stream } = gain.connect(new MediaStreamAudioDestinationNode(context));
    spies.unplug = () => stream.getAudioTracks()[0].dispatchEvent(new Event("ended"));
    return stream;
  };
  tone.connect(gain);
  navigator.mediaDevices.getUserMedia = async () => {
    await context.resume();
    return plug();
  };
  spies.speak = (seconds) => {
    gain.gain.setValueAtTime(0.5, context.currentTime);
    gain.gain.setValueAtTime(0, context.currentTime + seconds);
  };
} else if (SPIES_MICROPHONE === "fails") {
  navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException("", spies.failure);
  };
}
