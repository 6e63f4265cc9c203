// @ts-check
/** The line of a command card: its words, explained on hover, and its slots as fields in place. */

import { el, setText } from "../dom/elements.js";
import { choicesOf } from "../text/choices.js";
import { t } from "../text/i18n.js";
import { linesInWords } from "../text/format.js";
import { fillSegments, segmentCommand } from "../text/segments.js";
import { explainOn } from "./tip.js";

/**
 * @typedef {import("../core/types.js").Command} Command
 * @typedef {import("../core/types.js").Slot} Slot
 *
 * @typedef {object} CommandLine
 * @property {Map<string, HTMLInputElement>} fields by slot id
 * @property {() => string} text the line with the values that stand in the fields now
 * @property {(slot: Slot) => string} value what a slot's field holds; "" where it is empty
 * @property {(values: Record<string, string>) => void} fill shows values by slot id, as the card has them
 * @property {(missing: string[]) => void} mark highlights what wants a value
 * @property {(known: import("../text/choices.js").Known) => void} offer sets the choices
 * @property {(slot: Slot, value: string) => void} choose puts a value in, as if it had been typed
 */

/** A longer word may break between its parts. */
const MAX_WORD_CHARS = 26;

let lists = 0;

/** @type {(explanation: import("../core/types.js").TokenExplanation) => string} */
export function sourceInWords({ citation }) {
  if (!citation) return t("command.docker");
  return t("command.fromNote", { lines: linesInWords(citation.lineStart, citation.lineEnd) });
}

/**
 * @param {HTMLElement} line where the command is shown
 * @param {HTMLElement} extra where slots go that do not stand in the line
 * @param {Command} command
 * @param {Record<string, string>} values typed before
 * @param {(slot: string, value: string) => void} onValue
 * @returns {CommandLine}
 */
export function createCommandLine(line, extra, command, values, onValue) {
  /** @type {Map<string, HTMLInputElement>} */
  const fields = new Map();
  const segments = segmentCommand(command.text, command.slots, command.explanation);
  /** @param {Slot} slot */
  const makeField = (slot) => {
    const field = createField(slot, values[slot.id], (value) => onValue(slot.id, value));
    fields.set(slot.id, field);
    return field;
  };
  for (const word of groupByToken(segments)) {
    const chars = word.reduce((sum, segment) => sum + segment.text.length, 0);
    const group = el("span", { class: chars <= MAX_WORD_CHARS ? "word" : "" });
    for (const segment of word) {
      const explanation = segment.token === null ? null : command.explanation[segment.token];
      if (segment.slot !== null) group.append(makeField(command.slots[segment.slot]));
      else if (explanation) group.append(...createToken(segment.text, explanation));
      else group.append(segment.text);
    }
    line.append(group);
  }
  const outside = command.slots.filter((slot) => !fields.has(slot.id));
  extra.hidden = outside.length === 0;
  for (const slot of outside) {
    extra.append(el("label", { class: "field" }, el("span", { text: slot.label }), makeField(slot)));
  }
  return {
    fields,
    text: () => fillSegments(segments, (i) => valueOf(command.slots[i], fields)),
    value: (slot) => fields.get(slot.id)?.value.trim() ?? "",
    fill: (known) => fillFields(fields, known),
    mark: (missing) => markMissing(fields, missing),
    offer: (known) => offerChoices(command.slots, fields, known),
    choose(slot, value) {
      const field = fields.get(slot.id);
      if (!field) return;
      field.value = value;
      field.dispatchEvent(new Event("input"));
      field.focus();
    },
  };
}

/** @type {(slot: Slot, fields: Map<string, HTMLInputElement>) => string} */
const valueOf = (slot, fields) => fields.get(slot.id)?.value.trim() || slot.value;

/**
 * @param {import("../text/segments.js").Segment[]} segments
 * @returns {import("../text/segments.js").Segment[][]} neighbours of one explained token together
 */
function groupByToken(segments) {
  /** @type {import("../text/segments.js").Segment[][]} */
  const words = [];
  for (const segment of segments) {
    const last = words.at(-1);
    if (last && segment.token !== null && last[0].token === segment.token) last.push(segment);
    else words.push([segment]);
  }
  return words;
}

