// @ts-check
/** The smaller parts of the page: who answers, how fast, and what went wrong. */

import { byId, element, elementOf, setText } from "./dom.js";
import { answeredAfter } from "./state.js";
import { NOTICES, PRACTICE_TUTOR, STAGES, isPracticeTutor, seconds } from "./words.js";

/** @param {import("./messages.js").EngineNames | null} engines */
export function showEngines(engines) {
  if (!engines) return;
  setText("engine-stt", engines.stt);
  setText("engine-tutor", engines.tutor);
  setText("engine-voice", engines.voice);
  for (const id of ["tutor-note", "introduction-note"]) {
    setText(id, isPracticeTutor(engines) ? PRACTICE_TUTOR : "");
  }
}

/** @param {import("./state.js").PageState} state */
export function showLatency({ metrics, underruns }) {
  const panel = elementOf("latency", HTMLDetailsElement);
  const total = answeredAfter(metrics);
  panel.dataset["known"] = String(total !== null);
  if (!metrics || total === null) return;
  const stages = STAGES.flatMap(([field, name]) => {
    const time = metrics[field];
    return time ? [{ name, time }] : [];
  });
  setText("latency-total", seconds(total));
  byId("latency-stages").replaceChildren(
    ...stages.map(({ name, time }) => stageRow(name, time, total)),
  );
  setText("latency-gaps", String(underruns));
  setText("latency-dropped", String(metrics.dropped_frames));
}

/** @param {import("./state.js").Notice | null} notice */
export function showNotice(notice) {
  const words = notice && (NOTICES[notice.code] ?? notice);
  setText("notice-message", words?.message ?? "");
  setText("notice-action", words?.action ?? "");
  byId("notice").classList.toggle("shown", Boolean(words));
}

/**
 * @param {string} name
 * @param {number} time ms
 * @param {number} total ms
 */
function stageRow(name, time, total) {
  const bar = element("span", "stage-bar");
  bar.style.setProperty("--part", String(total > 0 ? time / total : 0));
  return element("li", "stage", [
    element("span", "stage-name", name),
    bar,
    element("span", "stage-time", seconds(time)),
  ]);
}
