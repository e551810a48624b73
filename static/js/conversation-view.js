// @ts-check
/** Shows the captions. Everything in them is text, whoever wrote it. */

import { spokenPart } from "./captions.js";
import { element } from "./dom.js";

/** @typedef {import("./captions.js").Caption} Caption */

/** Pixels from the end within which the view follows what is new. */
const NEAR_END = 80;

export class ConversationView {
  #scroller;
  #list;
  /** @type {Map<number, {caption: Caption, item: HTMLLIElement}>} */
  #shown = new Map();

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} list
   */
  constructor(scroller, list) {
    this.#scroller = scroller;
    this.#list = list;
  }

  /**
   * Have a screen reader read what is new, or not: it would talk over the tutor.
   * @param {boolean} on
   */
  announce(on) {
    this.#scroller.ariaLive = on ? "polite" : "off";
  }

  /** @param {readonly Caption[]} captions */
  show(captions) {
    const follow = this.#isAtEnd();
    const ids = new Set(captions.map(({ id }) => id));
    for (const id of this.#shown.keys()) {
      if (!ids.has(id)) this.#remove(id);
    }
    for (const caption of captions) this.#update(caption);
    if (follow) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  /** @param {number} id */
  #remove(id) {
    this.#shown.get(id)?.item.remove();
    this.#shown.delete(id);
  }

  /** @param {Caption} caption */
  #update(caption) {
    const known = this.#shown.get(caption.id);
    if (known?.caption === caption) return;
    const item = known?.item ?? this.#list.appendChild(emptyItem(caption));
    fill(item, caption);
    this.#shown.set(caption.id, { caption, item });
  }
}

/** @param {Caption} caption */
function emptyItem({ speaker }) {
  const item = document.createElement("li");
  item.className = `caption ${speaker}`;
  item.append(
    element("span", "speaker", speaker === "tutor" ? "Tutor" : "You"),
    element("p", "answer"),
  );
  return item;
}

/**
 * @param {HTMLLIElement} item
 * @param {Caption} caption
 */
function fill(item, caption) {
  const paragraph = /** @type {Element} */ (item.lastElementChild);
  if (caption.speaker === "learner") return paragraph.replaceWith(remark(caption));
  fillAnswer(paragraph, caption);
  // An answer of which nothing was heard was never given.
  item.hidden = caption.interrupted && spokenPart(caption)[0] === "";
}

/** @param {import("./captions.js").LearnerCaption} caption */
function remark({ text, interim, language }) {
  const paragraph = element("p", interim ? "interim" : "final", text);
  if (language) paragraph.lang = language;
  return paragraph;
}

/**
 * @param {Element} paragraph
 * @param {import("./captions.js").TutorCaption} caption
 */
function fillAnswer(paragraph, caption) {
  const [spoken, rest] = spokenPart(caption);
  const shown = paragraph.firstElementChild ?? paragraph.appendChild(element("span", "spoken"));
  extend(shown, spoken);
  shown.nextElementSibling?.remove();
  if (rest) paragraph.append(element(caption.interrupted ? "del" : "span", "unheard", rest));
}

/**
 * Add what is new and leave the rest alone, so that a screen reader reads nothing twice.
 * @param {Element} shown
 * @param {string} text
 */
function extend(shown, text) {
  const before = shown.textContent ?? "";
  if (text === before) return;
  if (text.startsWith(before)) shown.append(text.slice(before.length));
  else shown.textContent = text;
}
