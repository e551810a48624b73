import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { ProtocolError, decode, encode } from "../../static/js/protocol.js";

const VECTORS = JSON.parse(
  readFileSync(new URL("../vectors/protocol.json", import.meta.url), "utf8"),
);
const BYTES = { audio_frame: "pcm", audio_chunk: "pcm", image: "data", ping: "data", pong: "data" };

function bytes(hex) {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

/** The message of a vector, its base64 as bytes. */
function message({ json }) {
  const field = BYTES[json.type];
  return field ? { ...json, [field]: Uint8Array.from(Buffer.from(json[field], "base64")) } : json;
}

for (const vector of VECTORS.filter(({ direction }) => direction === "client")) {
  test(`writes ${vector.name} as the server does`, () => {
    assert.equal(Buffer.from(encode(message(vector))).toString("hex"), vector.hex);
  });
}

for (const vector of VECTORS.filter(({ direction }) => direction === "server")) {
  test(`reads ${vector.name} as the server wrote it`, () => {
    assert.deepEqual(decode(bytes(vector.hex).buffer), [message(vector)]);
  });
}

test("several frames may share a message", () => {
  const pong = "1b00000001";
  const read = decode(bytes(`${pong}31${pong}32`).buffer);
  assert.deepEqual(
    read.map(({ data }) => [...data]),
    [[0x31], [0x32]],
  );
});

test("types of a later version are skipped", () => {
  assert.deepEqual(decode(bytes("7f00000002cafe1b00000000").buffer), [
    { type: "pong", data: new Uint8Array(0) },
  ]);
});

for (const [name, hex] of [
  ["a frame that is cut off", "1b00000002ff"],
  ["a header that is cut off", "1b0000"],
  ["a payload that is not JSON", "1700000002ffff"],
  ["a payload that is no object", "170000000131"],
  ["audio without a head", "1300000004000000ff"],
  ["half a sample", "130000000900000001000000000a"],
]) {
  test(`${name} is refused`, () => {
    assert.throws(() => decode(bytes(hex).buffer), ProtocolError);
  });
}
