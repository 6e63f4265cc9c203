// @ts-check
/** What a command card still wants: each value in words, with what could stand there to click. */

import { el, setText, show } from "../dom/elements.js";
import { t } from "../text/i18n.js";

/**
 * @typedef {import("../core/types.js").Slot} Slot
 * @typedef {import("../core/types.js").Sandbox} Sandbox
 */

const MAX_CHOICES = 6;

/** @type {(slot: Slot) => boolean} */
const wantsWords = (slot) => slot.placeholder || slot.hint !== "" || slot.offers.length > 0;

/**
 * @param {HTMLElement} target
 * @param {Slot[]} slots
 * @param {(slot: Slot, value: string) => void} choose
 * @returns {(missing: string[], info: Sandbox | null) => void} brings it up to date
 */
export function createWanted(target, slots, choose) {
  const rows = slots.filter(wantsWords).map((slot) => createRow(slot, choose));
  target.replaceChildren(...rows.map((row) => row.node));
  show(target, rows.length > 0);
  return (missing, info) => rows.forEach((row) => row.update(missing, info));
}

/**
 * @param {Slot} slot
 * @param {(slot: Slot, value: string) => void} choose
 */
function createRow(slot, choose) {
  const label = el("span", { class: "want-label" });
  const choices = el("span", { class: "want-choices" });
  const node = el("li", { class: "want" }, label, choices, el("span", { class: "want-hint", text: slot.hint }));
  let shown = "";
  return {
    node,
    /** @param {string[]} missing @param {Sandbox | null} info */
    update(missing, info) {
      const lacks = missing.includes(slot.id);
      node.classList.toggle("bad", lacks);
      setText(label, lacks ? t("command.fill", { slots: slot.label }) : `${slot.label}:`);
      const values = [...slot.offers, ...choicesOf(slot, info)].slice(0, MAX_CHOICES);
      const none = info !== null && slot.choices !== null && values.length === 0;
      show(node, lacks || none || values.length > 0 || slot.hint !== "");
      const now = JSON.stringify([values, none]);
      if (now === shown) return; // a button that has the focus stays
      shown = now;
      choices.replaceChildren(...values.map((value) => createChoice(slot, value, choose)));
      if (none) choices.append(t("command.nothingThere"));
    },
  };
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

/**
 * What of the sandbox could stand in a slot.
 *
 * @param {Slot} slot
 * @param {Sandbox | null} info
 * @returns {string[]}
 */
export function choicesOf({ choices }, info) {
  if (!choices || !info) return [];
  if (choices === "containers") return info.containers.map((item) => item.name || item.id);
  return info[choices].map((item) => item.name);
}
