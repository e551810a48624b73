import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Microphone } from "../../static/js/audio.js";

const FRAME = { pcm: new Uint8Array(640), level: 0.1 };

let track, done, frames, losses, node, microphone;

beforeEach(() => {
  [done, frames, losses] = [[], [], 0];
  track = { enabled: true, onended: null, stop: () => done.push("track stopped") };
  node = {
    port: { onmessage: null, postMessage: (order) => done.push(`worklet told to ${order}`) },
    disconnect: () => done.push("worklet disconnected"),
  };
  microphone = new Microphone(
    { getAudioTracks: () => [track] },
    { disconnect: () => done.push("source disconnected") },
    node,
    (frame) => frames.push(frame),
    () => (losses += 1),
  );
});

test("frames are heard unless it is muted", () => {
  node.port.onmessage({ data: FRAME });
  microphone.mute(true);
  node.port.onmessage({ data: FRAME });
  assert.deepEqual(frames, [FRAME]);
});

test("a track that ends is a microphone lost", () => {
  track.onended();
  assert.equal(losses, 1);
});

test("a closed microphone is heard no more, and leaves nothing running", () => {
  microphone.close();
  assert.deepEqual([node.port.onmessage, track.onended], [null, null]);
  assert.deepEqual(done.sort(), [
    "source disconnected",
    "track stopped",
    "worklet disconnected",
    "worklet told to end",
  ]);
});
