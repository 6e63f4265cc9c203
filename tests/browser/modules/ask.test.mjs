// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { reduce } from "../../../server/static/js/core/reducer.js";
import { initialState } from "../../../server/static/js/core/state.js";
import { ask, stopAsking } from "../../../server/static/js/effects/ask.js";

/** A page that is online, before a server whose streams of answers stay open. */
function open() {
  const settings = { language: "en", theme: "system", mode: "extractive", noteMode: "rendered" };
  // @ts-ignore - the settings are as `readSettings` gives them
  let state = reduce(initialState(settings), { type: "connection", connection: "online" });
  /** @type {string[]} */
  const asked = [];
  const api = {
    call: async () => ({ conversations: [] }),
    stream: (/** @type {string} */ _, /** @type {any} */ { json }, /** @type {any} */ onEvent) => {
      asked.push(json.question);
      onEvent("answer", { id: json.question, question: json.question, status: "answered" });
      return new Promise(() => undefined);
    },
  };
  const store = {
    get: () => state,
    dispatch: (/** @type {any} */ action) => {
      state = reduce(state, action);
    },
  };
  return { context: /** @type {any} */ ({ api, store }), asked };
}

const atOnce = () => new Promise((resolve) => setImmediate(resolve));

test("the next question goes out once the answer is whole, though its stream is still open", async () => {
  const { context, asked } = open();
  void ask(context, "first");
  await atOnce();
  assert.equal(stopAsking(), false, "nothing is left to be stopped");
  void ask(context, "second");
  await atOnce();
  assert.deepEqual(asked, ["first", "second"]);
});
