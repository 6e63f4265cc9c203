// @ts-check
/** Keys that work everywhere. */

import { byId } from "../dom/elements.js";
import { stopAsking } from "../effects/ask.js";
import { openHelp } from "./settings.js";
import { openSearch } from "./search.js";
import { hideTip } from "./tip.js";

/** @param {import("../effects/context.js").Context} context */
export function wireShortcuts({ store }) {
  document.addEventListener("keydown", (event) => {
    if (store.get().connection === "locked") return;
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
      event.preventDefault();
      openSearch();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") onEscape(store);
    else if (event.altKey && event.code === "KeyN") byId("new-chat").click();
    else if (!event.ctrlKey && !event.metaKey && !event.altKey && !isWriting(event.target)) {
      if (event.key === "?") act(event, openHelp);
      // By its place as well: a Russian layout has no slash there.
      else if (event.key === "/" || event.code === "Slash") act(event, () => byId("question").focus());
    }
  });
}

/** @type {(event: KeyboardEvent, action: () => void) => void} */
function act(event, action) {
  event.preventDefault();
  action();
}

/** @type {(target: EventTarget | null) => boolean} */
const isWriting = (target) => target instanceof Element && target.matches("input, textarea, select");

/** One thing at a time: the tip, the answer, the list, the panel. @param {import("../core/store.js").Store} store */
function onEscape(store) {
  if (hideTip() || stopAsking()) return;
  const { drawer, panel } = store.get();
  if (drawer) store.dispatch({ type: "drawer", open: false });
  else if (panel) store.dispatch({ type: "panel/closed" });
}
