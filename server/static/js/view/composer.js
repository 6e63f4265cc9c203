// @ts-check
/** Where the question is written: grows with it, recalls earlier ones, turns into Stop. */

import { byId, setText, show, typed } from "../dom/elements.js";
import { ask, stopAsking } from "../effects/ask.js";
import { t } from "../text/i18n.js";

/** @typedef {import("../core/state.js").State} State */

const MAX_HEIGHT_PX = 220;

/** So many characters before the end of what a question may hold they are counted. */
const COUNTED_CHARS = 200;

/**
 * @param {import("../effects/context.js").Context} context
 * @returns {(state: State) => void}
 */
export function createComposer(context) {
  const field = typed("question", HTMLTextAreaElement);
  const form = typed("composer", HTMLFormElement);
  const leaveRecall = wireRecall(context, field);
  const submit = () => {
    const question = field.value.trim();
    if (isBusy(context.store.get())) return void stopAsking();
    if (!question || context.store.get().connection !== "online") return;
    field.value = "";
    leaveRecall();
    grow(field);
    if (matchMedia("(pointer: coarse)").matches) field.blur(); // makes room for the answer
    void ask(context, question);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener("input", () => grow(field));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!isBusy(context.store.get())) submit();
  });
  byId("scope").addEventListener("click", () => onScope(context));
  return (state) => fill(state);
}

/** @type {(state: State) => boolean} */
const isBusy = ({ thread }) =>
  thread.turns.some((turn) => turn.stage === "waiting" || turn.stage === "streaming");

/** Makes the field as high as its text, and counts near the limit. @param {HTMLTextAreaElement} field */
function grow(field) {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, MAX_HEIGHT_PX)}px`;
  const left = field.maxLength - field.value.length;
  show(byId("question-left"), left <= COUNTED_CHARS);
  show(byId("ask-hint"), left > COUNTED_CHARS);
  setText(byId("question-left"), t("ask.left", { n: left }));
}

/**
 * Up and Down walk through the questions asked, as in a terminal; what was being written comes
 * back at the end.
 *
 * @param {import("../effects/context.js").Context} context
 * @param {HTMLTextAreaElement} field
 * @returns {() => void} leaves the walk, so that the next one begins at the last question
 */
function wireRecall({ store }, field) {
  let back = 0;
  let draft = "";
  const leave = () => void (back = 0);
  field.addEventListener("input", leave);
  field.addEventListener("keydown", (event) => {
    const { asked } = store.get();
    const step = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    const walking = back > 0 || (step > 0 && !field.value.includes("\n"));
    const next = back + step;
    if (!step || !walking || next < 0 || next > asked.length) return;
    event.preventDefault();
    if (back === 0) draft = field.value;
    back = next;
    field.value = back === 0 ? draft : asked[asked.length - back];
    grow(field);
  });
  return leave;
}

/** @param {import("../effects/context.js").Context} context */
function onScope({ store }) {
  if (store.get().scope) store.dispatch({ type: "scope", prefix: "" });
  else {
    store.dispatch({ type: "tab", tab: "notes" });
    store.dispatch({ type: "drawer", open: true });
    store.flush();
    byId("notes-filter").focus();
  }
}

/** @param {State} state */
function fill(state) {
  const busy = isBusy(state);
  const send = typed("send", HTMLButtonElement);
  send.classList.toggle("busy", busy);
  send.setAttribute("aria-label", t(busy ? "ask.stop" : "ask.send"));
  send.title = t(busy ? "ask.stop" : "ask.send");
  send.ariaDisabled = String(state.connection !== "online" && !busy);
  const chip = byId("scope");
  chip.classList.toggle("on", state.scope !== "");
  setText(/** @type {Element} */ (chip.querySelector("span")), state.scope || t("ask.scopeAll"));
  chip.title = state.scope ? t("ask.scopeClear", { scope: state.scope }) : t("ask.scopeHint");
}
