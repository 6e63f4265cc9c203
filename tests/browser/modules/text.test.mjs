// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { styleOutput } from "../../../server/static/js/text/ansi.js";
import { splitInline, splitParts } from "../../../server/static/js/text/markdown-lite.js";
import { fillSegments, segmentCommand } from "../../../server/static/js/text/segments.js";
import { chooseCandidates, findCandidates } from "../../../server/static/js/text/suggestions.js";

/** @type {(line: string, slots: string[], tokens: string[]) => import("../../../server/static/js/text/segments.js").Segment[]} */
const segment = (line, slots, tokens) =>
  segmentCommand(line, slots.map((value) => ({ value })), tokens.map((token) => ({ token })));

const RUN = "docker run --name web -p 80:80 -d web";

test("slots are found in order, even where their values repeat", () => {
  const cut = segment(RUN, ["web", "80", "80", "web"], ["docker", "run", "--name", "web"]);
  assert.deepEqual(cut.filter((s) => s.slot !== null).map((s) => [s.text, s.slot]), [
    ["web", 0], ["80", 1], ["80", 2], ["web", 3],
  ]);
  assert.equal(cut.map((s) => s.text).join(""), RUN);
});

test("a value inside a longer word is not taken for a slot", () => {
  const cut = segment("docker rm dockerfile", ["docker"], []);
  assert.deepEqual(cut.filter((s) => s.slot !== null).map((s) => s.text), ["docker"]);
  assert.deepEqual(segment("docker psql", ["ps"], []).filter((s) => s.slot !== null), []);
});

test("every character of the line stays, whatever is asked for", () => {
  for (const line of ["", "docker", RUN, "docker build -t x <dir>", "docker run 'a b' \"c\""]) {
    for (const slots of [[], ["<dir>"], ["nothing"], ["a b", ""], ["docker", "x"]]) {
      assert.equal(segment(line, slots, ["docker", "-t x", "'a b'"]).map((s) => s.text).join(""), line);
    }
  }
});

test("a slot that spans the border of two tokens stays one field", () => {
  const cut = segment("docker run a b", ["a b"], ["docker", "run", "a", "b"]);
  assert.equal(cut.filter((s) => s.slot !== null).length, 1);
  assert.equal(fillSegments(cut, () => "X"), "docker run X");
});

test("colours become classes and every other escape goes", () => {
  assert.deepEqual(styleOutput("\x1b[1;31mred\x1b[0m plain"), [
    { text: "red", className: "ansi-red ansi-bold" },
    { text: " plain", className: "" },
  ]);
  const nasty = "a\x1b]0;title\x07b\x1b]8;;http://evil\x1b\\c\x1b[2J\x1b[10;10Hd\x1bce\u202ef\x00g";
  assert.equal(styleOutput(nasty).map((s) => s.text).join(""), "abcdefg");
});

test("a progress line is written over, as a terminal does, and windows line ends are kept", () => {
  assert.equal(styleOutput("10%\r50%\r100%\ndone\r\nnext").map((s) => s.text).join(""), "100%\ndone\nnext");
});

test("an escape that is cut off does not show", () => {
  assert.equal(styleOutput("ok\x1b").map((s) => s.text).join(""), "ok");
  assert.equal(styleOutput("ok\x1b[31").map((s) => s.text).join(""), "ok");
});

test("streamed Markdown is split, also before its fence is closed", () => {
  assert.deepEqual(splitParts("one\ntwo\n\n- a\n- b\n\n> q\n> r\n\n```\ncode **x**"), [
    { kind: "paragraph", text: "one\ntwo" },
    { kind: "item", text: "a" },
    { kind: "item", text: "b" },
    { kind: "quote", text: "q\nr" },
    { kind: "code", text: "code **x**" },
  ]);
  assert.deepEqual(splitInline("a `b` **c** d*e"), [
    { tag: null, text: "a " }, { tag: "code", text: "b" }, { tag: null, text: " " },
    { tag: "strong", text: "c" }, { tag: null, text: " d*e" },
  ]);
});

const NOTE = `# Команды

\`\`\`
$ docker volume create MyVolume
\`\`\`

* -p - проброс портов
- \`--name\` — имя контейнера

> Где докер хранит *файлы* образов?

## Docker Compose

## Можно ли [так](x.md)?

\`\`\`
> Это не вопрос, а вывод?
\`\`\`
`;

test("candidates are what a note asks, names and shows", () => {
  const found = findCandidates("n.md", NOTE);
  assert.deepEqual(found.map(({ kind, value }) => [kind, value]), [
    ["command", "docker volume create"],
    ["flag", "docker volume create -p"],
    ["flag", "docker volume create --name"],
    ["question", "Где докер хранит файлы образов?"],
    ["heading", "Docker Compose"],
    ["question", "Можно ли так?"],
  ]);
  assert.ok(found.every((item) => item.language === "ru" && item.note === "n.md"));
});

test("the choice mixes kinds and notes, without repeats", () => {
  const found = [...findCandidates("a.md", NOTE), ...findCandidates("b.md", NOTE)];
  const chosen = chooseCandidates(found, 4);
  assert.deepEqual(chosen.map((item) => item.kind), ["question", "flag", "command", "heading"]);
  assert.equal(new Set(chooseCandidates(found, 50).map((item) => item.value)).size, 6);
  assert.deepEqual(chooseCandidates([], 4), []);
});
