// @ts-check
/** The whole state of the page, and how it looks before anything has happened. */

/**
 * @typedef {import("./types.js").Turn} Turn
 * @typedef {import("./types.js").Card} Card
 *
 * @typedef {object} NotePanel
 * @property {"note"} kind
 * @property {import("./types.js").NoteTarget} target
 * @property {import("./types.js").LoadState} state
 * @property {import("./types.js").NoteDoc | null} doc
 * @property {import("./types.js").Failure | null} failure
 * @property {number} opened counts openings, so that the same lines scroll into view again
 *
 * @typedef {object} SandboxPanel
 * @property {"sandbox"} kind
 *
 * @typedef {object} State
 * @property {"connecting" | "online" | "offline" | "locked"} connection
 * @property {import("./types.js").Failure | null} lock why the page is locked
 * @property {import("./types.js").Health | null} health
 * @property {{state: import("./types.js").LoadState, filter: string,
 *   items: import("./types.js").ConversationSummary[]}} conversations
 * @property {{state: import("./types.js").LoadState, filter: string,
 *   items: import("./types.js").NoteSummary[]}} notes
 * @property {{conversationId: string | null, state: import("./types.js").LoadState,
 *   turns: Turn[], failure: import("./types.js").Failure | null}} thread
 * @property {string} scope path prefix that questions are limited to; "" means every note
 * @property {string[]} asked questions of this visit and of the conversations opened in it, oldest first
 * @property {NotePanel | SandboxPanel | null} panel
 * @property {{state: import("./types.js").LoadState,
 *   info: import("./types.js").Sandbox | null,
 *   failure: import("./types.js").Failure | null, resetting: boolean}} sandbox
 * @property {Record<string, Card>} cards command cards by key
 * @property {string[]} consoleKeys cards of lines typed in the sandbox panel, oldest first
 * @property {import("./types.js").IngestJob | null} ingest
 * @property {import("./types.js").NoteWarning[]} warnings what of the notes could not be read as meant
 * @property {{text: string, note: string}[]} suggestions
 * @property {"loading" | "ready"} suggestionsState
 * @property {import("./types.js").Toast[]} toasts
 * @property {boolean} drawer the side list is open on a narrow screen
 * @property {"chats" | "notes"} tab
 * @property {import("./types.js").Settings} settings
 */

/**
 * @param {import("./types.js").Settings} settings
 * @returns {State}
 */
export function initialState(settings) {
  return {
    connection: "connecting",
    lock: null,
    health: null,
    conversations: { state: "loading", filter: "", items: [] },
    notes: { state: "loading", filter: "", items: [] },
    thread: { conversationId: null, state: "ready", turns: [], failure: null },
    scope: "",
    asked: [],
    panel: null,
    sandbox: { state: "loading", info: null, failure: null, resetting: false },
    cards: {},
    consoleKeys: [],
    ingest: null,
    warnings: [],
    suggestions: [],
    suggestionsState: "loading",
    toasts: [],
    drawer: false,
    tab: "chats",
    settings,
  };
}

/** @returns {Card} */
export function emptyCard() {
  return {
    line: "",
    values: {},
    preview: null,
    invalid: "",
    files: [],
    services: [],
    missing: [],
    confirm: null,
    failure: null,
    refusal: null,
    pending: false,
    run: null,
  };
}

/**
 * @param {string} key
 * @param {string} question
 * @returns {Turn}
 */
export function newTurn(key, question) {
  return {
    key,
    question,
    stage: "waiting",
    step: "",
    text: "",
    citations: [],
    commands: [],
    answer: null,
    failure: null,
    feedback: null,
  };
}
