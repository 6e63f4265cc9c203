// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { statusInWords } from "../../../server/static/js/text/container-status.js";
import { codeInWords, failureInWords, reasonsInWords } from "../../../server/static/js/text/failures.js";
import { sizeInWords } from "../../../server/static/js/text/format.js";
import { useLanguage } from "../../../server/static/js/text/i18n.js";
import { remarkInWords } from "../../../server/static/js/text/remarks.js";

// @ts-ignore - the one thing of the page that the words touch
globalThis.document = { documentElement: { lang: "" } };

const BUSY = { code: "too_many_requests", message: "8 runs are going on already", hint: "wait for one" };

test("an English page keeps the words of the server, which name the value", () => {
  useLanguage("en");
  assert.deepEqual(failureInWords(BUSY), { message: BUSY.message, hint: BUSY.hint });
  assert.equal(failureInWords({ ...BUSY, message: "" }).message, "Too much at once.");
});

test("a Russian page puts the code into words, and the values along where only they tell", () => {
  useLanguage("ru");
  assert.match(failureInWords(BUSY).message, /^Слишком много/);
  assert.match(failureInWords(BUSY).hint, /^Подождите/);
  const invalid = { code: "invalid_request", message: "top_k: too big", hint: "see openapi" };
  assert.deepEqual(failureInWords(invalid), { message: "Сервер не понял запроса: top_k: too big", hint: "" });
  assert.match(failureInWords({ code: "http_502", message: "HTTP 502", hint: "" }).message, /http_502/);
});

test("what is always said in English gets the page's words, whatever it names", () => {
  const unread = { code: "notes_unread", message: "команды.md could not be read", hint: "" };
  useLanguage("ru");
  assert.deepEqual(codeInWords(unread), {
    message: "Не все заметки удалось прочитать.",
    hint: "Какие и почему — в настройках.",
  });
  assert.equal(codeInWords({ ...unread, code: "" }).message, unread.message);
  useLanguage("en");
  assert.equal(codeInWords(unread).message, unread.message);
});

test("what is said in the page's language, or has no code that is known, stays", () => {
  useLanguage("ru");
  const refused = { code: "refused", message: "права на машину", hint: "без них" };
  assert.deepEqual(failureInWords(refused), { message: refused.message, hint: refused.hint });
  const unknown = { code: "brand_new", message: "new", hint: "h" };
  assert.deepEqual(failureInWords(unknown), { message: "new", hint: "h" });
});

test("why there is no sandbox is said in the page's words, of each way that was tried", () => {
  const failure = { code: "sandbox_off", message: "no dockerd, and no engine", hint: "", reasons: ["no_dockerd", "no_engine"] };
  useLanguage("ru");
  assert.match(failureInWords(failure).message, /^На этом компьютере нет программы dockerd.*Docker Engine не отвечает/);
  assert.equal(failureInWords(failure).hint, failure.message);
  assert.equal(reasonsInWords(["brand_new"]), "");
  assert.equal(failureInWords({ ...failure, reasons: ["brand_new"] }).message, failure.message);
  useLanguage("en");
  assert.match(reasonsInWords(failure.reasons), /^This machine has no dockerd.*No Docker Engine answers/);
});

test("what the runner says is put into words, its failures too", () => {
  const late = { code: "timed_out", values: { seconds: 3600 }, reasons: [] };
  const gone = { code: "sandbox_unavailable", values: { message: "it went: EOF", hint: "again" }, reasons: ["went_away"] };
  const none = { code: "no_dockerfile", values: { message: "there is no Dockerfile to build from", hint: "hold it" }, reasons: [] };
  useLanguage("ru");
  assert.equal(remarkInWords(late).message.replace(/\s/g, " "), "Остановлено: команда выполнялась дольше 3 600 с.");
  assert.match(remarkInWords(gone).message, /^Демон песочницы пропал/);
  assert.equal(remarkInWords(gone).hint, "it went: EOF");
  assert.deepEqual(remarkInWords(none), { message: "В заметке нет Dockerfile.", hint: "" });
  useLanguage("en");
  assert.equal(remarkInWords(late).message, "Stopped: the command ran longer than 3,600 s.");
  assert.deepEqual(remarkInWords(none), { message: "there is no Dockerfile to build from", hint: "hold it" });
  assert.equal(remarkInWords({ code: "brand_new", values: {}, reasons: [] }).message, "brand_new");
});

test("how a container is is said in the page's words", () => {
  const inRussian = {
    "Up 2 minutes": "работает 2 минуты",
    "Up Less than a second": "работает меньше секунды",
    "Up 1 second (health: starting)": "работает 1 секунду, проверяется",
    "Up About an hour (healthy)": "работает около часа, исправен",
    "Up 5 weeks (unhealthy)": "работает 5 недель, не проходит проверку",
    "Up 3 days (Paused)": "работает 3 дня, на паузе",
    "Exited (137) 21 years ago": "завершён 21 год назад, код 137",
    "Restarting (1) 4 hours ago": "перезапускается, 4 часа назад завершился с кодом 1",
    Created: "создан",
    Dead: "неисправен",
    "Removal In Progress": "удаляется",
    "Up a blue moon (full)": "работает a blue moon, full",
    "New in Docker 99": "New in Docker 99",
    constructor: "constructor",
    "": "",
  };
  useLanguage("ru");
  for (const [said, words] of Object.entries(inRussian)) assert.equal(statusInWords(said), words);
  useLanguage("en");
  assert.equal(statusInWords("Exited (0) 1 month ago"), "Exited (0) 1 month ago");
  assert.equal(statusInWords("Up 2 days"), "Up 2 days");
});

test("sizes have the units and the decimal mark of the language", () => {
  useLanguage("ru");
  assert.equal(sizeInWords(1_500_000), "1,5 МБ");
  useLanguage("en");
  assert.equal(sizeInWords(1_500_000), "1.5 MB");
  assert.equal(sizeInWords(999), "999 B");
});
