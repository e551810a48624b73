import assert from "node:assert/strict";
import test from "node:test";

import {
  forgetInterim,
  hear,
  seal,
  spokenPart,
  type,
  update,
  write,
} from "../../static/js/captions.js";

const transcript = (text, utterance_id = 1) => ({ utterance_id, text, language: "en-US" });
const piece = (delta, first_sample = 0, generation_id = 1) => ({
  generation_id,
  delta,
  first_sample,
});

test("interim transcripts replace each other, and the final one takes their place", () => {
  let captions = hear([], transcript("what"), true);
  captions = hear(captions, transcript("what is"), true);
  captions = hear(captions, transcript("What is it?"), false);
  assert.deepEqual(
    captions.map(({ id, text, interim }) => [id, text, interim]),
    [[1, "What is it?", false]],
  );
});

test("an utterance that came to nothing leaves no caption", () => {
  const captions = hear(hear([], transcript("Yes."), false), transcript("uh", 2), true);
  assert.deepEqual(
    forgetInterim(captions).map(({ text }) => text),
    ["Yes."],
  );
});

test("a new utterance takes the place of one that never ended", () => {
  const captions = hear(hear([], transcript("uh"), true), transcript("what", 2), true);
  assert.deepEqual(
    captions.map(({ text }) => text),
    ["what"],
  );
});

test("the tutor's words join with the spaces that their script uses", () => {
  const english = write(write([], piece("One."), true), piece("Two.", 100), true);
  assert.equal(spokenPart({ ...english[0], played: 1e9 })[0], "One. Two.");
  const chinese = write(write([], piece("一。"), true), piece("二。", 100), true);
  assert.equal(spokenPart({ ...chinese[0], played: 1e9 })[0], "一。二。");
});

test("the text runs with the voice, word by word, and loses nothing", () => {
  let captions = write([], piece("One two three four."), true);
  captions = write(captions, piece("Five six.", 48_000), true);
  captions = update(captions, 1, { total: 72_000 });
  const at = (played) => spokenPart(update(captions, 1, { played })[0]);
  assert.deepEqual(at(0), ["", "One two three four. Five six."]);
  assert.deepEqual(at(1), ["One ", "two three four. Five six."]);
  assert.deepEqual(at(24_000), ["One two three ", "four. Five six."]);
  assert.deepEqual(at(48_000), ["One two three four. ", "Five six."]);
  assert.deepEqual(at(72_000), ["One two three four. Five six.", ""]);
});

test("a word that was begun counts as heard, at every moment of an answer", () => {
  const text = "A sentence of several words, to be cut anywhere.";
  const [caption] = update(write([], piece(text), true), 1, { total: 48_000 });
  for (let played = 0; played <= 48_000; played += 100) {
    const [spoken, rest] = spokenPart({ ...caption, played });
    assert.equal(spoken + rest, text);
    assert.ok(rest === "" || spoken === "" || spoken.endsWith(" "));
  }
});

test("a piece without a voice is shown at the end", () => {
  let captions = write(write([], piece("Spoken."), true), piece("Written.", 24_000), true);
  captions = update(captions, 1, { total: 24_000, played: 24_000 });
  assert.deepEqual(spokenPart(captions[0]), ["Spoken. Written.", ""]);
});

test("where nothing can be heard, everything counts as said", () => {
  const [caption] = write([], piece("Read me."), false);
  assert.deepEqual(spokenPart(caption), ["Read me.", ""]);
});

test("nothing is added to an answer that was broken off", () => {
  const broken = update(write([], piece("One."), true), 1, { interrupted: true });
  assert.equal(write(broken, piece("Two.", 100), true), broken);
});

test("a new session changes no caption of the one before", () => {
  let captions = hear([], transcript("What?"), false);
  captions = seal(write(captions, piece("That."), true));
  captions = write(hear(captions, transcript("And?"), false), piece("This."), true);
  assert.deepEqual(
    captions.map((c) => c.text ?? c.pieces.map(({ text }) => text).join("")),
    ["What?", "That.", "And?", "This."],
  );
});

test("what was half understood when the session ended leaves no caption", () => {
  const captions = hear(hear([], transcript("Yes."), false), transcript("and", 2), true);
  assert.deepEqual(
    seal(captions).map(({ text }) => text),
    ["Yes."],
  );
});

test("an answer under way when the session ended is cut where it was heard", () => {
  const [caption] = seal(update(write([], piece("One two."), true), 1, { played: 100 }));
  assert.deepEqual([caption.interrupted, ...spokenPart(caption)], [true, "One ", "two."]);
});

test("the oldest captions go when there are many, and numbers are not used again", () => {
  let captions = [];
  for (let n = 1; n <= 510; n += 1) captions = type(captions, `${n}`);
  assert.equal(captions.length, 500);
  assert.deepEqual([captions[0].id, captions.at(-1).id], [11, 510]);
});
