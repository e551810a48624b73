// @ts-check
/**
 * The conversation in writing: a list of captions, never changed, only replaced by a newer list.
 * The tutor's words run with the voice, by the samples that were played.
 */

/**
 * @typedef {object} LearnerCaption
 * @property {"learner"} speaker
 * @property {number} id
 * @property {number | null} utterance Key of the session; null once nothing can change any more.
 * @property {string} text
 * @property {boolean} interim
 * @property {string} [language] BCP 47.
 *
 * @typedef {object} Piece
 * @property {string} text
 * @property {number} firstSample Where the voice begins to say it, at 24 kHz.
 *
 * @typedef {object} TutorCaption
 * @property {"tutor"} speaker
 * @property {number} id
 * @property {number | null} generation Key of the session; null once nothing can change any more.
 * @property {Piece[]} pieces
 * @property {number} played Samples heard so far, at 24 kHz; infinite where there is no voice.
 * @property {number | null} total Samples in all, once known.
 * @property {boolean} interrupted
 *
 * @typedef {LearnerCaption | TutorCaption} Caption
 */

/** Captions kept; the oldest go. */
const MAX_CAPTIONS = 500;

/** Length of a written character in the voice where nothing better is known: 15 a second. */
const SAMPLES_PER_CHARACTER = 1_600;

/**
 * Show what the learner is understood to have said.
 * @param {readonly Caption[]} captions
 * @param {{utterance_id: number, text: string, language?: string}} transcript
 * @param {boolean} interim Whether it may still change.
 * @returns {readonly Caption[]}
 */
export function hear(captions, { utterance_id, text, language }, interim) {
  const known = captions.find((c) => c.speaker === "learner" && c.utterance === utterance_id);
  const caption = {
    ...(known ?? { id: nextId(captions) }),
    .../** @type {const} */ ({ speaker: "learner", utterance: utterance_id, text, interim }),
    ...(language ? { language } : {}),
  };
  return known ? replace(captions, known, caption) : append(forgetInterim(captions), caption);
}

/**
 * Take back what was understood of an utterance that came to nothing.
 * @param {readonly Caption[]} captions
 * @returns {readonly Caption[]}
 */
export function forgetInterim(captions) {
  const isInterim = (/** @type {Caption} */ c) => c.speaker === "learner" && c.interim;
  return captions.some(isInterim) ? captions.filter((c) => !isInterim(c)) : captions;
}

/**
 * Show what the learner typed.
 * @param {readonly Caption[]} captions
 * @param {string} text
 * @returns {readonly Caption[]}
 */
export function type(captions, text) {
  const id = nextId(captions);
  return append(captions, { speaker: "learner", id, utterance: null, text, interim: false });
}

/**
 * Add the next piece of the tutor's answer, unless the answer was broken off.
 * @param {readonly Caption[]} captions
 * @param {{generation_id: number, delta: string, first_sample: number}} text
 * @param {boolean} voiced Whether the learner hears the voice.
 * @returns {readonly Caption[]}
 */
export function write(captions, { generation_id, delta, first_sample }, voiced) {
  const piece = { text: delta, firstSample: first_sample };
  const known = answer(captions, generation_id);
  if (known?.interrupted) return captions;
  if (known) return replace(captions, known, { ...known, pieces: [...known.pieces, piece] });
  return append(captions, {
    speaker: "tutor",
    id: nextId(captions),
    generation: generation_id,
    pieces: [piece],
    played: voiced ? 0 : Infinity,
    total: null,
    interrupted: false,
  });
}

/**
 * Note how the answer of a generation goes on.
 * @param {readonly Caption[]} captions
 * @param {number} generation
 * @param {Partial<Pick<TutorCaption, "played" | "total" | "interrupted">>} change
 * @returns {readonly Caption[]}
 */
export function update(captions, generation, change) {
  const known = answer(captions, generation);
  return known ? replace(captions, known, { ...known, ...change }) : captions;
}

/**
 * Keep the captions as they are: a new session counts its utterances and generations anew. What
 * was under way is over, and what was half understood is gone.
 * @param {readonly Caption[]} captions
 * @returns {readonly Caption[]}
 */
export function seal(captions) {
  return forgetInterim(captions).map((caption) => {
    if (caption.speaker === "learner") return { ...caption, utterance: null };
    if (caption.generation === null) return caption;
    return { ...caption, generation: null, interrupted: spokenPart(caption)[1] !== "" };
  });
}

/**
 * Split an answer at the voice, between words.
 * @param {TutorCaption} caption
 * @returns {[spoken: string, rest: string]}
 */
export function spokenPart({ pieces, played, total }) {
  let [spoken, rest] = ["", ""];
  pieces.forEach(({ text, firstSample }, n) => {
    const guess = firstSample + text.length * SAMPLES_PER_CHARACTER;
    const end = pieces[n + 1]?.firstSample ?? total ?? guess;
    const cut = rest ? 0 : cutAt(text, share(played, firstSample, end));
    spoken = join(spoken, text.slice(0, cut));
    rest = join(rest, text.slice(cut).trimStart());
  });
  return [rest ? join(spoken, rest).slice(0, -rest.length) : spoken, rest];
}

/**
 * How much of a piece is over. One without any audio is said as soon as it is reached.
 * @param {number} played
 * @param {number} start
 * @param {number} end
 */
function share(played, start, end) {
  if (played < start) return 0;
  return end > start ? (played - start) / (end - start) : 1;
}

/**
 * @param {string} text
 * @param {number} part How much of it was said, at an even rate; a word begun counts.
 */
function cutAt(text, part) {
  if (part <= 0) return 0;
  if (part >= 1) return text.length;
  const reached = Math.floor(text.length * part);
  const space = text.slice(reached).search(/\s/);
  return space < 0 ? text.length : reached + space;
}

/**
 * Put two pieces together, with a space where the script uses one.
 * @param {string} left
 * @param {string} right
 */
function join(left, right) {
  const apart = left && right && !/\s$/.test(left) && !/^\s/.test(right);
  return left + (apart && !/[\u3000-\u9fff\uff00-\uffef]$/.test(left) ? " " : "") + right;
}

/**
 * @param {readonly Caption[]} captions
 * @param {number} generation
 */
function answer(captions, generation) {
  const known = captions.findLast((c) => c.speaker === "tutor" && c.generation === generation);
  return known?.speaker === "tutor" ? known : undefined;
}

/** @param {readonly Caption[]} captions */
function nextId(captions) {
  return (captions.at(-1)?.id ?? 0) + 1;
}

/**
 * @param {readonly Caption[]} captions
 * @param {Caption} caption
 * @returns {readonly Caption[]}
 */
function append(captions, caption) {
  return [...captions, caption].slice(-MAX_CAPTIONS);
}

/**
 * @param {readonly Caption[]} captions
 * @param {Caption} old
 * @param {Caption} caption
 * @returns {readonly Caption[]}
 */
function replace(captions, old, caption) {
  return captions.map((other) => (other === old ? caption : other));
}
