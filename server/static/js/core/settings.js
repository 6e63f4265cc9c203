// @ts-check
/** What a person chose for this page, kept in the browser. */

import { preferredLanguage } from "../text/i18n.js";

const KEY = "kb.settings";

/** @typedef {import("./types.js").Settings} Settings */

/** @returns {Settings} */
export function readSettings() {
  const kept = readKept();
  return {
    language: oneOf(kept.language, ["ru", "en"]) ?? preferredLanguage(),
    theme: oneOf(kept.theme, ["light", "dark", "system"]) ?? "system",
    noteMode: oneOf(kept.noteMode, ["rendered", "source"]) ?? "rendered",
    mode: oneOf(kept.mode, ["extractive", "llm"]) ?? "extractive",
  };
}

/** @returns {Record<string, unknown>} */
function readKept() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

/**
 * @template {string} T
 * @param {unknown} value
 * @param {T[]} known
 * @returns {T | undefined}
 */
const oneOf = (value, known) => known.find((item) => item === value);

/** @param {Settings} settings */
export function keepSettings(settings) {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Without storage the choice lasts for this visit.
  }
}

/** @param {import("./types.js").Theme} theme */
export function applyTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
