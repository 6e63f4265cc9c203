// @ts-check
/** Which card of the state belongs to which command of an answer. Pure. */

/** @typedef {import("./types.js").Turn} Turn */

/** @type {(turn: Turn, i: number) => string} the key of the card of a turn's command number `i` */
export const cardKey = ({ key, commands }, i) => `${key}:${commands[i].id}:${i}`;

/** @type {(turns: Turn[], answerId: string, commandId: string) => string} "" where there is no such card */
export function findCardKey(turns, answerId, commandId) {
  const turn = turns.find(({ answer }) => answer !== null && answer.id === answerId);
  const i = turn?.commands.findIndex(({ id }) => id === commandId) ?? -1;
  return turn && i >= 0 ? cardKey(turn, i) : "";
}

/** @type {(turns: Turn[], key: string) => string} the id of the answer that a card belongs to, or "" */
export const answerOfCard = (turns, key) =>
  turns.find((turn) => turn.commands.some((_, i) => cardKey(turn, i) === key))?.answer?.id ?? "";
