// @ts-check
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { en } from "../../../server/static/js/text/en.js";
import { ru } from "../../../server/static/js/text/ru.js";

const STATIC = new URL("../../../server/static/", import.meta.url).pathname;
/** Keys that are put together when the page runs. */
const MADE = [/^answer\.(indexing|writing|thinking)$/, /^(risk|lines|mode|suggest)\./, /^run\.(exited|failed|stopped|starting|running)$/, /^sandbox\.state\./, /^banner\./, /^(container|error|reason|remark|time)\./, /^unit\./];

/** @param {string} folder @returns {string} */
const sources = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(js|html)$/.test(entry.name) && !/^(en|ru)(-errors|-reasons|-remarks)?\.js$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name), "utf8"))
    .join("\n");

/** @param {string | Record<string, string>} entry */
const names = (entry) =>
  (typeof entry === "string" ? [entry] : Object.values(entry)).map((form) => [...form.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join());

test("both languages have the same keys and the same values in them", () => {
  assert.deepEqual(Object.keys(ru).sort(), Object.keys(en).sort());
  for (const key of Object.keys(en)) {
    assert.equal(typeof ru[key], typeof en[key], key);
    // The Russian words of an error may name what the server said; the English ones stand in for it.
    if (!key.startsWith("error.")) assert.equal(new Set([...names(en[key]), ...names(ru[key])]).size, 1, key);
  }
});

test("the Russian strings are Russian", () => {
  for (const [key, entry] of Object.entries(ru)) {
    assert.match(typeof entry === "string" ? entry : entry.other, /[а-яё]/i, key);
  }
});

test("every key is used, and every key that is used exists", () => {
  const text = sources(STATIC);
  for (const key of Object.keys(en)) {
    if (!MADE.some((pattern) => pattern.test(key))) assert.ok(text.includes(key), `${key} is not used`);
  }
  const used = [...text.matchAll(/\bt\("([\w.]+)"|data-i18n="([\w.]+)"/g)].map((m) => m[1] ?? m[2]);
  const inAttributes = [...text.matchAll(/data-i18n-attr="([^"]+)"/g)].flatMap((m) => m[1].split(";").map((pair) => pair.split(":")[1]));
  for (const key of [...used, ...inAttributes]) assert.ok(key in en, `${key} has no words`);
});
