// @ts-check
/** One question with its answer. */

import { cardKey } from "../core/card-keys.js";
import { copyOnClick } from "../dom/clipboard.js";
import { clone, part, setText, show } from "../dom/elements.js";
import { ask, rate } from "../effects/ask.js";
import { openNote } from "../effects/notes.js";
import { failureInWords } from "../text/failures.js";
import { t } from "../text/i18n.js";
import { createCommand } from "./command.js";
import { renderAnswer, renderStreaming } from "./prose.js";
import { createQuote } from "./quote.js";

/**
 * @typedef {import("../core/types.js").Turn} Turn
 * @typedef {import("../core/types.js").Citation} Citation
 * @typedef {import("../core/types.js").Command} Command
 * @typedef {import("../core/state.js").State} State
 * @typedef {import("../effects/context.js").Context} Context
 */

/**
 * @param {Context} context
 * @param {Turn} first
 * @returns {import("../dom/elements.js").Component<Turn>}
 */
export function createTurn(context, first) {
  const node = clone("t-turn");
  const heading = part(node, "question");
  setText(heading, first.question);
  heading.id = `asked-${first.key}`;
  node.setAttribute("aria-labelledby", heading.id);
  /** @param {Citation} citation */
  const open = ({ note, lineStart, lineEnd }) =>
    void openNote(context, { path: note, lines: [lineStart, lineEnd] });
  /** @type {Map<string, import("../dom/elements.js").Component<Command>>} */
  const cards = new Map();
  /** @type {Turn | null} */
  let shown = null;
  wireFoot(context, node, () => shown);
  return {
    node,
    update(turn, state) {
      if (turn !== shown) {
        fillState(node, turn);
        fillText(node, turn, shown, open);
        fillQuotes(node, turn, shown, open);
        fillFoot(node, turn);
        shown = turn;
      }
      fillCommands(context, node, turn, cards, open, state);
    },
  };
}

/**
 * @param {Context} context
 * @param {HTMLElement} node
 * @param {() => Turn | null} current
 */
function wireFoot(context, node, current) {
  copyOnClick(part(node, "copy"), () => current()?.text ?? "");
  for (const name of /** @type {const} */ (["up", "down"])) {
    part(node, name).addEventListener("click", () => {
      const turn = current();
      if (turn?.answer) void rate(context, turn.answer.id, turn.feedback === name ? null : name);
    });
  }
  part(node, "retry").addEventListener("click", () => void ask(context, current()?.question ?? ""));
}

/** @type {(node: HTMLElement, turn: Turn) => void} */
function fillState(node, turn) {
  const { answer, stage } = turn;
  node.dataset.stage = stage;
  show(part(node, "thinking"), stage === "waiting");
  const step = ["writing", "indexing"].includes(turn.step) ? turn.step : "thinking";
  setText(part(node, "step"), t(`answer.${step}`));
  const resolved = answer?.standaloneQuestion ?? "";
  const differs = resolved !== "" && resolved.trim() !== turn.question.trim();
  show(part(node, "resolved"), differs);
  setText(part(node, "resolved"), differs ? `${t("answer.resolved")}: ${resolved}` : "");
  show(part(node, "failure"), stage === "failed");
  const failure = turn.failure ? failureInWords(turn.failure) : { message: "", hint: "" };
  setText(part(node, "failure-text"), failure.message || t("answer.failed"));
  setText(part(node, "failure-hint"), failure.hint);
  show(part(node, "notice"), Boolean(answer?.notice) || stage === "stopped");
  setText(part(node, "notice"), stage === "stopped" ? t("answer.stopped") : answer?.notice ?? "");
}

/**
 * @param {HTMLElement} node
 * @param {Turn} turn
 * @param {Turn | null} before
 * @param {(citation: Citation) => void} open
 */
function fillText(node, turn, before, open) {
  const target = part(node, "text");
  const status = turn.answer?.status ?? "answered";
  show(target, turn.text !== "");
  target.className = status === "answered" ? "prose" : `prose callout ${status}`;
  if (turn.answer && turn.answer !== before?.answer) renderAnswer(target, turn.answer, open);
  else if (!turn.answer && turn.text !== before?.text) renderStreaming(target, turn.text);
}

/**
 * @param {HTMLElement} node
 * @param {Turn} turn
 * @param {Turn | null} before
 * @param {(citation: Citation) => void} open
 */
function fillQuotes(node, turn, before, open) {
  // Quotes come before the text above them: shown at once they would be pushed down by it.
  const settled = turn.stage !== "waiting" && turn.stage !== "streaming";
  if (!settled || (before?.stage === turn.stage && before.citations === turn.citations)) return;
  const missing = turn.answer?.status === "not_found";
  const compact = turn.answer?.mode === "extractive"; // its text says the same words
  const quotes = missing ? turn.answer?.nearest ?? [] : turn.citations;
  show(part(node, "quotes"), quotes.length > 0);
  part(node, "quotes").classList.toggle("nearest", missing);
  setText(
    part(node, "quotes-title"),
    missing ? t("answer.nearest") : t("answer.cited", { n: quotes.length }),
  );
  part(node, "quote-list").replaceChildren(...quotes.map((quote) => createQuote(quote, open, compact)));
}

/**
 * @param {Context} context
 * @param {HTMLElement} node
 * @param {Turn} turn
 * @param {Map<string, import("../dom/elements.js").Component<Command>>} cards
 * @param {(citation: Citation) => void} open
 * @param {State} state
 */
function fillCommands(context, node, turn, cards, open, state) {
  const { commands } = turn;
  const list = part(node, "command-list");
  const keys = commands.map((_, i) => cardKey(turn, i));
  for (const [key, card] of cards) if (!keys.includes(key)) card.node.remove();
  commands.forEach((command, i) => {
    const card = cards.get(keys[i]) ?? createCommand(context, keys[i], command, open);
    cards.set(keys[i], card);
    card.update(command, state);
    const place = findPlace(part(node, "text"), command) ?? list;
    if (card.node.parentElement !== place) place.append(card.node);
  });
  setText(part(node, "commands-title"), t("command.title", { n: list.childElementCount }));
  show(part(node, "commands"), list.childElementCount > 0);
}

/** @type {(text: HTMLElement, command: Command) => HTMLElement | null} where the answer shows it */
const findPlace = (text, command) =>
  [.../** @type {NodeListOf<HTMLElement>} */ (text.querySelectorAll(".command-place"))].find(
    (place) => place.dataset.command === command.text,
  ) ?? null;

/** @type {(node: HTMLElement, turn: Turn) => void} */
function fillFoot(node, { answer, feedback }) {
  show(part(node, "foot"), answer !== null);
  if (!answer) return;
  const percent = Math.round(answer.confidence * 100);
  const confidence = part(node, "confidence");
  show(confidence, answer.status === "answered");
  confidence.dataset.level = String(Math.max(1, Math.ceil(answer.confidence * 4)));
  setText(part(node, "confidence-text"), t("answer.confidence", { percent }));
  show(part(node, "hedged"), answer.hedged);
  const time = answer.totalMs === null ? "" : ` · ${t("unit.ms", { n: Math.round(answer.totalMs) })}`;
  setText(part(node, "meta"), t(`mode.${answer.mode}`) + time);
  for (const name of ["up", "down"]) {
    part(node, name).setAttribute("aria-pressed", String(feedback === name));
  }
}
