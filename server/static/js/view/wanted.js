// @ts-check
/** What a command card still wants: each value in words, with what could stand there to click. */

import { el, setText, show } from "../dom/elements.js";
import { choicesOf, isAbsent } from "../text/choices.js";
import { t } from "../text/i18n.js";

/**
 * @typedef {import("../core/types.js").Slot} Slot
 */

const MAX_CHOICES = 6;

/** @type {(slot: Slot) => boolean} */
const wantsWords = (slot) =>
  slot.placeholder || slot.hint !== "" || slot.offers.length > 0 || slot.existing;

/**
 * @typedef {object} Known what is known when a card is brought up to date
 * @property {string[]} missing ids of the slots that want a value
 * @property {import("../text/choices.js").Known} known what there is to choose from
 * @property {boolean} asleep the sandbox could be woken to learn it
 * @property {(slot: Slot) => string} value what stands in a slot now
 */

/**
 * @param {HTMLElement} target
 * @param {Slot[]} slots
 * @param {{choose: (slot: Slot, value: string) => void, wake: () => void}} act
 * @returns {(known: Known) => void} brings it up to date
 */
export function createWanted(target, slots, act) {
  const rows = slots.filter(wantsWords).map((slot) => createRow(slot, act));
  target.replaceChildren(...rows.map((row) => row.node));
  show(target, rows.length > 0);
  return (known) => rows.forEach((row) => row.update(known));
}

/**
 * @param {Slot} slot
 * @param {{choose: (slot: Slot, value: string) => void, wake: () => void}} act
 */
function createRow(slot, { choose, wake }) {
  const label = el("span", { class: "want-label" });
  const choices = el("span", { class: "want-choices" });
  const node = el("li", { class: "want" }, label, choices, el("span", { class: "want-hint", text: slot.hint }));
  let shown = "";
  return {
    node,
    /** @param {Known} known */
    update({ missing, known, asleep, value }) {
      const lacks = missing.includes(slot.id);
      const absent = isAbsent(slot, value(slot), known);
      const listed = slot.choices !== null && slot.choices !== "services"; // in the sandbox
      node.classList.toggle("bad", lacks);
      node.classList.toggle("absent", absent);
      const named = absent ? `${slot.label}: ${value(slot)} — ${t(listed ? "command.notThere" : "command.noService")}` : `${slot.label}:`;
      setText(label, lacks ? t("command.fill", { slots: slot.label }) : named);
      const found = slot.placeholder || absent ? choicesOf(slot, known) : [];
      const values = [...slot.offers, ...found].slice(0, MAX_CHOICES);
      const wakes = asleep && slot.placeholder && listed;
      const none = known.info !== null && slot.placeholder && listed && values.length === 0;
      show(node, lacks || absent || none || wakes || values.length > 0 || slot.hint !== "");
      const now = JSON.stringify([values, none, wakes]);
      if (now === shown) return; // a button that has the focus stays
      shown = now;
      choices.replaceChildren(...values.map((each) => createChoice(slot, each, choose)));
      if (none) choices.append(t("command.nothingThere"));
      if (wakes) choices.append(el("span", { text: t("command.asleep") }), createWake(wake));
    },
  };
}

/** @type {(wake: () => void) => HTMLElement} */
function createWake(wake) {
  const button = el("button", { class: "button small", text: t("command.wake"), attrs: { type: "button" } });
  button.addEventListener("click", wake);
  return button;
}

/**
 * @param {Slot} slot
 * @param {string} value
 * @param {(slot: Slot, value: string) => void} choose
 * @returns {HTMLElement}
 */
function createChoice(slot, value, choose) {
  const button = el("button", { class: "choice", text: value, attrs: { type: "button" } });
  button.setAttribute("aria-label", `${slot.label}: ${value}`);
  button.addEventListener("click", () => choose(slot, value));
  return button;
}
