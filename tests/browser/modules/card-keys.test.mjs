// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { answerOfCard, cardKey, findCardKey } from "../../../server/static/js/core/card-keys.js";
import { withAnswer } from "../../../server/static/js/core/reduce-turns.js";
import { newTurn } from "../../../server/static/js/core/state.js";
import { toAnswer } from "../../../server/static/js/net/wire.js";

/** @type {(id: string, commands: string[]) => import("../../../server/static/js/core/types.js").Turn} */
const turn = (id, commands) => withAnswer(newTurn(`key-${id}`, "q"), toAnswer({ id, commands: commands.map((each) => ({ id: each })) }));

test("a card is found by its answer and its command, and its answer by the card", () => {
  const turns = [newTurn("waiting", "q"), turn("a1", ["c1", "c2"]), turn("a2", ["c1"])];
  const key = findCardKey(turns, "a1", "c2");
  assert.equal(key, cardKey(turns[1], 1));
  assert.equal(answerOfCard(turns, key), "a1");
  assert.equal(answerOfCard(turns, findCardKey(turns, "a2", "c1")), "a2");
  for (const [answer, command] of [["a2", "c2"], ["a3", "c1"], ["", ""]]) assert.equal(findCardKey(turns, answer, command), "");
  assert.equal(answerOfCard(turns, "console-1"), "");
});
