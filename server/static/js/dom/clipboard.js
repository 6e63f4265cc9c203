// @ts-check
/** Copying text, with a fallback where the clipboard API is not to be had. */

import { t } from "../text/i18n.js";
import { announce } from "./announce.js";
import { icon } from "./elements.js";

/**
 * @param {string} text
 * @returns {Promise<boolean>}
 */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/**
 * Copies, and shows a tick on the button for a moment.
 *
 * @param {HTMLElement} button
 * @param {() => string} text
 */
export function copyOnClick(button, text) {
  button.addEventListener("click", async () => {
    if (!(await copyText(text()))) return;
    announce(t("action.copied"));
    button.replaceChildren(icon("check"));
    button.classList.add("done");
    setTimeout(() => {
      button.replaceChildren(icon("copy"));
      button.classList.remove("done");
    }, 1400);
  });
}
