import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Connection } from "../../static/js/connection.js";

const WELCOME_HEX = Buffer.from(JSON.stringify({ session_id: "a", resume_token: "t" })).toString(
  "hex",
);
const WELCOME = Buffer.from(
  `10${(WELCOME_HEX.length / 2).toString(16).padStart(8, "0")}${WELCOME_HEX}`,
  "hex",
);

const PING = [0x0a, 0, 0, 0, 0];
const PONG = Uint8Array.of(0x1b, 0, 0, 0, 0).buffer;

let sockets, statuses, received, connection, chance;

class Socket {
  readyState = 1;
  bufferedAmount = 0;
  sent = [];
  closed = [];
  send(frame) {
    this.sent.push([...frame]);
  }
  close(code) {
    this.closed.push(code);
  }
}

beforeEach((context) => {
  [sockets, statuses, received, chance] = [[], [], [], 1];
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  connection = new Connection(
    "ws://tutor/ws",
    { receive: (message) => received.push(message), follow: (status) => statuses.push(status) },
    {
      connect: () => {
        sockets.push(new Socket());
        return sockets.at(-1);
      },
      random: () => chance,
    },
  );
  connection.open();
});

function welcome() {
  sockets.at(-1).onmessage({ data: Uint8Array.from(WELCOME).buffer });
}

function greeting(socket) {
  socket.onopen();
  return JSON.parse(Buffer.from(socket.sent[0].slice(5)));
}

test("it introduces itself, and is open when welcomed", () => {
  assert.deepEqual(greeting(sockets[0]), { version: 1 });
  welcome();
  assert.deepEqual([statuses, received.length], [["open"], 1]);
});

test("a connection that breaks is tried again, with the token of its session", () => {
  welcome();
  sockets[0].onclose({ code: 1006 });
  assert.deepEqual(statuses, ["open", "reconnecting"]);
  mock.timers.tick(500);
  assert.deepEqual(greeting(sockets[1]), { version: 1, resume: "t" });
});

test("waits double up to 8 s, and begin anew after a connection that lasts", () => {
  const waits = [];
  for (let n = 0; n < 6; n += 1) waits.push(waitAfterClose());
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 8_000]);
  welcome();
  mock.timers.tick(9_999);
  assert.equal(waitAfterClose(), 8_000);
  welcome();
  mock.timers.tick(10_000);
  assert.equal(waitAfterClose(), 500);
});

for (const [code, shortest, longest] of [
  [1012, 0, 5_000],
  [1013, 15_000, 30_000],
]) {
  test(`after close code ${code} it waits ${shortest} to ${longest} ms`, () => {
    const waits = [0, 1].map((value) => {
      chance = value;
      return waitAfterClose(code);
    });
    assert.deepEqual(waits, [shortest, longest]);
  });
}

function waitAfterClose(code = 1006) {
  const before = sockets.length;
  sockets.at(-1).onclose({ code });
  mock.timers.tick(0);
  for (let ms = 0; ; ms += 500) {
    if (sockets.length > before) return ms;
    mock.timers.tick(500);
  }
}

for (const [code, status] of [
  [1000, "closed"],
  [1009, "failed"],
  [4400, "failed"],
  [4403, "failed"],
  [4503, "unserved"],
]) {
  test(`close code ${code} is final: ${status}`, () => {
    sockets[0].onclose({ code });
    mock.timers.tick(60_000);
    assert.deepEqual([statuses, sockets.length], [[status], 1]);
  });
}

test("a network that broke without a word is found out by pings", () => {
  const [socket] = sockets;
  welcome();
  mock.timers.tick(15_000);
  assert.deepEqual([socket.sent, statuses], [[PING, PING, PING], ["open"]]);
  mock.timers.tick(5_000);
  assert.deepEqual([statuses, socket.closed.length], [["open", "reconnecting"], 1]);
  assert.deepEqual([socket.onmessage, socket.onclose], [null, null]);
  mock.timers.tick(500);
  assert.equal(sockets.length, 2);
});

test("a server that answers its pings is kept", () => {
  welcome();
  for (let n = 0; n < 10; n += 1) {
    mock.timers.tick(5_000);
    sockets[0].onmessage({ data: PONG });
  }
  assert.deepEqual([statuses, sockets.length], [["open"], 1]);
});

test("nothing is sent, or kept, while there is no connection", () => {
  sockets[0].readyState = 0;
  assert.equal(connection.send({ type: "speech_end" }), false);
  sockets[0].onclose({ code: 1006 });
  assert.equal(connection.send({ type: "speech_end" }), false);
});

test("audio is dropped, and nothing else, where the network cannot take it", () => {
  sockets[0].bufferedAmount = 100_000;
  assert.equal(connection.send({ type: "audio_frame", pcm: new Uint8Array(640) }), false);
  assert.equal(connection.send({ type: "speech_end" }), true);
});

test("a server that cannot be understood is left", (context) => {
  context.mock.method(console, "error", () => {});
  sockets[0].onmessage({ data: new ArrayBuffer(2) });
  assert.deepEqual(sockets[0].closed, [4400]);
});
