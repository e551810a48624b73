import assert from "node:assert/strict";
import test from "node:test";

import { INITIAL_STATE, answeredAfter, isAnswering, reduce, shownState } from "../../static/js/state.js";

const ENGINES = { stt: "Ears", tutor: "Practice tutor", voice: "Mouth" };
const welcome = (session_id, resumed = false) => ({
  type: "message",
  message: { type: "welcome", session_id, resumed, engines: ENGINES },
});
const told = (message) => ({ type: "message", message });
const phase = (name, generation_id, barge_in) =>
  told({ type: "state", phase: name, generation_id, ...(barge_in ? { barge_in } : {}) });
const OPEN = [{ type: "connection", status: "open" }, welcome("a")];
const ON = { type: "microphone", status: "on" };

function after(...actions) {
  return actions.reduce(reduce, INITIAL_STATE);
}

for (const [shown, ...actions] of [
  ["connecting"],
  ["ready", ...OPEN],
  ["asking", ...OPEN, { type: "microphone", status: "asking" }],
  ["listening", ...OPEN, ON],
  ["muted", ...OPEN, { type: "microphone", status: "muted" }],
  ["hearing", ...OPEN, ON, phase("hearing", 0)],
  ["thinking", ...OPEN, ON, phase("thinking", 1)],
  ["speaking", ...OPEN, ON, phase("speaking", 1)],
  ["ducked", ...OPEN, ON, phase("speaking", 1, "maybe")],
  ["speaking", ...OPEN, ON, phase("speaking", 1, "maybe"), phase("speaking", 1, "rejected")],
  ["reconnecting", ...OPEN, ON, { type: "connection", status: "reconnecting" }],
  ["closed", ...OPEN, { type: "connection", status: "closed" }],
  ["error", ...OPEN, { type: "connection", status: "failed" }],
  ["unserved", { type: "connection", status: "unserved" }],
]) {
  test(`shows ${shown} after ${actions.length} steps`, () => {
    assert.equal(shownState(after(...actions)), shown);
  });
}

test("an answer can be stopped while the tutor thinks or speaks", () => {
  assert.ok(isAnswering(after(...OPEN, phase("thinking", 1))));
  assert.ok(isAnswering(after(...OPEN, phase("speaking", 1))));
  assert.ok(!isAnswering(after(...OPEN, phase("listening", 1))));
});

test("a stop shows at once, and what the server said before it heard of it changes nothing", () => {
  const stopped = after(...OPEN, ON, phase("speaking", 3), { type: "stopped", generation: 3 });
  assert.equal(shownState(stopped), "listening");
  assert.equal(reduce(stopped, phase("speaking", 3)), stopped);
});

test("a stop that crosses the end of the answer hides nothing of what comes next", () => {
  const stopped = after(...OPEN, ON, phase("speaking", 3), { type: "stopped", generation: 3 });
  const hearing = reduce(stopped, phase("hearing", 3));
  assert.equal(shownState(hearing), "hearing");
  assert.equal(reduce(hearing, phase("speaking", 3)), hearing);
  assert.equal(shownState(reduce(hearing, phase("thinking", 4))), "thinking");
});

test("the answer after a stop is shown again", () => {
  const state = after(...OPEN, ON, { type: "stopped", generation: 3 }, phase("speaking", 5));
  assert.equal(shownState(state), "speaking");
});

test("an interruption ends the answer where it was heard", () => {
  const text = { type: "tutor_text", generation_id: 1, delta: "One two.", first_sample: 0 };
  const state = after(
    ...OPEN,
    { type: "voice", voiced: true },
    phase("speaking", 1),
    told(text),
    { type: "playback", event: { type: "position", generation: 1, played: 100, underruns: 0 } },
    told({ type: "interrupted", generation_id: 1, heard_samples: 100 }),
  );
  assert.deepEqual([state.captions[0].played, state.captions[0].interrupted], [100, true]);
  assert.deepEqual([state.phase, state.generation], ["listening", 2]);
});

