// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { MAX_OUTPUT_CHARS } from "../../../server/static/js/core/reduce-cards.js";
import { MAX_CONSOLE_ENTRIES, reduce } from "../../../server/static/js/core/reducer.js";
import { toHealth } from "../../../server/static/js/net/wire-server.js";
import { initialState, newTurn } from "../../../server/static/js/core/state.js";

/** @typedef {import("../../../server/static/js/core/actions.js").Action} Action */

/** @type {(...actions: Action[]) => import("../../../server/static/js/core/state.js").State} */
const after = (...actions) =>
  actions.reduce(
    reduce,
    initialState({ language: "en", theme: "system", noteMode: "rendered", mode: "extractive" }),
  );

/** @param {Partial<import("../../../server/static/js/core/types.js").Answer>} more */
const answer = (more = {}) => ({
  id: "a1", conversationId: "c1", question: "q", standaloneQuestion: "q",
  language: /** @type {const} */ ("en"), status: /** @type {const} */ ("answered"),
  text: "whole", html: "", hedged: false, confidence: 1, mode: /** @type {const} */ ("extractive"),
  notice: null, citations: [], commands: [], nearest: [], totalMs: 1, feedback: null, ...more,
});

test("an answer streams in, and the whole of it replaces what came before", () => {
  const streamed = after(
    { type: "turn/asked", key: "t", question: "q" },
    { type: "turn/token", key: "t", text: "par" },
    { type: "turn/token", key: "t", text: "tial" },
  );
  assert.equal(streamed.thread.turns[0].text, "partial");
  assert.equal(streamed.thread.turns[0].stage, "streaming");
  const done = reduce(streamed, { type: "turn/answered", key: "t", answer: answer() });
  assert.equal(done.thread.turns[0].text, "whole");
  assert.equal(done.thread.conversationId, "c1");
  assert.deepEqual(done.asked, ["q"]);
});

test("what comes after a stop is not shown", () => {
  const state = after(
    { type: "turn/asked", key: "t", question: "q" },
    { type: "turn/stopped", key: "t" },
    { type: "turn/token", key: "t", text: "late" },
    { type: "turn/answered", key: "t", answer: answer() },
  );
  assert.equal(state.thread.turns[0].stage, "stopped");
  assert.equal(state.thread.turns[0].text, "");
});

test("an answer to a thread that was left does not move its conversation into the new one", () => {
  const state = after(
    { type: "turn/asked", key: "t", question: "q" },
    { type: "thread/new" },
    { type: "turn/answered", key: "t", answer: answer() },
  );
  assert.equal(state.thread.conversationId, null);
  assert.equal(state.thread.turns.length, 0);
});

test("a conversation that loads late does not replace the one chosen meanwhile", () => {
  const state = after(
    { type: "thread/opening", id: "old" },
    { type: "thread/opening", id: "new" },
    { type: "thread/opened", id: "old", turns: [] },
  );
  assert.equal(state.thread.conversationId, "new");
  assert.equal(state.thread.state, "loading");
});

test("a question asked while its conversation loads stays below what was stored", () => {
  const stored = { ...newTurn("a0", "stored"), answer: answer({ id: "a0" }) };
  const again = { ...newTurn("a1", "asked"), answer: answer({ id: "a1" }) };
  const loading = after(
    { type: "turn/asked", key: "before", question: "earlier" },
    { type: "thread/opening", id: "c1" },
    { type: "turn/asked", key: "t", question: "asked" },
  );
  const opened = reduce(loading, { type: "thread/opened", id: "c1", turns: [stored] });
  assert.deepEqual(opened.thread.turns.map((turn) => turn.question), ["stored", "asked"]);
  assert.deepEqual(opened.asked, ["earlier", "stored", "asked"]); // the order in which they are recalled
  const done = reduce(loading, { type: "turn/answered", key: "t", answer: answer({ id: "a1" }) });
  const once = reduce(done, { type: "thread/opened", id: "c1", turns: [stored, again] });
  assert.deepEqual(once.thread.turns.map((turn) => turn.key), ["a0", "a1"]);
});

test("a conversation that failed and is opened again keeps what was asked since", () => {
  const failure = { code: "offline", message: "", hint: "" };
  const stored = { ...newTurn("a0", "stored"), answer: answer({ id: "a0" }) };
  const state = after(
    { type: "thread/opening", id: "c1" },
    { type: "thread/failed", id: "c1", failure },
    { type: "turn/asked", key: "t", question: "asked" },
    { type: "thread/opening", id: "c1" },
    { type: "thread/opened", id: "c1", turns: [stored] },
  );
  assert.deepEqual(state.thread.turns.map((turn) => turn.question), ["stored", "asked"]);
  assert.equal(state.thread.failure, null);
});

