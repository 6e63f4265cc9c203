// @ts-check
/** (state, action) -> state, without side effects. Untouched parts keep their identity. */

import { reduceCards } from "./reduce-cards.js";
import { reduceTurns } from "./reduce-turns.js";
import { emptyCard } from "./state.js";

/**
 * @typedef {import("./state.js").State} State
 * @typedef {import("./actions.js").Action} Action
 */

/** Lines that the sandbox panel keeps. */
export const MAX_CONSOLE_ENTRIES = 20;

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  const area = action.type.split("/")[0];
  switch (area) {
    case "turn":
      return reduceThreadTurns(state, /** @type {import("./actions.js").TurnAction} */ (action));
    case "card":
    case "run": {
      const one = /** @type {import("./reduce-cards.js").OneCardAction} */ (action);
      return { ...state, cards: reduceCards(state.cards, one) };
    }
    case "console":
      return reduceConsole(state, action);
    case "conversations":
    case "conversation":
    case "notes":
      return reduceLists(state, action);
    case "thread":
      return reduceThread(state, action);
    case "note":
    case "panel":
      return reducePanel(state, action);
    case "sandbox":
      return reduceSandbox(state, action);
    default:
      return reduceRest(state, action);
  }
}

/**
 * @param {State} state
 * @param {import("./actions.js").TurnAction} action
 * @returns {State}
 */
function reduceThreadTurns(state, action) {
  const thread = { ...state.thread, turns: reduceTurns(state.thread.turns, action) };
  if (action.type === "turn/asked") {
    const asked = state.asked.filter((question, i, all) => question !== action.question || i < all.length - 1);
    return { ...state, thread, asked: [...asked, action.question] };
  }
  if (action.type === "turn/answered" && state.thread.turns.some((t) => t.key === action.key)) {
    thread.conversationId = action.answer.conversationId || thread.conversationId;
  }
  return { ...state, thread };
}

/** @type {(state: State, action: Action) => State} */
function reduceConsole(state, action) {
  if (action.type === "console/typed") {
    return {
      ...state,
      cards: { ...state.cards, [action.key]: { ...emptyCard(), line: action.text, pending: true } },
      consoleKeys: [...state.consoleKeys.slice(1 - MAX_CONSOLE_ENTRIES), action.key],
    };
  }
  return action.type === "console/cleared" ? { ...state, consoleKeys: [] } : state;
}

/** @type {(state: State, action: Action) => State} */
function reduceLists(state, action) {
  const { conversations, notes } = state;
  switch (action.type) {
    case "conversations/loaded":
      return { ...state, conversations: { ...conversations, state: "ready", items: action.items } };
    case "conversations/failed":
      return { ...state, conversations: { ...conversations, state: "error" } };
    case "conversations/filter":
      return { ...state, conversations: { ...conversations, filter: action.filter } };
    case "conversation/renamed":
      return withConversations(state, (item) =>
        item.id === action.id ? [{ ...item, title: action.title }] : [item],
      );
    case "conversation/deleted":
      return withConversations(state, (item) => (item.id === action.id ? [] : [item]));
    case "notes/loaded":
      return { ...state, notes: { ...notes, state: "ready", items: action.items } };
    case "notes/failed":
      return { ...state, notes: { ...notes, state: "error" } };
    case "notes/filter":
      return { ...state, notes: { ...notes, filter: action.filter } };
    default:
      return state;
  }
}

/**
 * @param {State} state
 * @param {(item: import("./types.js").ConversationSummary) => import("./types.js").ConversationSummary[]} change
 * @returns {State}
 */
function withConversations(state, change) {
  const items = state.conversations.items.flatMap(change);
  return { ...state, conversations: { ...state.conversations, items } };
}

/** @type {(state: State, action: Action) => State} */
function reduceThread(state, action) {
  switch (action.type) {
    case "thread/new":
      return { ...state, thread: { conversationId: null, state: "ready", turns: [], failure: null } };
    case "thread/opening": {
      const again = state.thread.conversationId === action.id; // it failed: what was asked since stays
      const turns = again ? state.thread.turns : [];
      return { ...state, thread: { conversationId: action.id, state: "loading", turns, failure: null } };
    }
    case "thread/opened":
      if (state.thread.conversationId !== action.id) return state; // another was chosen meanwhile
      return withOpened(state, action.turns);
    case "thread/failed":
      if (state.thread.conversationId !== action.id) return state;
      return { ...state, thread: { ...state.thread, state: "error", failure: action.failure } };
    default:
      return state;
  }
}

