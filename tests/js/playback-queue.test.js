import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { PlaybackQueue } from "../../static/js/playback-queue.js";
import { concat, peak, ramp } from "./signals.js";

const RATE = 48_000;
const BLOCK = 128;
const CHUNK = RATE / 5;

let events, queue;

beforeEach(() => {
  events = [];
  queue = new PlaybackQueue(RATE, (event) => events.push(event));
});

/** Render whole blocks, at least so many seconds of them. */
function render(seconds) {
  return concat(
    Array.from({ length: Math.ceil((seconds * RATE) / BLOCK) }, () => {
      const block = new Float32Array(BLOCK);
      queue.render(block);
      return block;
    }),
  );
}

/** What was heard between the first and the last sound. */
function heard(samples) {
  const first = samples.findIndex((sample) => sample !== 0);
  const last = samples.findLastIndex((sample) => sample !== 0);
  return first < 0 ? new Float32Array(0) : samples.slice(first, last + 1);
}

function told(type) {
  return events.filter((event) => event.type === type);
}

test("chunks are played as one, without a gap and bit by bit", () => {
  for (const n of [0, 1, 2]) queue.push(1, n * 4_800, ramp(CHUNK, n * CHUNK));
  queue.end(1, 14_400);
  assert.deepEqual(heard(render(1)), ramp(3 * CHUNK));
  assert.equal(told("underrun").length, 0);
});

test("240 ms in the queue start at once", () => {
  queue.push(1, 0, ramp(0.24 * RATE));
  assert.notEqual(render(0.001)[0], 0);
});

test("less than that starts after 60 ms", () => {
  queue.push(1, 0, ramp(CHUNK));
  const first = render(0.1).findIndex((sample) => sample !== 0);
  assert.ok(first / RATE > 0.055 && first / RATE <= 0.06, `${first}`);
});

test("a reply that is whole starts at once however short", () => {
  queue.push(1, 0, ramp(10));
  queue.end(1, 5);
  assert.equal(heard(render(0.01)).length, 10);
});

test("played samples are told at 24 kHz, every 100 ms and at the end", () => {
  queue.push(1, 0, ramp(2 * CHUNK));
  queue.end(1, 9_600);
  render(0.5);
  assert.deepEqual(
    events.map(({ type, played }) => [type, Math.round(played / 240)]),
    [
      ["started", 0],
      ["position", 10],
      ["position", 20],
      ["position", 30],
      ["drained", 40],
    ],
  );
});

test("a reply that goes on where another session broke off counts from there", () => {
  queue.push(1, 24_000, ramp(CHUNK));
  queue.end(1, 28_800);
  render(0.01);
  assert.equal(events[0].played, 24_000);
});

test("a flush fades within 8 ms and nothing follows", () => {
  queue.push(1, 0, new Float32Array(RATE).fill(0.5));
  render(0.3);
  queue.flush(2);
  const after = render(0.1);
  const last = after.findLastIndex((sample) => sample !== 0);
  assert.ok(last < 0.008 * RATE);
  assert.ok(peak(after.map((sample, n) => (n ? sample - after[n - 1] : 0))) < 0.002);
});

test("a flush tells what was played until then", () => {
  queue.push(1, 0, ramp(RATE));
  const rendered = heard(render(0.3)).length;
  queue.flush(2);
  assert.deepEqual(told("flushed"), [
    { type: "flushed", generation: 1, played: rendered / 2, underruns: 0 },
  ]);
});

test("audio and ends of an old generation are dropped", () => {
  queue.flush(5);
  queue.push(4, 0, ramp(RATE));
  queue.end(4, 24_000);
  assert.equal(peak(render(0.5)), 0);
  assert.equal(told("drained").length, 0);
});

test("a new generation silences the one before", () => {
  queue.push(1, 0, new Float32Array(RATE).fill(0.5));
  render(0.3);
  queue.push(2, 0, new Float32Array(RATE).fill(0.25));
  const after = render(0.2);
  assert.equal(after[Math.ceil(0.1 * RATE)], 0.25);
  assert.equal(told("flushed").length, 1);
});

test("after a flush back to 0 a new session may count from the start", () => {
  queue.flush(9);
  queue.flush(0);
  queue.push(1, 0, ramp(RATE));
  assert.notEqual(peak(render(0.1)), 0);
});

test("a queue that runs dry counts it, fades and waits for more", () => {
  queue.push(1, 0, new Float32Array(CHUNK).fill(0.5));
  const dry = render(0.4);
  assert.equal(told("underrun").length, 1);
  assert.ok(peak(dry.map((sample, n) => (n > 5_000 ? sample - dry[n - 1] : 0))) < 0.002);
  queue.push(1, 4_800, new Float32Array(CHUNK).fill(0.5));
  queue.end(1, 9_600);
  assert.ok(Math.abs(heard(render(0.3)).length - CHUNK) < 2);
  assert.equal(told("drained")[0].underruns, 1);
});

test("a reply without any audio is over as soon as it is complete", () => {
  queue.end(3, 0);
  assert.deepEqual(told("drained"), [{ type: "drained", generation: 3, played: 0, underruns: 0 }]);
});

test("a late end of a reply that was played to its last sample still tells so", () => {
  queue.push(1, 0, ramp(0.24 * RATE));
  render(0.5);
  queue.end(1, 5_760);
  assert.equal(told("drained")[0].played, 5_760);
});

test("ducking lowers the voice by 16 dB and gives it back", () => {
  queue.push(1, 0, new Float32Array(2 * RATE).fill(0.5));
  render(0.1);
  queue.duck(true);
  const ducked = render(0.1).at(-1);
  assert.ok(Math.abs(20 * Math.log10(ducked / 0.5) + 16) < 0.1);
  queue.duck(false);
  assert.equal(render(0.2).at(-1), 0.5);
});

test("the next reply begins at full voice after one that was ducked", () => {
  queue.push(1, 0, new Float32Array(RATE).fill(0.5));
  queue.duck(true);
  render(0.1);
  queue.flush(2);
  queue.push(2, 0, new Float32Array(RATE).fill(0.5));
  assert.equal(render(0.1).at(-1), 0.5);
});

test("100 random barge-ins leave no sample of an old generation after the fade", () => {
  let random = 1;
  const next = () => (random = (random * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let generation = 1; generation <= 100; generation += 1) {
    const value = generation / 256;
    for (let n = 0; n < 4; n += 1)
      queue.push(generation, n * 4_800, new Float32Array(CHUNK).fill(value));
    render(0.05 + next() * 0.5);
    queue.flush(generation + 1);
    queue.push(generation, 19_200, new Float32Array(CHUNK).fill(value));
    render(0.008);
    assert.equal(peak(render(0.05)), 0);
  }
});
