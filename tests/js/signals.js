/** Signals for the tests of audio code. */

/** A sine of amplitude 0.5. */
export function sine(hertz, rate, seconds) {
  return Float32Array.from(
    { length: Math.round(rate * seconds) },
    (_, n) => 0.5 * Math.sin((2 * Math.PI * hertz * n) / rate),
  );
}

/** Samples 1, 2, 3, … scaled so that each names its place exactly. */
export function ramp(length, first = 0) {
  return Float32Array.from({ length }, (_, n) => (first + n + 1) / 65_536);
}

/** Signal-to-noise ratio in dB of `actual` against `ideal`, without the edges. */
export function signalToNoise(actual, ideal, edge) {
  let [signal, noise] = [0, 0];
  for (let n = edge; n < Math.min(actual.length, ideal.length) - edge; n += 1) {
    signal += ideal[n] ** 2;
    noise += (actual[n] - ideal[n]) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}

/** Peak of the magnitude, without the edges. */
export function peak(samples, edge = 0) {
  return samples
    .subarray(edge, samples.length - edge)
    .reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

/** Cut a signal into blocks. */
export function* blocks(signal, size) {
  for (let at = 0; at < signal.length; at += size) yield signal.subarray(at, at + size);
}

/** One array of many. */
export function concat(parts) {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}
