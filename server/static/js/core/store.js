// @ts-check
/** Holds the state, runs the reducer, and tells those who listen once a frame. */

/**
 * @typedef {import("./state.js").State} State
 * @typedef {import("./actions.js").Action} Action
 *
 * @typedef {object} Store
 * @property {() => State} get
 * @property {(action: Action) => void} dispatch
 * @property {(listener: (state: State) => void) => void} subscribe
 * @property {() => void} flush tells the listeners now
 */

/**
 * @param {(state: State, action: Action) => State} reduce
 * @param {State} initial
 * @returns {Store}
 */
export function createStore(reduce, initial) {
  let state = initial;
  let scheduled = false;
  /** @type {((state: State) => void)[]} */
  const listeners = [];

  function flush() {
    scheduled = false;
    for (const listener of listeners) listener(state);
  }

  return {
    get: () => state,
    subscribe: (listener) => void listeners.push(listener),
    flush,
    dispatch(action) {
      const next = reduce(state, action);
      if (next === state) return;
      state = next;
      if (scheduled) return;
      scheduled = true;
      // A frame does not come in a hidden tab, so time has the last word.
      const timer = setTimeout(flushOnce, 100);
      requestAnimationFrame(flushOnce);
      function flushOnce() {
        clearTimeout(timer);
        if (scheduled) flush();
      }
    },
  };
}
