// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { createStyler, styleOutput } from "../../../server/static/js/text/ansi.js";
import { toFolders } from "../../../server/static/js/text/folders.js";
import { rangesInWords } from "../../../server/static/js/text/format.js";
import { splitInline, splitParts } from "../../../server/static/js/text/markdown-lite.js";
import { followLines } from "../../../server/static/js/text/moved-lines.js";
import { filesFor, takesFiles } from "../../../server/static/js/text/note-files.js";
import { publishedBy } from "../../../server/static/js/text/published.js";
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

test("a slot stands where the server says, and is looked for only where it says nothing", () => {
  /** @type {(line: string, slots: [string, number | null][]) => [number, string][]} */
  const places = (line, slots) => {
    let at = 0;
    const cut = segmentCommand(line, slots.map(([value, start]) => ({ value, start })), []);
    return cut.flatMap(({ text, slot }) => {
      at += text.length;
      return slot === null ? [] : [[at - text.length, text]];
    });
  };
  assert.deepEqual(places("docker volume rm volume", [["volume", 17]]), [[17, "volume"]]);
  assert.deepEqual(places("docker run -p3000:3000 a", [["3000", 13], ["3000", 18]]), [[13, "3000"], [18, "3000"]]);
  const mounted = 'docker run -v "$(pwd)":/app -w /app node';
  assert.deepEqual(places(mounted, [["/app", 31], ["node", 36]]), [[31, "/app"], [36, "node"]]);
  assert.deepEqual(places("docker rm \u{1F40B} whale", [["whale", 12]]), [[13, "whale"]]);
  assert.deepEqual(places("docker rm a b", [["b", null], ["a", 10]]), [[10, "a"], [12, "b"]]);
  assert.deepEqual(places("docker rm a", [["a", 3]]), [[10, "a"]]);
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

test("output that grows ends as it would have been styled at once, and whole lines are styled once", () => {
  const whole = "a\x1b[31mred\nstill red\x1b[0m\n10%\r50%\r100%\n" + "x".repeat(9000) + "\nend";
  for (const step of [1, 7, 4096]) {
    const grow = createStyler();
    /** @type {import("../../../server/static/js/text/ansi.js").Styled[]} */
    const settled = [];
    let open = settled;
    for (let size = step; size < whole.length + step; size += step) {
      const now = grow(whole.slice(0, size));
      settled.push(...now.settled);
      open = now.open;
    }
    const letters = (/** @type {typeof settled} */ pieces) =>
      pieces.flatMap(({ text, className }) => [...text].map((letter) => letter + className)).join();
    assert.ok(letters([...settled, ...open]) === letters(styleOutput(whole)), `steps of ${step}`);
    assert.deepEqual(grow(whole).settled, []);
  }
});

test("a line that is written over and over does not grow", () => {
  const grow = createStyler();
  let raw = "";
  for (let i = 0; i < 3000; i += 1) {
    raw += `\rlayer ${i}`;
    const { settled, open } = grow(raw);
    assert.deepEqual([settled, open.map((piece) => piece.text)], [[], [`layer ${i}`]]);
  }
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

test("notes are found in folders inside folders, and a lone folder is joined to the one around it", () => {
  const note = (/** @type {string} */ path) => ({ path, title: path, tags: [], chunks: 1 });
  const root = toFolders(["z.md", "b/c/d.md", "a/x/1.md", "a/y/2.md", "a/3.md"].map(note));
  /** @type {(folder: import("../../../server/static/js/text/folders.js").Folder) => unknown} */
  const shape = ({ name, path, folders, notes }) => [name, path, folders.map(shape), notes.map((each) => each.path)];
  assert.deepEqual(shape(root), ["", "", [
    ["a", "a", [["x", "a/x", [], ["a/x/1.md"]], ["y", "a/y", [], ["a/y/2.md"]]], ["a/3.md"]],
    ["b/c", "b/c", [], ["b/c/d.md"]],
  ], ["z.md"]]);
  assert.deepEqual(toFolders([]).folders, []);
});

test("numbers in a row are said as ranges", () => {
  assert.equal(rangesInWords([]), "");
  assert.equal(rangesInWords([4]), "4");
  assert.equal(rangesInWords([1, 2, 3, 7, 9, 10]), "1–3, 7, 9–10");
});

/** @type {(name: string, text?: string) => import("../../../server/static/js/core/types.js").NoteFile} */
const file = (name, text = "") => ({ name, text, problems: [], cleaned: "" });

test("a build takes the note's files, Compose its own alone where it builds nothing", () => {
  assert.ok(["docker build .", "docker image build .", "docker-compose up", "docker compose up"].every(takesFiles));
  assert.ok(!["docker ps", "docker builder prune", "docker composer"].some(takesFiles));
  const files = [file("Dockerfile"), file("docker-compose.yaml", "services:\n  web:\n    image: nginx")];
  assert.deepEqual(filesFor("docker build .", files), files);
  assert.deepEqual(filesFor("docker-compose up -d", files), [files[1]]);
  const building = [files[0], file("docker-compose.yaml", "services:\n  web:\n    build: .")];
  assert.deepEqual(filesFor("docker-compose up -d", building), building);
});

test("a run is about the running containers with ports that it names", () => {
  const ports = [{ label: "8090 → 80/tcp", url: "http://192.0.2.1:8090/" }];
  const container = { image: "nginx", status: "Up", state: "running", ports };
  const web = { ...container, id: "abcdef0123456789", name: "web" };
  const others = [
    { ...container, id: "111111111111aaaa", name: "web2" },
    { ...container, id: "222222222222aaaa", name: "old", state: "exited" },
    { ...container, id: "333333333333aaaa", name: "inner", ports: [] },
  ];
  /** @type {(line: string, said?: string) => string[]} */
  const named = (line, said = "") =>
    publishedBy(
      {
        id: "r", text: line, state: "exited", exitCode: 0, truncated: false, durationS: 1,
        output: [{ stream: "stdout", text: said }],
      },
      [web, ...others],
    ).map(({ name }) => name);
  assert.deepEqual(named("docker run -d -p 8090:80 nginx", "abcdef0123456789\n"), ["web"]);
  assert.deepEqual(named("docker start web"), ["web"]);
  assert.deepEqual(named("docker compose up -d", "Creating web ... done\nCreating old ... done"), ["web"]);
  assert.deepEqual(named("docker inspect inner", "website"), []);
});

test("lines are followed to the nearest place where they stand as they were", () => {
  assert.deepEqual(followLines("a\nb\nc", "new\na\nb\nc", [2, 3]), [3, 4]);
  assert.deepEqual(followLines("b\na\nb", "b\na\nnew\nb", [3, 3]), [4, 4]);
  assert.deepEqual(followLines("a\nb", "a\nb", [1, 2]), [1, 2]);
  assert.equal(followLines("a\nb\nc", "a\nB\nc", [1, 2]), null);
  assert.equal(followLines("a", "a", [5, 6]), null);
});
