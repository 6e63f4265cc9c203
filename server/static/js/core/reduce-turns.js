// @ts-check
/** How the thread of questions and answers changes. Pure. */

import { newTurn } from "./state.js";

/** @typedef {import("./types.js").Turn} Turn */

/**
 * @param {Turn[]} turns
 * @param {import("./actions.js").TurnAction} action
 * @returns {Turn[]}
 */
export function reduceTurns(turns, action) {
  if (action.type === "turn/asked") {
    return [...turns, newTurn(action.key, action.question)];
  }
  if (action.type === "turn/rated") {
    return turns.map((turn) =>
      turn.answer?.id === action.answerId ? { ...turn, feedback: action.feedback } : turn,
    );
  }
  return turns.map((turn) => (turn.key === action.key ? reduceTurn(turn, action) : turn));
}

/**
 * @param {Turn} turn
 * @param {Exclude<import("./actions.js").TurnAction, {type: "turn/asked" | "turn/rated"}>} action
 * @returns {Turn}
 */
function reduceTurn(turn, action) {
  if (turn.stage !== "waiting" && turn.stage !== "streaming") return turn; // a late event
  switch (action.type) {
    case "turn/step":
      return { ...turn, step: action.step };
    case "turn/token":
      return { ...turn, stage: "streaming", text: turn.text + action.text };
    case "turn/citation":
      return { ...turn, citations: [...turn.citations, action.citation] };
    case "turn/command":
      return { ...turn, commands: [...turn.commands, action.command] };
    case "turn/answered":
      return withAnswer(turn, action.answer);
    case "turn/failed":
      return { ...turn, stage: "failed", failure: action.failure };
    case "turn/stopped":
      return { ...turn, stage: "stopped" };
    default:
      return turn;
  }
}

/**
 * The whole answer is the truth: what was streamed before it gives way.
 *
 * @param {Turn} turn
 * @param {import("./types.js").Answer} answer
 * @returns {Turn}
 */
export function withAnswer(turn, answer) {
  return {
    ...turn,
    stage: "done",
    step: "",
    text: answer.text,
    citations: answer.citations,
    commands: answer.commands,
    feedback: answer.feedback,
    answer,
  };
}
