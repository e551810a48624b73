// @ts-check
/** Puts the page together, and takes what the learner presses and types. */

import { Connection } from "./connection.js";
import { Devices } from "./devices.js";
import { byId, elementOf } from "./dom.js";
import { Lesson } from "./lesson.js";
import { Meter } from "./meter.js";
import { Store } from "./store.js";
import { View } from "./view.js";

const store = new Store();
const connection = new Connection(`${location.origin.replace(/^http/, "ws")}/ws`, {
  receive: (message) => lesson.receive(message),
  follow: (status) => lesson.follow(status),
});
const lesson = new Lesson(store, (message) => connection.send(message));
const devices = new Devices(store, lesson);
const view = new View();
const input = elementOf("text", HTMLInputElement);
const wide = matchMedia("(min-width: 60rem)");

new Meter(document.body, {
  learner: () => devices.learnerLevel(),
  tutor: () => devices.tutorLevel(),
});
store.watch((state) => view.show(state));
connection.open();
unfold();

wide.addEventListener("change", unfold);
byId("microphone").addEventListener("click", () => devices.toggleMicrophone());
byId("stop").addEventListener("click", () => lesson.stop());
byId("notice-close").addEventListener("click", () => {
  store.dispatch({ type: "notice", notice: null });
});
byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  ask(input.value);
});
for (const example of byId("examples").querySelectorAll("button")) {
  example.addEventListener("click", () => ask(example.textContent));
}
document.addEventListener("keydown", onKey);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) devices.wake();
});

/** Show who answers where there is room for it; elsewhere it opens on demand. */
function unfold() {
  elementOf("engines", HTMLDetailsElement).open = wide.matches;
}

/** @param {string} text */
async function ask(text) {
  const question = text.trim();
  if (!question || store.state.connection !== "open") return;
  input.value = "";
  store.dispatch({ type: "asked" });
  await devices.openAudio();
  if (!(await lesson.write(question))) input.value = question;
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "Escape") return void lesson.stop();
  if (event.target instanceof HTMLInputElement) return;
  if (event.key.toLowerCase() === "m" && store.state.microphone !== "off")
    void devices.toggleMicrophone();
  if (event.key === "/") {
    event.preventDefault();
    input.focus();
  }
}
