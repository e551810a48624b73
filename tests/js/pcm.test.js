import assert from "node:assert/strict";
import test from "node:test";

import { pcmToSamples, samplesToPcm } from "../../static/js/pcm.js";

test("every PCM16 value survives the way there and back", () => {
  const values = Int16Array.from({ length: 65_536 }, (_, n) => n - 32_768);
  const bytes = new Uint8Array(values.buffer);
  assert.deepEqual(samplesToPcm(pcmToSamples(bytes)), bytes);
});

test("PCM is read at any alignment", () => {
  const bytes = Uint8Array.of(9, 0x00, 0x40, 0x00, 0xc0).subarray(1);
  assert.deepEqual([...pcmToSamples(bytes)], [0.5, -0.5]);
});

test("what is too loud is clipped", () => {
  assert.deepEqual([...pcmToSamples(samplesToPcm(Float32Array.of(2, -2)))], [32_767 / 32_768, -1]);
});
