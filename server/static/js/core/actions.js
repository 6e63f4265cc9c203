// @ts-check
/**
 * Everything that can happen to the state.
 *
 * @typedef {import("./types.js").Failure} Failure
 * @typedef {import("./types.js").Answer} Answer
 *
 * @typedef {{type: "turn/asked", key: string, question: string}
 *   | {type: "turn/step", key: string, step: string}
 *   | {type: "turn/token", key: string, text: string}
 *   | {type: "turn/citation", key: string, citation: import("./types.js").Citation}
 *   | {type: "turn/command", key: string, command: import("./types.js").Command}
 *   | {type: "turn/answered", key: string, answer: Answer}
 *   | {type: "turn/failed", key: string, failure: Failure}
 *   | {type: "turn/stopped", key: string}
 *   | {type: "turn/rated", answerId: string, feedback: "up" | "down" | null}} TurnAction
 *
 * @typedef {{type: "card/value", key: string, slot: string, value: string}
 *   | {type: "card/values", key: string, values: Record<string, string>}
 *   | {type: "card/preview", key: string, preview: import("./types.js").Preview}
 *   | {type: "card/invalid", key: string, message: string}
 *   | {type: "card/files", key: string, files: import("./types.js").NoteFile[], services: string[]}
 *   | {type: "card/pending", key: string}
 *   | {type: "card/missing", key: string, slots: string[]}
 *   | {type: "card/confirm", key: string, message: string, victims: string[]}
 *   | {type: "card/dismissed", key: string}
 *   | {type: "card/refused", key: string, refusal: import("./types.js").Refusal}
 *   | {type: "card/failed", key: string, failure: Failure}
 *   | {type: "run/accepted", key: string, runId: string, text: string}
 *   | {type: "run/state", key: string, runId: string, state: import("./types.js").RunState}
 *   | {type: "run/output", key: string, runId: string, stream: "stdout" | "stderr", text: string,
 *      remark: import("./types.js").Remark | null}
 *   | {type: "run/ended", key: string, runId: string, state: import("./types.js").RunState,
 *      exitCode: number | null, durationS: number | null, truncated: boolean}
 *   | {type: "console/typed", key: string, text: string}
 *   | {type: "console/cleared"}} CardAction
 *
 * @typedef {{type: "connection", connection: "online" | "offline"}
 *   | {type: "locked", failure: Failure}
 *   | {type: "unlocked"}
 *   | {type: "health", health: import("./types.js").Health}
 *   | {type: "ingest/progress", job: import("./types.js").IngestJob}
 *   | {type: "ingest/ended", id: string}
 *   | {type: "warnings", items: import("./types.js").NoteWarning[]}
 *   | {type: "sandbox/loading"}
 *   | {type: "sandbox/loaded", info: import("./types.js").Sandbox | null}
 *   | {type: "sandbox/failed", failure: Failure}
 *   | {type: "sandbox/resetting", resetting: boolean}} ServerAction
 *
 * @typedef {{type: "conversations/loaded", items: import("./types.js").ConversationSummary[]}
 *   | {type: "conversations/failed"}
 *   | {type: "conversations/filter", filter: string}
 *   | {type: "conversation/renamed", id: string, title: string}
 *   | {type: "conversation/deleted", id: string}
 *   | {type: "notes/loaded", items: import("./types.js").NoteSummary[]}
 *   | {type: "notes/failed"}
 *   | {type: "notes/filter", filter: string}
 *   | {type: "suggestions", items: {text: string, note: string}[]}} ListAction
 *
 * @typedef {{type: "thread/new"}
 *   | {type: "thread/opening", id: string}
 *   | {type: "thread/opened", id: string, turns: import("./types.js").Turn[]}
 *   | {type: "thread/failed", id: string, failure: Failure}
 *   | {type: "note/opening", target: import("./types.js").NoteTarget}
 *   | {type: "note/opened", path: string, doc: import("./types.js").NoteDoc}
 *   | {type: "note/reread", doc: import("./types.js").NoteDoc, lines: [number, number] | null}
 *   | {type: "note/failed", path: string, failure: Failure}
 *   | {type: "panel/sandbox"}
 *   | {type: "panel/closed"}
 *   | {type: "scope", prefix: string}
 *   | {type: "drawer", open: boolean}
 *   | {type: "tab", tab: "chats" | "notes"}
 *   | {type: "settings", settings: Partial<import("./types.js").Settings>}
 *   | {type: "toast", toast: import("./types.js").Toast}
 *   | {type: "toast/gone", id: number}} ViewAction
 *
 * @typedef {TurnAction | CardAction | ServerAction | ListAction | ViewAction} Action
 */
export {};
