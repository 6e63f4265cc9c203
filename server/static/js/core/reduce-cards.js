// @ts-check
/** How command cards change: values, preview, confirmation, the run and its output. Pure. */

import { emptyCard } from "./state.js";

/**
 * @typedef {import("./types.js").Card} Card
 * @typedef {import("./actions.js").CardAction} CardAction
 * @typedef {Exclude<CardAction, {type: "console/typed" | "console/cleared"}>} OneCardAction
 */

/** Output kept in the page; the server keeps and truncates its own. */
export const MAX_OUTPUT_CHARS = 400_000;

/**
 * @param {Record<string, Card>} cards
 * @param {OneCardAction} action
 * @returns {Record<string, Card>}
 */
export function reduceCards(cards, action) {
  const card = cards[action.key] ?? emptyCard();
  const next = reduceCard(card, action);
  return next === card ? cards : { ...cards, [action.key]: next };
}

/**
 * @param {Card} card
 * @param {OneCardAction} action
 * @returns {Card}
 */
function reduceCard(card, action) {
  switch (action.type) {
    case "card/value":
      return {
        ...card,
        values: { ...card.values, [action.slot]: action.value },
        missing: card.missing.filter((slot) => slot !== action.slot),
        confirm: null,
        refusal: null,
      };
    case "card/values": // what is typed meanwhile stays
      return { ...card, values: { ...action.values, ...card.values } };
    case "card/preview":
      return { ...card, preview: action.preview, invalid: "" };
    case "card/invalid":
      return { ...card, preview: null, invalid: action.message };
    case "card/files":
      return { ...card, files: action.files, services: action.services };
    case "card/pending":
      return { ...card, pending: true, invalid: "", failure: null, refusal: null, confirm: null };
    case "card/missing":
      return { ...card, pending: false, missing: action.slots };
    case "card/confirm":
      return {
        ...card,
        pending: false,
        confirm: { message: action.message, victims: action.victims },
      };
    case "card/dismissed":
      return { ...card, confirm: null, failure: null };
    case "card/refused":
      return { ...card, pending: false, refusal: action.refusal };
    case "card/failed":
      return { ...card, pending: false, failure: action.failure };
    default:
      return reduceRun(card, action);
  }
}

/**
 * @param {Card} card
 * @param {Extract<OneCardAction, {type: "run/accepted" | "run/state" | "run/output" | "run/ended"}>} action
 * @returns {Card}
 */
function reduceRun(card, action) {
  if (action.type === "run/accepted") {
    return { ...card, pending: false, missing: [], failure: null, run: newRun(action) };
  }
  const run = card.run;
  if (run?.id !== action.runId) return card; // a late event of the run before
  switch (action.type) {
    case "run/state":
      return { ...card, run: { ...run, state: action.state } };
    case "run/output":
      return { ...card, run: { ...run, ...appendOutput(run, action) } };
    case "run/ended":
      return {
        ...card,
        run: {
          ...run,
          state: action.state,
          exitCode: action.exitCode,
          durationS: action.durationS,
          truncated: run.truncated || action.truncated,
        },
      };
    default:
      return card;
  }
}

/**
 * @param {{runId: string, text: string}} accepted
 * @returns {import("./types.js").Run}
 */
function newRun({ runId, text }) {
  return {
    id: runId,
    text,
    state: "starting",
    exitCode: null,
    output: [],
    truncated: false,
    durationS: null,
  };
}

/**
 * Adds text to the last piece when it is of the same stream, so that the list stays short; a remark
 * stays by itself, and whole: the server says few, and one of them says why the run ended.
 *
 * @param {import("./types.js").Run} run
 * @param {import("./types.js").OutputPiece} piece
 * @returns {{output: import("./types.js").OutputPiece[], truncated: boolean}}
 */
function appendOutput(run, { stream, text, remark }) {
  const size = run.output.reduce((sum, piece) => sum + piece.text.length, 0);
  if (size >= MAX_OUTPUT_CHARS && !remark) return { output: run.output, truncated: true };
  const kept = remark ? text : text.slice(0, MAX_OUTPUT_CHARS - size);
  const last = run.output.at(-1);
  const merged =
    last && last.stream === stream && !last.remark && !remark
      ? [...run.output.slice(0, -1), { stream, text: last.text + kept, remark }]
      : [...run.output, { stream, text: kept, remark }];
  return { output: merged, truncated: run.truncated || kept.length < text.length };
}
