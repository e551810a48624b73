import assert from "node:assert/strict";
import test from "node:test";

import { Resampler } from "../../static/js/resampler.js";
import { blocks, concat, peak, signalToNoise, sine } from "./signals.js";

const PATHS = [
  [48_000, 16_000],
  [44_100, 16_000],
  [96_000, 16_000],
  [8_000, 16_000],
  [24_000, 48_000],
  [24_000, 44_100],
];

function resample(signal, from, to, size = 128) {
  const resampler = new Resampler(from, to);
  return concat([
    ...[...blocks(signal, size)].map((part) => resampler.push(part)),
    resampler.flush(),
  ]);
}

for (const [from, to] of PATHS) {
  test(`a tone keeps more than 80 dB from ${from} to ${to} Hz`, () => {
    for (const hertz of [100, 440, 1_000, 3_000]) {
      const output = resample(sine(hertz, from, 0.5), from, to);
      const ratio = signalToNoise(output, sine(hertz, to, 0.5), to / 100);
      assert.ok(ratio >= 80, `${hertz} Hz: ${ratio.toFixed(1)} dB`);
    }
  });

  test(`no sample is lost or added from ${from} to ${to} Hz`, () => {
    assert.equal(resample(sine(440, from, 0.5), from, to).length, to / 2);
  });
}

for (const from of [48_000, 44_100]) {
  test(`what 16 kHz cannot carry does not fold back from ${from} Hz`, () => {
    for (const hertz of [8_100, 10_000, 15_000]) {
      const output = resample(sine(hertz, from, 0.5), from, 16_000);
      assert.ok(20 * Math.log10(peak(output, 160) / 0.5) < -80, `${hertz} Hz`);
    }
  });
}

test("the size of the blocks makes no difference", () => {
  const signal = sine(1_000, 44_100, 0.3);
  assert.deepEqual(resample(signal, 44_100, 16_000, 128), resample(signal, 44_100, 16_000, 1_000));
});

test("equal rates pass the signal on untouched", () => {
  const signal = sine(1_000, 16_000, 0.1);
  assert.deepEqual(resample(signal, 16_000, 16_000), signal);
});

test("output follows its input within 3 ms", () => {
  for (const [from, to] of PATHS) {
    const early = new Resampler(from, to).push(new Float32Array(from / 10));
    assert.ok(early.length >= to / 10 - (to * (to < from ? 3 : 5)) / 1_000, `${from} to ${to}`);
  }
});
