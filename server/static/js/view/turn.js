// @ts-check
/** One question with its answer. */

import { cardKey } from "../core/card-keys.js";
import { copyOnClick } from "../dom/clipboard.js";
import { clone, partsOf, setText, show } from "../dom/elements.js";
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
 * @typedef {(name: string) => HTMLElement} At
 */

/**
 * @param {Context} context
 * @param {Turn} first
 * @returns {import("../dom/elements.js").Component<Turn>}
 */
export function createTurn(context, first) {
  const node = clone("t-turn");
  const at = partsOf(node); // the cards that come into it have a foot and failures of their own
  const heading = at("question");
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
  wireFoot(context, at, () => shown);
  return {
    node,
    update(turn, state) {
      if (turn !== shown) {
        node.dataset.stage = turn.stage;
        fillState(at, turn);
        fillText(at, turn, shown, open);
        fillQuotes(at, turn, shown, open);
        fillFoot(at, turn);
        shown = turn;
      }
      fillCommands(context, at, turn, cards, open, state);
    },
  };
}

/**
 * @param {Context} context
 * @param {At} at
 * @param {() => Turn | null} current
 */
function wireFoot(context, at, current) {
  copyOnClick(at("copy"), () => current()?.text ?? "");
  for (const name of /** @type {const} */ (["up", "down"])) {
    at(name).addEventListener("click", () => {
      const turn = current();
      if (turn?.answer) void rate(context, turn.answer.id, turn.feedback === name ? null : name);
    });
  }
  at("retry").addEventListener("click", () => void ask(context, current()?.question ?? ""));
}

/** @type {(at: At, turn: Turn) => void} */
function fillState(at, turn) {
  const { answer, stage } = turn;
  show(at("thinking"), stage === "waiting");
  const step = ["writing", "indexing"].includes(turn.step) ? turn.step : "thinking";
  setText(at("step"), t(`answer.${step}`));
  const resolved = answer?.standaloneQuestion ?? "";
  const differs = resolved !== "" && resolved.trim() !== turn.question.trim();
  show(at("resolved"), differs);
  setText(at("resolved"), differs ? `${t("answer.resolved")}: ${resolved}` : "");
  show(at("failure"), stage === "failed");
  const failure = turn.failure ? failureInWords(turn.failure) : { message: "", hint: "" };
  setText(at("failure-text"), failure.message || t("answer.failed"));
  setText(at("failure-hint"), failure.hint);
  show(at("notice"), Boolean(answer?.notice) || stage === "stopped");
  setText(at("notice"), stage === "stopped" ? t("answer.stopped") : answer?.notice ?? "");
}

/**
 * @param {At} at
 * @param {Turn} turn
 * @param {Turn | null} before
 * @param {(citation: Citation) => void} open
 */
function fillText(at, turn, before, open) {
  const target = at("text");
  const status = turn.answer?.status ?? "answered";
  show(target, turn.text !== "");
  target.className = status === "answered" ? "prose" : `prose callout ${status}`;
  if (turn.answer && turn.answer !== before?.answer) renderAnswer(target, turn.answer, open);
  else if (!turn.answer && turn.text !== before?.text) renderStreaming(target, turn.text);
}

/**
 * @param {At} at
 * @param {Turn} turn
 * @param {Turn | null} before
 * @param {(citation: Citation) => void} open
 */
function fillQuotes(at, turn, before, open) {
  // Quotes come before the text above them: shown at once they would be pushed down by it.
  const settled = turn.stage !== "waiting" && turn.stage !== "streaming";
  if (!settled || (before?.stage === turn.stage && before.citations === turn.citations)) return;
  const missing = turn.answer?.status === "not_found";
  const compact = turn.answer?.mode === "extractive"; // its text says the same words
  const quotes = missing ? turn.answer?.nearest ?? [] : turn.citations;
  show(at("quotes"), quotes.length > 0);
  at("quotes").classList.toggle("nearest", missing);
  setText(
    at("quotes-title"),
    missing ? t("answer.nearest") : t("answer.cited", { n: quotes.length }),
  );
  at("quote-list").replaceChildren(...quotes.map((quote) => createQuote(quote, open, compact)));
}

/**
 * @param {Context} context
 * @param {At} at
 * @param {Turn} turn
 * @param {Map<string, import("../dom/elements.js").Component<Command>>} cards
 * @param {(citation: Citation) => void} open
 * @param {State} state
 */
function fillCommands(context, at, turn, cards, open, state) {
  const { commands } = turn;
  const list = at("command-list");
  const keys = commands.map((_, i) => cardKey(turn, i));
  for (const [key, card] of cards) if (!keys.includes(key)) card.node.remove();
  commands.forEach((command, i) => {
    const card = cards.get(keys[i]) ?? createCommand(context, keys[i], command, open);
    cards.set(keys[i], card);
    card.update(command, state);
    const place = findPlace(at("text"), command) ?? list;
    if (card.node.parentElement !== place) place.append(card.node);
  });
  setText(at("commands-title"), t("command.title", { n: list.childElementCount }));
  show(at("commands"), list.childElementCount > 0);
}

/** @type {(text: HTMLElement, command: Command) => HTMLElement | null} where the answer shows it */
const findPlace = (text, command) =>
  [.../** @type {NodeListOf<HTMLElement>} */ (text.querySelectorAll(".command-place"))].find(
    (place) => place.dataset.command === command.text,
  ) ?? null;

/** @type {(at: At, turn: Turn) => void} */
function fillFoot(at, { answer, feedback }) {
  show(at("foot"), answer !== null);
  if (!answer) return;
  const percent = Math.round(answer.confidence * 100);
  const confidence = at("confidence");
  show(confidence, answer.status === "answered");
  confidence.dataset.level = String(Math.max(1, Math.ceil(answer.confidence * 4)));
  setText(at("confidence-text"), t("answer.confidence", { percent }));
  show(at("hedged"), answer.hedged);
  const time = answer.totalMs === null ? "" : ` · ${t("unit.ms", { n: Math.round(answer.totalMs) })}`;
  setText(at("meta"), t(`mode.${answer.mode}`) + time);
  for (const name of ["up", "down"]) {
    at(name).setAttribute("aria-pressed", String(feedback === name));
  }
}