for (const next of ["listening", "thinking"]) {
  test(`an utterance without words leaves no caption once the tutor is ${next}`, () => {
    const uh = told({ type: "transcript_interim", utterance_id: 1, text: "uh", stability: 0 });
    assert.equal(after(...OPEN, phase("hearing", 0), uh, phase(next, 1)).captions.length, 0);
  });
}

test("an echo that was taken for the learner leaves no caption", () => {
  const echo = told({ type: "transcript_interim", utterance_id: 1, text: "uh", stability: 0 });
  const state = after(
    ...OPEN,
    phase("speaking", 1, "maybe"),
    echo,
    phase("speaking", 1, "rejected"),
  );
  assert.equal(state.captions.length, 0);
});

test("a second welcome of the same session changes nothing but the names", () => {
  const state = after(...OPEN, phase("speaking", 3));
  assert.deepEqual(reduce(state, welcome("a")), state);
});

test("a new session says that the tutor starts afresh, and counts generations anew", () => {
  const asked = { type: "typed", text: "What?" };
  const state = after(...OPEN, asked, phase("speaking", 3), welcome("b"));
  assert.deepEqual([state.notice.code, state.generation], ["afresh", 0]);
});

test("a session that goes on, or that nothing was said in, says nothing", () => {
  const asked = { type: "typed", text: "What?" };
  assert.equal(after(...OPEN, asked, welcome("b", true)).notice, null);
  assert.equal(after(...OPEN, welcome("b")).notice, null);
});

const BUSY = told({ type: "error", code: "busy", message: "Busy.", action: "Wait." });
const LOST = { type: "notice", notice: { code: "microphone-lost" } };
const MUTE = { type: "notice", notice: { code: "voice-failed" } };
const TYPED = [{ type: "asked" }, { type: "typed", text: "What?" }];

test("an error of the server is shown until the learner speaks or asks again", () => {
  const state = after(...OPEN, phase("hearing", 0), BUSY, phase("thinking", 1));
  assert.equal(state.notice.message, "Busy.");
  assert.equal(reduce(state, phase("hearing", 2)).notice, null);
  assert.equal(TYPED.reduce(reduce, state).notice, null);
});

test("an error of the server is over when it welcomes the page again", () => {
  assert.equal(after(...OPEN, BUSY, welcome("a")).notice, null);
  assert.equal(after(...OPEN, BUSY, welcome("b")).notice, null);
});

test("what the page lacks is said until it works", () => {
  const turn = [...TYPED, phase("thinking", 1), phase("hearing", 2), welcome("a")];
  assert.equal(after(...OPEN, LOST, ...turn).notice.code, "microphone-lost");
  assert.equal(after(...OPEN, MUTE, ...turn).notice.code, "voice-failed");
  assert.equal(after(...OPEN, LOST, ON).notice, null);
  assert.equal(after(...OPEN, MUTE, { type: "voice", voiced: true }).notice, null);
});

test("a problem that shows while a question is being sent stays to be read", () => {
  const [asked, typed] = TYPED;
  assert.equal(after(...OPEN, asked, MUTE, typed).notice.code, "voice-failed");
});

test("that the tutor starts afresh is said until the next turn", () => {
  const state = after(...OPEN, { type: "typed", text: "What?" }, welcome("b"));
  assert.equal(TYPED.reduce(reduce, state).notice, null);
});

test("gaps in playback are counted over all answers", () => {
  const gap = (generation) => ({
    type: "playback",
    event: { type: "underrun", generation, played: 1, underruns: 1 },
  });
  assert.equal(after(...OPEN, gap(1), gap(2)).underruns, 2);
});

for (const [what, metrics, total] of [
  ["nothing measured", null, null],
  ["speech", { stt_ms: 40, llm_ms: 5, tts_ms: 120, total_ms: 975 }, 975],
  ["a typed question", { stt_ms: null, llm_ms: 5, tts_ms: 120, total_ms: null }, 125],
  ["an answer without a sound", { stt_ms: 40, llm_ms: 5, tts_ms: null, total_ms: null }, null],
  ["no answer", { stt_ms: null, llm_ms: null, tts_ms: null, total_ms: null }, null],
]) {
  test(`the time of an answer: ${what}`, () => {
    assert.equal(answeredAfter(metrics), total);
  });
}
