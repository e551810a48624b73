// @ts-check
/**
 * The wire: messages to frames and back. A frame is `[1 byte type][4 bytes length, big-endian]
 * [payload]`; what comes from the server carries one or more whole frames.
 */

/** @typedef {import("./messages.js").ClientMessage} ClientMessage */
/** @typedef {import("./messages.js").ServerMessage} ServerMessage */

const HEADER_BYTES = 5;
const CHUNK_HEAD_BYTES = 8;

/** @type {Record<ClientMessage["type"], number>} */
const CLIENT_TYPES = {
  audio_frame: 0x01,
  config: 0x02,
  image: 0x03,
  text_message: 0x04,
  hello: 0x05,
  speech_start: 0x06,
  speech_end: 0x07,
  barge_in: 0x08,
  playback: 0x09,
  ping: 0x0a,
};

/** @type {Record<ServerMessage["type"], number>} */
const SERVER_TYPES = {
  welcome: 0x10,
  transcript_interim: 0x11,
  transcript_final: 0x12,
  audio_chunk: 0x13,
  audio_complete: 0x14,
  tutor_text: 0x15,
  tutor_notes: 0x16,
  state: 0x17,
  interrupted: 0x18,
  error: 0x19,
  turn_metrics: 0x1a,
  pong: 0x1b,
  goaway: 0x1c,
};

const SERVER_NAMES = new Map(Object.entries(SERVER_TYPES).map(([name, type]) => [type, name]));

const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder("utf-8", { fatal: true }) };

/** What the server sent is not a message. */
export class ProtocolError extends Error {}

/**
 * @param {ClientMessage} message
 * @returns {Uint8Array<ArrayBuffer>} One frame.
 */
export function encode(message) {
  const payload = encodePayload(message);
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  frame[0] = CLIENT_TYPES[message.type];
  new DataView(frame.buffer).setUint32(1, payload.length);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/**
 * @param {ArrayBuffer} data A WebSocket message.
 * @returns {ServerMessage[]} What is in it, without the types this page does not know.
 * @throws {ProtocolError} It does not hold whole frames, or a payload cannot be read.
 */
export function decode(data) {
  const messages = [];
  for (let at = 0; at < data.byteLength;) {
    const head = new DataView(data, at);
    if (head.byteLength < HEADER_BYTES) throw new ProtocolError(`cut off at byte ${at}`);
    const length = head.getUint32(1);
    const start = at + HEADER_BYTES;
    if (start + length > data.byteLength) throw new ProtocolError(`cut off at byte ${at}`);
    const name = SERVER_NAMES.get(head.getUint8(0));
    if (name) messages.push(decodePayload(name, new Uint8Array(data, start, length)));
    at = start + length;
  }
  return messages;
}

/**
 * @param {ClientMessage} message
 * @returns {Uint8Array}
 */
function encodePayload(message) {
  switch (message.type) {
    case "audio_frame":
      return message.pcm;
    case "image":
    case "ping":
      return message.data;
    default:
      return encodeFields(message);
  }
}

/** @param {ClientMessage} message */
function encodeFields({ type: _, ...fields }) {
  const isEmpty = Object.keys(fields).length === 0;
  return isEmpty ? new Uint8Array(0) : utf8.encoder.encode(JSON.stringify(fields));
}

/**
 * @param {string} type
 * @param {Uint8Array} payload
 * @returns {ServerMessage}
 */
function decodePayload(type, payload) {
  switch (type) {
    case "audio_chunk":
      return decodeChunk(payload);
    case "pong":
      return { type, data: payload };
    default:
      return /** @type {ServerMessage} */ ({ type, ...decodeFields(type, payload) });
  }
}

/**
 * @param {Uint8Array} payload
 * @returns {ServerMessage}
 */
function decodeChunk(payload) {
  if (payload.length < CHUNK_HEAD_BYTES || payload.length % 2) {
    throw new ProtocolError("audio_chunk: not a head and whole samples");
  }
  const head = new DataView(payload.buffer, payload.byteOffset);
  return {
    type: "audio_chunk",
    generation_id: head.getUint32(0),
    first_sample: head.getUint32(4),
    pcm: payload.subarray(CHUNK_HEAD_BYTES),
  };
}

/**
 * @param {string} type
 * @param {Uint8Array} payload
 * @returns {object}
 */
function decodeFields(type, payload) {
  try {
    const fields = JSON.parse(utf8.decoder.decode(payload) || "{}");
    if (typeof fields === "object" && fields !== null) return fields;
  } catch {
    // Told below, without what was in it.
  }
  throw new ProtocolError(`${type}: not a JSON object`);
}
