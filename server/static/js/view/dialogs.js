// @ts-check
/** Dialogs: the native element, one small question box, closing by button and by backdrop. */

import { byId, setText, show, typed } from "../dom/elements.js";

/** @type {((value: string | null) => void) | null} */
let settle = null;

/**
 * @param {string} title
 * @param {string} text
 * @param {string} ok
 * @returns {Promise<boolean>}
 */
export async function confirmWith(title, text, ok) {
  return (await open({ title, text, ok, value: null })) !== null;
}

/**
 * @param {string} title
 * @param {string} value
 * @param {string} ok
 * @returns {Promise<string | null>} what was entered, or null
 */
export function promptWith(title, value, ok) {
  return open({ title, text: "", ok, value });
}

/**
 * @param {{title: string, text: string, ok: string, value: string | null}} question
 * @returns {Promise<string | null>}
 */
function open({ title, text, ok, value }) {
  const input = typed("ask-dialog-input", HTMLInputElement);
  setText(byId("ask-dialog-title"), title);
  setText(byId("ask-dialog-text"), text);
  show(byId("ask-dialog-text"), text !== "");
  setText(byId("ask-dialog-ok"), ok);
  byId("ask-dialog-ok").className = value === null ? "button danger" : "button primary";
  show(input, value !== null);
  input.required = value !== null;
  input.value = value ?? "";
  input.setAttribute("aria-label", title);
  typed("ask-dialog", HTMLDialogElement).showModal();
  if (value !== null) input.select();
  return new Promise((resolve) => {
    settle = resolve;
  });
}

/**
 * Esc inside a question that stands in the page says no to it, and to nothing else.
 *
 * @param {HTMLElement} box
 * @param {() => void} leave
 */
export function leaveOnEscape(box, leave) {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  });
}

/**
 * Makes every dialog close by its buttons and by a click beside it: one that began there too, not a
 * selection of text that ends there.
 */
export function wireDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    for (const button of dialog.querySelectorAll("[data-close]")) {
      button.addEventListener("click", () => dialog.close());
    }
    let beside = false;
    dialog.addEventListener("mousedown", (event) => (beside = event.target === dialog));
    dialog.addEventListener("click", (event) => {
      if (beside && event.target === dialog) dialog.close();
    });
  }
  const dialog = typed("ask-dialog", HTMLDialogElement);
  dialog.addEventListener("close", () => {
    settle?.(null);
    settle = null;
  });
  byId("ask-dialog-form").addEventListener("submit", (event) => {
    event.preventDefault();
    settle?.(typed("ask-dialog-input", HTMLInputElement).value.trim());
    settle = null;
    dialog.close();
  });
}