/**
 * @param {string} text
 * @param {import("../core/types.js").TokenExplanation} explanation
 * @returns {(Node | string)[]} the token, and the blanks around it outside of it
 */
function createToken(text, explanation) {
  const [, before, word, after] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? ["", "", text, ""];
  if (!word) return [text];
  const token = el("button", { class: "token", text: word, attrs: { type: "button" } });
  explainOn(token, () => ({ text: explanation.text, source: sourceInWords(explanation) }));
  return [before, token, after];
}

/**
 * @param {Slot} slot
 * @param {string | undefined} typed
 * @param {(value: string) => void} onValue
 * @returns {HTMLInputElement}
 */
function createField(slot, typed, onValue) {
  const field = document.createElement("input");
  field.type = "text";
  field.dataset.slot = slot.id;
  field.className = slot.placeholder ? "slot wanted" : "slot";
  field.value = typed ?? (slot.placeholder ? "" : slot.value);
  field.placeholder = slot.value || slot.label;
  field.spellcheck = false;
  field.autocapitalize = "off";
  field.autocomplete = "off";
  field.required = slot.required;
  const label = slot.required ? slot.label : `${slot.label} (${t("command.optional")})`;
  field.setAttribute("aria-label", label);
  field.title = [label, slot.hint].filter(Boolean).join(" — ");
  fit(field);
  field.addEventListener("input", () => {
    fit(field);
    onValue(field.value.trim());
  });
  return field;
}

/** Makes a field as wide as what stands in it; the font is monospaced. @param {HTMLInputElement} field */
function fit(field) {
  const chars = Math.max(3, (field.value || field.placeholder).length);
  field.style.setProperty("--chars", String(Math.min(chars, 60)));
}

/** @type {(fields: Map<string, HTMLInputElement>, values: Record<string, string>) => void} */
function fillFields(fields, values) {
  for (const [id, value] of Object.entries(values)) {
    const field = fields.get(id);
    if (!field || field.value.trim() === value) continue; // what is being typed keeps its blanks
    field.value = value;
    fit(field);
  }
}

/**
 * @param {Map<string, HTMLInputElement>} fields
 * @param {string[]} missing
 */
function markMissing(fields, missing) {
  for (const [id, field] of fields) {
    if (missing.includes(id)) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

/**
 * @param {Slot[]} slots
 * @param {Map<string, HTMLInputElement>} fields
 * @param {import("../text/choices.js").Known} known
 */
function offerChoices(slots, fields, known) {
  for (const slot of slots) {
    const field = fields.get(slot.id);
    if (!field || !slot.choices) continue;
    const options = choicesOf(slot, known);
    const list = listFor(field);
    if (list.dataset.options === options.join("\n")) continue;
    list.dataset.options = options.join("\n");
    list.replaceChildren(...options.map((value) => el("option", { attrs: { value } })));
  }
}

/** @type {(field: HTMLInputElement) => HTMLElement} */
function listFor(field) {
  const known = field.getAttribute("list");
  const found = known ? document.getElementById(known) : null;
  if (found) return found;
  lists += 1;
  const list = el("datalist", { attrs: { id: `choices-${lists}` } });
  field.setAttribute("list", list.id);
  field.after(list);
  return list;
}

/**
 * The list under the card: each explained part with where its words come from.
 *
 * @param {HTMLElement} target a `<dl>`
 * @param {Command} command
 * @param {(citation: import("../core/types.js").Citation) => void} open
 */
export function fillExplanations(target, command, open) {
  target.replaceChildren();
  for (const explanation of command.explanation) {
    const source = el(explanation.citation ? "button" : "small", { class: explanation.citation ? "link" : "" });
    setText(source, sourceInWords(explanation));
    const { citation } = explanation;
    if (citation) {
      source.setAttribute("type", "button");
      source.addEventListener("click", () => open(citation));
    }
    target.append(
      el("dt", {}, el("code", { text: explanation.token })),
      el("dd", {}, el("span", { text: explanation.text }), " ", source),
    );
  }
}
