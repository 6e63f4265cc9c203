// @ts-check
/** What changed, said to a screen reader. */

import { byId } from "./elements.js";

/** @param {string} text */
export function announce(text) {
  const region = byId("announcer");
  region.textContent = "";
  // A change in the same task is not noticed.
  setTimeout(() => (region.textContent = text), 50);
}
