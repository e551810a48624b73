// @ts-check
/** The few steps of the DOM that every view takes. */

/**
 * @param {string} id Of an element that the page is known to have.
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * @template {HTMLElement} E
 * @param {string} id
 * @param {new () => E} kind
 * @returns {E}
 */
export function elementOf(id, kind) {
  const found = byId(id);
  if (!(found instanceof kind)) throw new Error(`#${id} is no ${kind.name}`);
  return found;
}

/**
 * @param {string} id
 * @param {string} text
 */
export function setText(id, text) {
  const found = byId(id);
  if (found.textContent !== text) found.textContent = text;
}

/**
 * @param {string} name
 * @param {string} className
 * @param {string | Node[]} [content] Text, never markup, or nodes.
 */
export function element(name, className, content = "") {
  const made = document.createElement(name);
  made.className = className;
  made.append(...(typeof content === "string" ? [content] : content));
  return made;
}
