import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { PlaybackQueue } from "../../static/js/playback-queue.js";
import { Player } from "../../static/js/player.js";
import { samplesToPcm } from "../../static/js/pcm.js";
import { concat, signalToNoise, sine } from "./signals.js";

const RATE = 48_000;
const METHODS = {
  play: (queue, { generation, firstSample, samples }) =>
    queue.push(generation, firstSample, samples),
  end: (queue, { generation, total }) => queue.end(generation, total),
  flush: (queue, { next }) => queue.flush(next),
  duck: (queue, { on }) => queue.duck(on),
};

let worklet, queue, events, player, latency;

beforeEach(() => {
  [events, latency] = [[], 0];
  const [here, there] = ports();
  worklet = there;
  queue = new PlaybackQueue(RATE, (event) => there.postMessage(event));
  there.onmessage = ({ data }) => METHODS[data.order](queue, data);
  player = new Player(here, RATE, (event) => events.push(event), () => latency);
});

/** Two ports that deliver as soon as the code that sent has come to its end. */
function ports() {
  const pair = [{ onmessage: null }, { onmessage: null }];
  pair.forEach((port, n) => {
    port.postMessage = (data) => queueMicrotask(() => pair[1 - n].onmessage?.({ data }));
  });
  return pair;
}

/** Until all messages sent so far have arrived. */
function delivered() {
  return new Promise((resolve) => setImmediate(resolve));
}

function render(seconds) {
  return concat(
    Array.from({ length: Math.ceil((seconds * RATE) / 128) }, () => {
      const block = new Float32Array(128);
      queue.render(block);
      return block;
    }),
  );
}

/** Speak a tone in chunks of 200 ms. */
function speak(generation, seconds) {
  const signal = sine(440, 24_000, seconds);
  for (let at = 0; at < signal.length; at += 4_800) {
    player.play(generation, at, samplesToPcm(signal.subarray(at, at + 4_800)));
  }
  return signal.length;
}

test("what the server sent is what is heard, without a seam between chunks", async () => {
  player.complete(1, speak(1, 1));
  await delivered();
  const heard = render(1.2).subarray(0, RATE);
  assert.ok(signalToNoise(heard, sine(440, RATE, 1), 480) > 75);
});

test("the end is told with every sample of the server counted", async () => {
  const total = speak(1, 1);
  player.complete(1, total);
  await delivered();
  render(1.2);
  await delivered();
  assert.deepEqual(events.at(-1), { type: "drained", generation: 1, played: total, underruns: 0 });
});

test("a flush answers with what was played", async () => {
  speak(1, 1);
  await delivered();
  render(0.5);
  assert.ok(Math.abs((await player.flush(2)) - 12_000) < 128);
});

test("a flush is answered even where the audio thread is dead", async () => {
  speak(1, 1);
  await delivered();
  render(0.5);
  await delivered();
  worklet.onmessage = null;
  assert.ok((await player.flush(2)) >= 9_600);
});

test("each reply starts its signal anew", async () => {
  speak(1, 0.4);
  await player.flush(2);
  player.complete(2, speak(2, 0.4));
  await delivered();
  const heard = render(0.5).subarray(0, 0.4 * RATE);
  assert.ok(signalToNoise(heard, sine(440, RATE, 0.4), 480) > 75);
});

test("another session's reply of the same number starts its signal anew", async () => {
  speak(1, 0.4);
  await player.flush(1);
  player.complete(1, speak(1, 0.4));
  await delivered();
  const heard = render(0.5).subarray(0, 0.4 * RATE);
  assert.ok(signalToNoise(heard, sine(440, RATE, 0.4), 480) > 75);
});

test("what is on its way to the ear has not been heard, but an answer at its end has", async () => {
  latency = 0.1;
  player.complete(1, speak(1, 0.5));
  await delivered();
  render(0.6);
  await delivered();
  const of = (type) => events.filter((event) => event.type === type).map(({ played }) => played);
  assert.deepEqual(of("started"), [0]);
  assert.ok(Math.abs(of("position")[1] - 2_400) < 128, `${of("position")}`);
  assert.deepEqual(of("drained"), [12_000]);
});