test("a note that loads late does not replace the one opened meanwhile", () => {
  const doc = { path: "a.md", title: "A", source: "", html: "", etag: "" };
  const state = after(
    { type: "note/opening", target: { path: "a.md", lines: null } },
    { type: "note/opening", target: { path: "b.md", lines: [1, 2] } },
    { type: "note/opened", path: "a.md", doc },
  );
  assert.equal(state.panel?.kind, "note");
  assert.equal(state.panel?.kind === "note" ? state.panel.doc : "sandbox", null);
});

test("opening other lines of the same note keeps it on the screen", () => {
  const doc = { path: "a.md", title: "A", source: "x", html: "", etag: "" };
  const state = after(
    { type: "note/opening", target: { path: "a.md", lines: null } },
    { type: "note/opened", path: "a.md", doc },
    { type: "note/opening", target: { path: "a.md", lines: [3, 3] } },
  );
  assert.ok(state.panel?.kind === "note" && state.panel.doc === doc && state.panel.opened === 2);
});

test("output of one stream grows in one piece, and streams keep their order", () => {
  const state = after(
    { type: "run/accepted", key: "k", runId: "r", text: "docker ps" },
    { type: "run/output", key: "k", runId: "r", stream: "stdout", text: "a", remark: null },
    { type: "run/output", key: "k", runId: "r", stream: "stdout", text: "b", remark: null },
    { type: "run/output", key: "k", runId: "r", stream: "stderr", text: "!", remark: null },
    { type: "run/output", key: "k", runId: "r", stream: "stdout", text: "c", remark: null },
  );
  assert.deepEqual(state.cards.k.run?.output, [
    { stream: "stdout", text: "ab", remark: null },
    { stream: "stderr", text: "!", remark: null },
    { stream: "stdout", text: "c", remark: null },
  ]);
});

test("what the runner itself says stays by itself", () => {
  const remark = { code: "note", values: {}, reasons: [] };
  const texts = [null, remark, null].map((each) => ({ stream: /** @type {const} */ ("stderr"), text: "x", remark: each }));
  const said = texts.map((piece) => /** @type {Action} */ ({ type: "run/output", key: "k", runId: "r", ...piece }));
  const state = after({ type: "run/accepted", key: "k", runId: "r", text: "docker ps" }, ...said);
  assert.deepEqual(state.cards.k.run?.output, texts);
});

test("what comes late of the run before does not touch the new one", () => {
  const again = after(
    { type: "run/accepted", key: "k", runId: "old", text: "docker ps" },
    { type: "run/accepted", key: "k", runId: "r", text: "docker ps" },
  );
  for (const late of /** @type {Action[]} */ ([
    { type: "run/output", key: "k", runId: "old", stream: "stdout", text: "late", remark: null },
    { type: "run/state", key: "k", runId: "old", state: "running" },
    { type: "run/ended", key: "k", runId: "old", state: "exited", exitCode: 0, durationS: 1, truncated: false },
  ])) {
    assert.equal(reduce(again, late).cards, again.cards);
  }
});

test("output past the limit is cut and called so", () => {
  const state = after(
    { type: "run/accepted", key: "k", runId: "r", text: "docker logs x" },
    { type: "run/output", key: "k", runId: "r", stream: "stdout", text: "x".repeat(MAX_OUTPUT_CHARS - 1), remark: null },
    { type: "run/output", key: "k", runId: "r", stream: "stderr", text: "yyy", remark: null },
    { type: "run/output", key: "k", runId: "r", stream: "stdout", text: "zzz", remark: null },
  );
  const run = state.cards.k.run;
  assert.equal(run?.truncated, true);
  assert.equal(run?.output.reduce((sum, piece) => sum + piece.text.length, 0), MAX_OUTPUT_CHARS);
  assert.equal(run?.output.at(-1)?.text, "y");
});

test("why a run ended is told past the limit too", () => {
  const remark = { code: "timed_out", values: { seconds: 9 }, reasons: [] };
  const state = after(
    { type: "run/accepted", key: "k", runId: "r", text: "docker logs x" },
    { type: "run/output", key: "k", runId: "r", stream: "stdout", text: "x".repeat(MAX_OUTPUT_CHARS + 1), remark: null },
    { type: "run/output", key: "k", runId: "r", stream: "stderr", text: "stopped", remark },
    { type: "run/output", key: "k", runId: "r", stream: "stderr", text: "zzz", remark: null },
  );
  assert.deepEqual(state.cards.k.run?.output.slice(1), [{ stream: "stderr", text: "stopped", remark }]);
  assert.equal(state.cards.k.run?.truncated, true);
});

