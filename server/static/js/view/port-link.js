// @ts-check
/** A published port: a link where something can be opened. */

import { el } from "../dom/elements.js";

/**
 * @param {import("../core/types.js").PortLink} port
 * @param {string} [shown] the words of the link, where they are others than the port's own
 * @returns {HTMLElement}
 */
export function portLink({ label, url }, shown = label) {
  if (!/^https?:\/\//.test(url)) return el("span", { class: "port", text: label });
  const attrs = { href: url, target: "_blank", rel: "noopener noreferrer", title: label };
  return el("a", { class: "port", text: shown, attrs });
}
