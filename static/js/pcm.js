// @ts-check
/** PCM16 little-endian, as it goes over the wire, to and from samples between -1 and 1. */

const FULL_SCALE = 32_768;

/**
 * @param {Uint8Array} bytes Whole samples, at any alignment.
 * @returns {Float32Array<ArrayBuffer>}
 */
export function pcmToSamples(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from(
    { length: bytes.byteLength >> 1 },
    (_, n) => view.getInt16(2 * n, true) / FULL_SCALE,
  );
}

/**
 * @param {Float32Array} samples Clipped to full scale.
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function samplesToPcm(samples) {
  const view = new DataView(new ArrayBuffer(2 * samples.length));
  samples.forEach((sample, n) => {
    const scaled = Math.round(sample * FULL_SCALE);
    view.setInt16(2 * n, Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, scaled)), true);
  });
  return new Uint8Array(view.buffer);
}
