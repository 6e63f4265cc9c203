// @ts-check
/** From the API's JSON to the page's types. Fields that are missing get a harmless value. Pure. */

/** @typedef {Record<string, unknown>} Json */

/** @type {(value: unknown) => Json} */
export const object = (value) =>
  value !== null && typeof value === "object" ? /** @type {Json} */ (value) : {};
/** @type {(value: unknown) => unknown[]} */
export const list = (value) => (Array.isArray(value) ? value : []);
/** @type {(value: unknown, fallback?: string) => string} */
export const text = (value, fallback = "") =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : fallback;
/** @type {(value: unknown) => number | null} */
export const numberOrNull = (value) =>
  typeof value === "number" && Number.isFinite(value) ? value : null;
/** @type {(value: unknown) => number} */
const number = (value) => numberOrNull(value) ?? 0;
/** @type {(value: unknown) => string[]} */
export const texts = (value) => list(value).map((item) => text(item));

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").Citation}
 */
export function toCitation(value) {
  const json = object(value);
  const span = list(json.span).map(number);
  return {
    n: number(json.n),
    note: text(json.note),
    lineStart: number(json.line_start),
    lineEnd: number(json.line_end) || number(json.line_start),
    trail: texts(json.heading_trail),
    quote: text(json.quote),
    span: span.length === 2 ? [span[0], span[1]] : null,
  };
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").Refusal | null}
 */
export function toRefusal(value) {
  if (!value) return null;
  const json = object(value);
  return {
    code: text(json.code),
    message: text(json.message),
    hint: text(json.hint),
    suggestion: text(json.suggestion),
  };
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").Remark | null}
 */
export function toRemark(value) {
  if (!value) return null;
  const json = object(value);
  const values = Object.entries(object(json.values)).map(([name, each]) => [name, typeof each === "number" ? each : text(each)]);
  return { code: text(json.code), values: Object.fromEntries(values), reasons: texts(json.reasons) };
}

/** @type {(value: unknown) => import("../core/types.js").Risk} */
const toRisk = (value) => (value === "destroy" || value === "change" ? value : "read");

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").Slot}
 */
function toSlot(value) {
  const json = object(value);
  const choices = text(json.choices);
  const known = ["containers", "images", "volumes", "networks", "objects", "services"].includes(choices);
  return {
    id: text(json.id),
    label: text(json.label),
    value: text(json.value),
    placeholder: json.placeholder === true,
    required: json.required !== false,
    choices: known ? /** @type {import("../core/types.js").Slot["choices"]} */ (choices) : null,
    existing: json.existing === true,
    hint: text(json.hint),
    offers: texts(json.offers),
    start: typeof json.start === "number" ? json.start : null,
  };
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").TokenExplanation}
 */
function toExplanation(value) {
  const json = object(value);
  return {
    token: text(json.token),
    text: text(json.text),
    citation: json.citation ? toCitation(json.citation) : null,
  };
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").Command}
 */
export function toCommand(value) {
  const json = object(value);
  return {
    id: text(json.id),
    text: text(json.text),
    note: text(json.note),
    lineStart: number(json.line_start),
    lineEnd: number(json.line_end) || number(json.line_start),
    runnable: json.runnable !== false,
    refusal: toRefusal(json.refusal),
    risk: toRisk(json.risk),
    slots: list(json.slots).map(toSlot),
    explanation: list(json.explanation).map(toExplanation),
    hints: texts(json.hints),
  };
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").Preview}
 */
export function toPreview(value) {
  const json = object(value);
  return {
    text: text(json.text),
    risk: toRisk(json.risk),
    refusal: toRefusal(json.refusal),
    explanation: list(json.explanation).map(toExplanation),
    slots: list(json.slots).map(toSlot),
  };
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").NoteFile[]}
 */
export function toFiles(value) {
  return list(object(value).files).map((item) => {
    const json = object(item);
    const problems = list(json.problems).map((problem) => number(object(problem).line));
    return { name: text(json.name), text: text(json.text), problems, cleaned: text(json.cleaned) };
  });
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").Answer}
 */
export function toAnswer(value) {
  const json = object(value);
  const status = text(json.status);
  const known = status === "answered" || status === "open_question";
  const timings = object(json.timings_ms);
  return {
    id: text(json.id),
    conversationId: text(json.conversation_id),
    question: text(json.question),
    standaloneQuestion: text(json.standalone_question),
    language: json.language === "ru" ? "ru" : "en",
    status: known ? status : "not_found",
    text: text(json.text),
    html: text(json.html),
    hedged: json.hedged === true,
    confidence: Math.min(1, Math.max(0, number(json.confidence))),
    mode: json.mode === "llm" ? "llm" : "extractive",
    notice: text(json.notice) || null,
    citations: list(json.citations).map(toCitation),
    commands: list(json.commands).map(toCommand),
    nearest: list(json.nearest).map(toCitation),
    totalMs: numberOrNull(timings.total),
    feedback: null,
  };
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").SearchHit[]}
 */
export function toHits(value) {
  return list(object(value).hits).map((item) => {
    const json = object(item);
    return {
      note: text(json.note),
      lineStart: number(json.line_start),
      lineEnd: number(json.line_end) || number(json.line_start),
      trail: texts(json.heading_trail),
      text: text(json.text),
      score: number(json.score),
      arms: Object.keys(object(json.arms)),
    };
  });
}
