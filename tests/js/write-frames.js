/** Reads messages as JSON lines, bytes in base64, and writes each as the page sends it, in hex. */

import { createInterface } from "node:readline";

import { encode } from "../../static/js/protocol.js";

const BYTES = { audio_frame: "pcm", image: "data", ping: "data" };

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  const field = BYTES[message.type];
  if (field) message[field] = Uint8Array.from(Buffer.from(message[field], "base64"));
  console.log(Buffer.from(encode(message)).toString("hex"));
}
