import assert from "node:assert/strict";
import test from "node:test";

import { FRAME_SAMPLES, Framer, rootMeanSquare } from "../../static/js/framer.js";
import { pcmToSamples } from "../../static/js/pcm.js";
import { blocks, concat, signalToNoise, sine } from "./signals.js";

function frames(signal, rate) {
  const framer = new Framer(rate);
  return [...blocks(signal, 128)].flatMap((block) => framer.push(block));
}

for (const rate of [48_000, 44_100]) {
  test(`a second at ${rate} Hz makes 49 or 50 whole frames of 20 ms`, () => {
    const made = frames(sine(440, rate, 1), rate);
    assert.ok(made.length === 49 || made.length === 50);
    assert.ok(made.every((frame) => frame.pcm.length === 2 * FRAME_SAMPLES));
  });
}

test("frames hold the signal, in step", () => {
  const sent = concat(frames(sine(440, 48_000, 1), 48_000).map((frame) => pcmToSamples(frame.pcm)));
  assert.ok(signalToNoise(sent, sine(440, 16_000, 1), 320) > 75);
});

test("the level of a frame is its root mean square", () => {
  const [, frame] = frames(sine(400, 48_000, 0.1), 48_000);
  assert.ok(Math.abs(frame.level - 0.5 / Math.SQRT2) < 0.001);
});

test("silence has level 0", () => {
  assert.equal(rootMeanSquare(new Float32Array(10)), 0);
});
