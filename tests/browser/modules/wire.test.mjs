// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { ApiError, encodePath, toFailure } from "../../../server/static/js/net/api.js";
import { createEventParser } from "../../../server/static/js/net/sse.js";
import { tokenFromText } from "../../../server/static/js/net/token.js";
import { toAnswer, toCommand, toFiles, toRemark } from "../../../server/static/js/net/wire.js";
import { toHealth, toIngestJob, toSandbox, toWarnings } from "../../../server/static/js/net/wire-server.js";

const STREAM =
  ": hello\n\nevent: token\ndata: {\"text\":\"при\"}\n\nid: 7\r\nevent: token\r\ndata: a\r\ndata: b\r\n\r\ndata:last\n\n";
const EVENTS = [
  { event: "token", data: '{"text":"при"}', id: "" },
  { event: "token", data: "a\nb", id: "7" },
  { event: "message", data: "last", id: "" },
];

test("events are the same, however the stream is cut", () => {
  for (let size = 1; size <= STREAM.length; size += 1) {
    const parse = createEventParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parse(STREAM.slice(at, at + size)));
    assert.deepEqual(events, EVENTS, `pieces of ${size}`);
  }
});

test("a stream that breaks off brings no half event", () => {
  assert.deepEqual(createEventParser()("event: answer\ndata: {\"te"), []);
});

test("an answer without its fields is harmless", () => {
  const answer = toAnswer({});
  assert.equal(answer.status, "not_found");
  assert.deepEqual([answer.citations, answer.commands, answer.confidence], [[], [], 0]);
  assert.equal(toAnswer(null).text, "");
  assert.equal(toAnswer({ confidence: 7 }).confidence, 1);
  assert.equal(toAnswer({ text: ["x"], citations: "no" }).text, "");
});

test("a command keeps its order of slots and knows only the choices there are", () => {
  const command = toCommand({
    id: "c", text: "docker rm x", risk: "destroy", line_start: 3,
    slots: [{ id: "b", choices: "containers" }, { id: "a", choices: "planets" }],
    refusal: { code: "no", message: "m" },
  });
  assert.deepEqual(command.slots.map((slot) => [slot.id, slot.choices]), [["b", "containers"], ["a", null]]);
  assert.deepEqual([command.risk, command.lineEnd, command.refusal?.suggestion], ["destroy", 3, ""]);
});

test("health, jobs and the sandbox are read as the server writes them", () => {
  const health = toHealth({ status: "ok", index: { notes: 2, warnings: 1 }, job_id: "j", sandbox: { state: "ready" }, editable: true, llm: true });
  assert.deepEqual([health.warnings, health.jobId, toHealth({}).jobId], [1, "j", ""]);
  assert.deepEqual(toWarnings({ warnings: [{ note: "a.md", line: 3, code: "c", message: "odd" }] }), [
    { note: "a.md", line: 3, code: "c", message: "odd", hint: "" },
  ]);
  assert.deepEqual([health.notes, health.sandbox, health.canEdit, health.hasChatModel], [2, "ready", true, true]);
  const statuses = [{}, { rebuilding: true }].map((index) => toHealth({ status: "degraded", index }).status);
  assert.deepEqual(statuses, ["degraded", "rebuilding"]);
  assert.equal(toHealth({ sandbox: { state: "off", driver: "managed" } }).sandbox, "asleep");
  const off = [false, true].map((switched_off) => toHealth({ sandbox: { state: "off", driver: "off", switched_off } }));
  assert.deepEqual(off.map((each) => [each.sandbox, each.switchedOff]), [["off", false], ["off", true]]);
  const job = toIngestJob({ job_id: "j", state: "running", progress: { chunks_total: 10, chunks_done: 4 } });
  assert.deepEqual([job.state, job.done, job.total], ["running", 4, 10]);
  assert.equal(toIngestJob({ state: "failed", error: "disk full" }).message, "disk full");
  assert.equal(toSandbox({ state: "off", containers: [] }), null);
  const sandbox = toSandbox({
    state: "ready",
    containers: [{ id: "1", name: "web", ports: [{ container_port: 80, protocol: "tcp", host_port: 8090, url: "http://h:8090" }] }],
    images: [{ id: "sha256:1", tags: [] }, { id: "sha256:2", tags: ["nginx:latest"] }, { id: "sha256:3", tags: ["alpine:latest"] }],
  });
  assert.ok(sandbox);
  assert.deepEqual(sandbox.containers[0].ports[0], { label: "8090 → 80/tcp", url: "http://h:8090" });
  assert.deepEqual(sandbox.images.map((image) => image.name), ["alpine:latest", "nginx:latest", "sha256:1"]);
});

test("paths and tokens", () => {
  assert.equal(encodePath("a b/в#?.md"), "a%20b/%D0%B2%23%3F.md");
  assert.equal(tokenFromText(" abc "), "abc");
  assert.equal(tokenFromText("http://127.0.0.1:8765/#token=a%2Bb"), "a+b");
});

test("an error says what and what to do", () => {
  const error = new ApiError(422, "privileged", "refused", "leave it out");
  assert.deepEqual(toFailure(error), { code: "privileged", message: "refused", hint: "leave it out", reasons: [] });
  const off = new ApiError(503, "sandbox_unavailable", "none", "", { reasons: ["needs_root"] });
  assert.deepEqual(toFailure(off).reasons, ["needs_root"]);
  assert.equal(toFailure(new TypeError("oops")).message, "oops");
});

test("a remark keeps its numbers", () => {
  const told = { code: "output_cut", values: { bytes: 5, path: "a" }, reasons: ["no_reply"] };
  assert.deepEqual(toRemark(told), told);
  assert.equal(toRemark(undefined), null);
});

test("the files of a note are read with the lines of their problems", () => {
  const json = { files: [{ name: "Dockerfile", text: "FROM a // b", problems: [{ line: 1, comment: "b" }], cleaned: "# b\nFROM a" }, 7] };
  assert.deepEqual(toFiles(json), [
    { name: "Dockerfile", text: "FROM a // b", problems: [1], cleaned: "# b\nFROM a" },
    { name: "", text: "", problems: [], cleaned: "" },
  ]);
  assert.deepEqual(toFiles(null), []);
});
