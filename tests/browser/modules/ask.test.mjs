// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { reduce } from "../../../server/static/js/core/reducer.js";
import { initialState } from "../../../server/static/js/core/state.js";
import { ask, stopAsking } from "../../../server/static/js/effects/ask.js";
import { ApiError } from "../../../server/static/js/net/api.js";

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

/** @param {import("../../../server/static/js/core/state.js").State} state */
const turnsOf = ({ thread }) => thread.turns.map(({ question, stage }) => [question, stage]);

/** A page whose open conversation the server does not have, though it has others. @param {number} status of looking for it */
function openDeleted(status) {
  const { context } = open();
  /** @type {unknown[]} */
  const asked = [];
  context.store.dispatch({ type: "thread/opening", id: "c1" });
  context.store.dispatch({ type: "thread/opened", id: "c1", turns: [] });
  context.api = {
    call: async (/** @type {string} */ path) => {
      if (path === "/api/conversations/c1") throw new ApiError(status, "not_found", "no conversation");
      return { conversations: [] };
    },
    stream: async (/** @type {string} */ _, /** @type {any} */ { json }, /** @type {any} */ onEvent) => {
      asked.push(json.conversation_id);
      if (json.conversation_id) onEvent("error", { error: { code: "not_found", message: "no conversation" } });
      else onEvent("answer", { id: "a1", conversation_id: "c2", question: json.question, status: "answered" });
    },
  };
  return { context, asked };
}

test("a question to a conversation that was deleted elsewhere begins a new one, and says so", async () => {
  const { context, asked } = openDeleted(404);
  await ask(context, "and then?");
  assert.deepEqual(asked, ["c1", undefined]);
  const state = context.store.get();
  assert.deepEqual(turnsOf(state), [["and then?", "done"]]);
  assert.equal(state.thread.conversationId, "c2");
  assert.deepEqual(state.toasts.map((/** @type {any} */ each) => each.kind), ["info"]);
  assert.deepEqual(state.asked, ["and then?"]);
});

test("where only something of the question is missing the conversation stays", async () => {
  const { context, asked } = openDeleted(500);
  await ask(context, "and then?");
  assert.deepEqual(asked, ["c1"]);
  assert.deepEqual(turnsOf(context.store.get()), [["and then?", "failed"]]);
  assert.equal(context.store.get().thread.conversationId, "c1");
});

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
