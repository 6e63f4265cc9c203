// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { createApi } from "../../../server/static/js/net/api.js";

const OFFLINE = { name: "ApiError", status: 0, code: "offline" };

/** Answers every request with a body that breaks off after its beginning. @param {string} begun */
function answerHalf(begun) {
  globalThis.fetch = async () => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(begun)),
      pull: (controller) => controller.error(new TypeError("network error")),
    });
    return new Response(body);
  };
  return createApi(() => "token");
}

test("a server that is not there is offline", async () => {
  globalThis.fetch = () => Promise.reject(new TypeError("Failed to fetch"));
  await assert.rejects(createApi(() => "token").call("/api/health"), OFFLINE);
});

test("a server that goes away in the middle of its answer is offline too", async () => {
  await assert.rejects(answerHalf('{"sta').call("/api/health"), OFFLINE);
});

test("what a stream has brought before it breaks off is kept", async () => {
  /** @type {string[]} */
  const names = [];
  const api = answerHalf('event: token\ndata: {"text":"a"}\n\nevent: answer\ndata: {"te');
  await assert.rejects(api.stream("/api/ask/stream", {}, (name) => names.push(name)), OFFLINE);
  assert.deepEqual(names, ["token"]);
});

test("a mistake of the page in an event is no fault of the server", async () => {
  const api = answerHalf("data: 1\n\n");
  const broken = () => {
    throw new TypeError("no such field");
  };
  await assert.rejects(api.stream("/api/ask/stream", {}, broken), { name: "TypeError" });
});
