// @ts-check
/** Words of the interface, in the language chosen. */

import { en } from "./en.js";
import { ru } from "./ru.js";

/** @typedef {import("../core/types.js").Language} Language */

const TABLES = { en, ru };

/** @type {Language} */
let language = "en";
let plurals = new Intl.PluralRules("en");

/** @param {Language} chosen */
export function useLanguage(chosen) {
  language = chosen;
  plurals = new Intl.PluralRules(chosen);
  document.documentElement.lang = chosen;
}

/** @returns {Language} */
export const languageNow = () => language;

/** @type {(key: string) => boolean} */
export const hasWords = (key) => Object.hasOwn(TABLES[language], key);

/**
 * @param {number} value
 * @param {number} [digits] behind the decimal mark
 * @returns {string} as the language writes it
 */
export function formatNumber(value, digits = 0) {
  return value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** @returns {Language} the browser's language where the page speaks it, else English */
export function preferredLanguage() {
  return navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en";
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] replace `{name}`; `n` chooses the plural
 * @param {Language} [as] another language than the page's
 * @returns {string}
 */
export function t(key, values = {}, as = language) {
  const entry = TABLES[as][key] ?? key;
  const rules = as === language ? plurals : new Intl.PluralRules(as);
  const form = typeof entry === "string" ? entry : entry[rules.select(Number(values.n))] ?? entry.other;
  return form.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * Fills in the words that the markup names: `data-i18n` for text, `data-i18n-attr` for attributes
 * (`name:key;name:key`).
 *
 * @param {ParentNode} root
 */
export function translate(root) {
  for (const node of root.querySelectorAll("[data-i18n]")) {
    node.textContent = t(/** @type {HTMLElement} */ (node).dataset.i18n ?? "");
  }
  for (const node of root.querySelectorAll("[data-i18n-attr]")) {
    for (const pair of (/** @type {HTMLElement} */ (node).dataset.i18nAttr ?? "").split(";")) {
      const [name, key] = pair.split(":");
      node.setAttribute(name, t(key));
    }
  }
}
