// @ts-check
/** Back closes the panel where it lies over the whole page, as on a phone. */

const OVER_THE_PAGE = "(max-width: 759px)";

/**
 * Makes an entry in the history while the panel is open there; an entry goes with its panel.
 *
 * @param {import("../core/store.js").Store} store
 * @returns {(state: import("../core/state.js").State) => void}
 */
export function createBack(store) {
  let isOpen = false;
  let hasEntry = false;
  let address = location.href;
  if (history.state?.panel) history.replaceState(null, ""); // from before a reload, which closes the panel
  window.addEventListener("popstate", () => {
    if (!hasEntry || history.state?.panel) return;
    hasEntry = false;
    // The entry below is older than the address of a conversation that has come since.
    history.replaceState(history.state, "", address);
    store.dispatch({ type: "panel/closed" });
  });
  return ({ panel }) => {
    const opens = panel !== null && !isOpen;
    const closes = panel === null && isOpen;
    isOpen = panel !== null;
    if (opens && !hasEntry && matchMedia(OVER_THE_PAGE).matches) {
      history.pushState({ panel: true }, "");
      hasEntry = true;
    }
    if (hasEntry) address = location.href;
    if (closes && hasEntry) history.back();
  };
}
