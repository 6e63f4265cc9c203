// @ts-check
/** The middle of the page: the welcome with its suggestions, or the questions and answers. */

import { announce } from "../dom/announce.js";
import { byId, clone, el, part, renewOnLanguage, setText, show, syncComponents, syncList } from "../dom/elements.js";
import { ask } from "../effects/ask.js";
import { failureInWords } from "../text/failures.js";
import { noteName } from "../text/format.js";
import { t } from "../text/i18n.js";
import { createTurn } from "./turn.js";

/**
 * @typedef {import("../core/state.js").State} State
 * @typedef {import("../core/types.js").Turn} Turn
 */

/**
 * @param {import("../effects/context.js").Context} context
 * @returns {(state: State) => void}
 */
export function createThread(context) {
  const thread = byId("thread");
  /** @type {Map<string, import("../dom/elements.js").Component<Turn>>} */
  const made = new Map();
  let lastKey = "";
  let lastStage = "";
  return (state) => {
    const { turns } = state.thread;
    if (renewOnLanguage(thread, state.settings.language)) made.clear();
    fillWelcome(context, state);
    fillThreadState(state);
    syncComponents(thread, made, turns, (turn) => turn.key, (turn) => createTurn(context, turn), state);
    const last = turns.at(-1);
    if (last && last.key !== lastKey) moveTo(made.get(last.key)?.node ?? null, last);
    if (last?.stage === "done" && lastStage !== "done" && last.key === lastKey) announceAnswer(last);
    lastKey = last?.key ?? "";
    lastStage = last?.stage ?? "";
  };
}

/** @type {(node: HTMLElement | null, turn: Turn) => void} the new question goes to the top */
function moveTo(node, turn) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || turn.stage === "done";
  node?.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}

/** @param {Turn} turn */
function announceAnswer({ answer }) {
  announce(t("a11y.answerReady", { text: answer?.text.slice(0, 300) ?? "" }));
}

/** @param {State} state */
function fillThreadState({ thread }) {
  byId("scroll").ariaBusy = String(thread.state === "loading");
  byId("scroll").classList.toggle("loading", thread.state === "loading");
}

/**
 * @param {import("../effects/context.js").Context} context
 * @param {State} state
 */
function fillWelcome(context, state) {
  const { thread, notes, health, suggestions, suggestionsState } = state;
  show(byId("welcome"), thread.turns.length === 0 && thread.state !== "loading");
  if (thread.turns.length > 0) return;
  const none = notes.state === "ready" && notes.items.length === 0 && health?.status === "ok";
  const failed = thread.state === "error";
  const title = failed ? "thread.failed" : none ? "welcome.noneTitle" : "welcome.title";
  setText(byId("welcome-title"), t(title));
  setText(byId("welcome-lead"), thread.failure && failed ? failureInWords(thread.failure).message : t(none ? "welcome.none" : "welcome.lead"));
  const list = byId("suggestions");
  show(list, !failed && !none);
  renewOnLanguage(list, state.settings.language);
  const building = health?.status === "indexing" && suggestions.length === 0;
  const waiting = building || (suggestionsState === "loading" && notes.state !== "error");
  if (waiting) fillSkeletons(list);
  else syncSuggestions(context, list, suggestions);
}

/** @param {HTMLElement} list */
function fillSkeletons(list) {
  syncList(list, ["s1", "s2", "s3", "s4"], (key) => key, () => el("div", { class: "suggestion skeleton" }));
}

/**
 * @param {import("../effects/context.js").Context} context
 * @param {HTMLElement} list
 * @param {State["suggestions"]} suggestions
 */
function syncSuggestions(context, list, suggestions) {
  syncList(list, suggestions, (item) => `${item.text}\n${item.note}`, (item) => {
    const node = clone("t-suggestion");
    setText(part(node, "text"), item.text);
    setText(part(node, "note"), noteName(item.note));
    node.addEventListener("click", () => void ask(context, item.text));
    return node;
  });
}