test("a value that is typed takes the slot out of the missing ones and drops a confirmation", () => {
  const state = after(
    { type: "card/missing", key: "k", slots: ["image", "name"] },
    { type: "card/confirm", key: "k", message: "sure?", victims: ["web"] },
    { type: "card/value", key: "k", slot: "image", value: "nginx" },
  );
  assert.deepEqual(state.cards.k.missing, ["name"]);
  assert.equal(state.cards.k.confirm, null);
  assert.deepEqual(state.cards.k.values, { image: "nginx" });
});

test("values of an earlier run come back, but not over what was typed since", () => {
  const state = after(
    { type: "card/value", key: "k", slot: "image", value: "nginx" },
    { type: "card/values", key: "k", values: { image: "busybox", name: "web" } },
  );
  assert.deepEqual(state.cards.k.values, { image: "nginx", name: "web" });
});

test("a value that cannot stand there is told until the next that can, or until the run tells it", () => {
  /** @type {Action} */
  const invalid = { type: "card/invalid", key: "k", message: "lowercase, please" };
  assert.equal(after(invalid).cards.k.invalid, "lowercase, please");
  const preview = { text: "docker ps", risk: /** @type {const} */ ("read"), refusal: null, explanation: [], slots: [] };
  assert.equal(after(invalid, { type: "card/preview", key: "k", preview }).cards.k.invalid, "");
  assert.equal(after({ type: "card/preview", key: "k", preview }, invalid).cards.k.preview, null);
  assert.equal(after(invalid, { type: "card/pending", key: "k" }).cards.k.invalid, "");
});

test("a new run clears what the last one left", () => {
  const state = after(
    { type: "card/failed", key: "k", failure: { code: "x", message: "m", hint: "" } },
    { type: "card/pending", key: "k" },
    { type: "run/accepted", key: "k", runId: "r2", text: "docker ps" },
  );
  assert.equal(state.cards.k.failure, null);
  assert.equal(state.cards.k.pending, false);
  assert.equal(state.cards.k.run?.state, "starting");
});

test("the console keeps its last lines", () => {
  const typed = Array.from({ length: MAX_CONSOLE_ENTRIES + 3 }, (_, i) => (
    { type: /** @type {const} */ ("console/typed"), key: `k${i}`, text: "docker ps" }));
  const { consoleKeys } = after(...typed);
  assert.equal(consoleKeys.length, MAX_CONSOLE_ENTRIES);
  assert.equal(consoleKeys.at(-1), `k${MAX_CONSOLE_ENTRIES + 2}`);
});

test("a job that waits for another hides nothing of it, and its end is not the other's", () => {
  const job = { id: "a", state: "running", done: 1, total: 9, message: "" };
  const queued = { ...job, id: "b", done: 0, total: 0 };
  const running = after({ type: "ingest/progress", job }, { type: "ingest/progress", job: queued });
  assert.equal(running.ingest, job);
  assert.equal(reduce(running, { type: "ingest/ended", id: "b" }).ingest, job);
  assert.equal(reduce(running, { type: "ingest/ended", id: "a" }).ingest, null);
});

test("what was in a daemon that died is not known any more", () => {
  const info = { engine: "Docker", containers: [], images: [], volumes: [], networks: [] };
  const ready = toHealth({ status: "ok", sandbox: { state: "ready" } });
  const live = after({ type: "health", health: ready }, { type: "sandbox/loaded", info });
  assert.equal(reduce(live, { type: "health", health: ready }).sandbox, live.sandbox);
  const died = toHealth({ status: "ok", sandbox: { state: "starting" } });
  assert.equal(reduce(live, { type: "health", health: died }).sandbox.info, null);
});

test("a locked page stays locked until it is opened, whatever else answers", () => {
  const failure = { code: "unauthorized", message: "", hint: "" };
  const locked = after({ type: "locked", failure }, { type: "connection", connection: "online" });
  assert.equal(locked.connection, "locked");
  assert.equal(reduce(locked, { type: "unlocked" }).connection, "connecting");
});

test("the state that was there is never changed, and an idle action makes no new one", () => {
  const before = after({ type: "turn/asked", key: "t", question: "q" });
  const frozen = structuredClone(before);
  reduce(before, { type: "turn/token", key: "t", text: "x" });
  reduce(before, { type: "console/typed", key: "k", text: "docker ps" });
  assert.deepEqual(before, frozen);
  assert.equal(reduce(before, { type: "thread/opened", id: "other", turns: [] }), before);
  assert.equal(reduce(before, /** @type {any} */ ({ type: "unknown" })), before);
});
