import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Devices } from "../../static/js/devices.js";
import { Lesson } from "../../static/js/lesson.js";
import { Store } from "../../static/js/store.js";

let store, devices, failure, opened, resumed, microphones, lose;

/** An audio graph that opens at once, with a microphone that can be lost. */
const graph = {
  player: { flush: async () => 0 },
  resume: async () => {
    resumed += 1;
  },
  openMicrophone: async (_hear, whenLost) => {
    lose = whenLost;
    const microphone = { closed: false, mute: () => {}, close: () => (microphone.closed = true) };
    microphones.push(microphone);
    return microphone;
  },
};

beforeEach(() => {
  [failure, opened, resumed, microphones] = [null, 0, 0, []];
  globalThis.isSecureContext = true;
  store = new Store();
  const lesson = new Lesson(store, () => true);
  devices = new Devices(store, lesson, {
    open: async () => {
      opened += 1;
      if (failure) throw failure;
      return graph;
    },
  });
});

afterEach(() => {
  delete globalThis.isSecureContext;
});

test("the loudspeaker is opened once, and woken whenever it is asked for", async () => {
  await devices.openAudio();
  await devices.openAudio();
  assert.deepEqual([opened, resumed], [1, 1]);
});

test("each click on the microphone wakes the loudspeaker", async () => {
  await devices.toggleMicrophone();
  await devices.toggleMicrophone();
  assert.deepEqual([store.state.microphone, resumed], ["muted", 1]);
});

test("sound that failed is tried again, and its notice goes once it works", async (context) => {
  context.mock.method(console, "error", () => {});
  failure = new Error("no worklet");
  assert.equal(await devices.openAudio(), null);
  assert.equal(store.state.notice.code, "voice-failed");
  failure = null;
  assert.equal(await devices.openAudio(), graph);
  assert.deepEqual([store.state.notice, store.state.voiced], [null, true]);
});

test("a page that is not secure is told apart", async (context) => {
  context.mock.method(console, "error", () => {});
  globalThis.isSecureContext = false;
  failure = new TypeError("no worklets");
  await devices.openAudio();
  assert.equal(store.state.notice.code, "voice-insecure");
  await devices.toggleMicrophone();
  assert.equal(store.state.notice.code, "microphone-insecure");
});

test("a lost microphone is closed, and another one can be started", async () => {
  await devices.toggleMicrophone();
  lose();
  assert.deepEqual([microphones[0].closed, store.state.microphone], [true, "off"]);
  assert.equal(store.state.notice.code, "microphone-lost");
  await devices.toggleMicrophone();
  assert.deepEqual([microphones.length, microphones[1].closed], [2, false]);
  assert.deepEqual([store.state.notice, store.state.microphone], [null, "on"]);
});
