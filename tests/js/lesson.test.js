import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Lesson } from "../../static/js/lesson.js";
import { Store } from "../../static/js/store.js";

let sent, heard, store, lesson;

/** A voice that notes what it is asked, and has always played 1,000 samples. */
const voice = {
  play: (...order) => heard.push(["play", ...order]),
  complete: (...order) => heard.push(["complete", ...order]),
  duck: (on) => heard.push(["duck", on]),
  flush: async (next) => {
    heard.push(["flush", next]);
    return 1_000;
  },
};

const WELCOME = { type: "welcome", session_id: "a", resumed: false, engines: {} };
const state = (phase, generation_id, barge_in) => ({
  type: "state",
  phase,
  generation_id,
  ...(barge_in ? { barge_in } : {}),
});

beforeEach(() => {
  [sent, heard] = [[], []];
  store = new Store();
  lesson = new Lesson(store, (message) => {
    sent.push(message);
    return true;
  });
  lesson.giveVoice(voice);
  lesson.follow("open");
  lesson.receive(WELCOME);
  heard = [];
});

test("audio goes to the voice, with its generation and place", () => {
  const pcm = new Uint8Array(4);
  lesson.receive({ type: "audio_chunk", generation_id: 1, first_sample: 0, pcm });
  lesson.receive({ type: "audio_complete", generation_id: 1, total_samples: 2 });
  assert.deepEqual(heard, [
    ["play", 1, 0, pcm],
    ["complete", 1, 2],
  ]);
});

test("maybe lowers the voice and rejected brings it back", () => {
  lesson.receive(state("speaking", 1, "maybe"));
  lesson.receive(state("speaking", 1, "rejected"));
  assert.deepEqual(heard, [
    ["duck", true],
    ["duck", false],
  ]);
});

test("INTERRUPTED silences its generation", () => {
  lesson.receive(state("speaking", 3));
  lesson.receive({ type: "interrupted", generation_id: 3, heard_samples: 0 });
  assert.deepEqual(heard, [["flush", 4]]);
});

test("a stop silences the tutor before the server hears of it, with what was played", async () => {
  lesson.receive(state("speaking", 3));
  const stopping = lesson.stop();
  assert.deepEqual(heard, [["flush", 4]]);
  await stopping;
  assert.deepEqual(sent, [{ type: "barge_in", generation_id: 3, played_samples: 1_000 }]);
});

test("a stop without an answer under way does nothing", async () => {
  await lesson.stop();
  assert.deepEqual([heard, sent], [[], []]);
});

test("writing over an answer stops it first", async () => {
  lesson.receive(state("speaking", 3));
  await lesson.write("Why?");
  assert.deepEqual(
    sent.map(({ type }) => type),
    ["barge_in", "text_message"],
  );
  assert.equal(store.state.captions.at(-1).text, "Why?");
});

test("what could not be sent is not shown as said", async () => {
  const offline = new Lesson(store, () => false);
  assert.equal(await offline.write("Why?"), false);
  assert.equal(store.state.captions.length, 0);
});

test("playback is reported, and its end as done", () => {
  const event = { generation: 3, underruns: 0 };
  lesson.report({ ...event, type: "position", played: 2_400 });
  lesson.report({ ...event, type: "drained", played: 4_800 });
  assert.deepEqual(sent, [
    { type: "playback", generation_id: 3, played_samples: 2_400 },
    { type: "playback", generation_id: 3, played_samples: 4_800, done: true },
  ]);
});

test("a flush is not reported: the message that caused it says so", () => {
  lesson.report({ type: "flushed", generation: 3, played: 2_400, underruns: 0 });
  assert.deepEqual(sent, []);
});

test("a new session starts with a silent voice and its first generation", () => {
  lesson.receive({ ...WELCOME, session_id: "b" });
  assert.deepEqual(heard, [["flush", 0]]);
});

test("a microphone that falls silent ends the utterance, if there is one", () => {
  lesson.hush();
  lesson.receive(state("hearing", 0));
  lesson.hush();
  assert.deepEqual(sent, [{ type: "speech_end" }]);
});

test("without a voice the tutor is read, and no playback is reported", async () => {
  const silent = new Lesson(new Store(), (message) => sent.push(message) > 0);
  silent.follow("open");
  silent.receive(state("speaking", 1));
  silent.receive({
    type: "audio_chunk",
    generation_id: 1,
    first_sample: 0,
    pcm: new Uint8Array(2),
  });
  await silent.stop();
  assert.deepEqual(sent, [{ type: "barge_in", generation_id: 1 }]);
});