/**
 * What was asked while the conversation was loading stays below it; its questions can be recalled.
 *
 * @param {State} state
 * @param {import("./types.js").Turn[]} stored oldest first
 * @returns {State}
 */
function withOpened(state, stored) {
  const known = new Set(stored.map((turn) => turn.answer?.id));
  const since = state.thread.turns.filter((turn) => !turn.answer || !known.has(turn.answer.id));
  const turns = [...stored, ...since];
  const questions = new Set(turns.map((turn) => turn.question));
  const asked = [...state.asked.filter((question) => !questions.has(question)), ...questions];
  return { ...state, asked, thread: { ...state.thread, state: "ready", turns } };
}

/** @type {(state: State, action: Action) => State} */
function reducePanel(state, action) {
  const panel = state.panel?.kind === "note" ? state.panel : null;
  switch (action.type) {
    case "note/opening": {
      const same = panel?.doc?.path === action.target.path ? panel.doc : null;
      const opened = (panel?.opened ?? 0) + 1;
      const { target } = action;
      const loaded = same ? "ready" : "loading";
      return {
        ...state,
        panel: { kind: "note", target, state: loaded, doc: same, failure: null, opened },
      };
    }
    case "note/opened":
      if (panel?.target.path !== action.path) return state;
      return { ...state, panel: { ...panel, state: "ready", doc: action.doc } };
    case "note/reread":
      if (panel?.target.path !== action.doc.path) return state;
      return { ...state, panel: { ...panel, target: { ...panel.target, lines: action.lines }, doc: action.doc } };
    case "note/failed":
      if (panel?.target.path !== action.path) return state;
      return { ...state, panel: { ...panel, state: "error", failure: action.failure } };
    case "panel/sandbox":
      return { ...state, panel: { kind: "sandbox" } };
    case "panel/closed":
      return { ...state, panel: null };
    default:
      return state;
  }
}

/** @type {(state: State, action: Action) => State} */
function reduceSandbox(state, action) {
  const { sandbox } = state;
  switch (action.type) {
    case "sandbox/loading":
      return sandbox.info ? state : { ...state, sandbox: { ...sandbox, state: "loading" } };
    case "sandbox/loaded":
      return { ...state, sandbox: { ...sandbox, state: "ready", info: action.info, failure: null } };
    case "sandbox/failed":
      return { ...state, sandbox: { ...sandbox, state: "error", failure: action.failure } };
    case "sandbox/resetting":
      return { ...state, sandbox: { ...sandbox, resetting: action.resetting } };
    default:
      return state;
  }
}

/**
 * A job that only waits for another one says nothing of it.
 *
 * @param {State} state
 * @param {import("./types.js").IngestJob} job
 * @returns {State}
 */
function withProgress(state, job) {
  const waits = state.ingest !== null && state.ingest.id !== job.id && job.total === 0;
  return waits ? state : { ...state, ingest: job };
}

/**
 * What was in a daemon that does not run any more is not known.
 *
 * @param {import("./types.js").Health} health
 * @param {State["sandbox"]} sandbox
 * @returns {State["sandbox"]}
 */
function knownWith(health, sandbox) {
  if (health.sandbox === "ready" || !sandbox.info) return sandbox;
  return { ...sandbox, info: null, state: "loading" };
}

/** @type {(state: State, action: Action) => State} */
function reduceRest(state, action) {
  switch (action.type) {
    case "connection":
      if (state.connection === action.connection || state.connection === "locked") return state;
      return { ...state, connection: action.connection };
    case "locked":
      return { ...state, connection: "locked", lock: action.failure };
    case "unlocked":
      return { ...state, connection: "connecting", lock: null };
    case "health":
      return { ...state, health: action.health, sandbox: knownWith(action.health, state.sandbox) };
    case "ingest/progress":
      return withProgress(state, action.job);
    case "ingest/ended":
      return state.ingest?.id === action.id ? { ...state, ingest: null } : state;
    case "warnings":
      return { ...state, warnings: action.items };
    case "suggestions":
      return { ...state, suggestions: action.items, suggestionsState: "ready" };
    case "scope":
      return { ...state, scope: action.prefix };
    case "drawer":
      return { ...state, drawer: action.open };
    case "tab":
      return { ...state, tab: action.tab };
    case "settings":
      return { ...state, settings: { ...state.settings, ...action.settings } };
    case "toast":
      return { ...state, toasts: [...state.toasts.slice(-3), action.toast] };
    case "toast/gone":
      return { ...state, toasts: state.toasts.filter((toast) => toast.id !== action.id) };
    default:
      return state;
  }
}
