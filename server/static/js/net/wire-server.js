// @ts-check
/** From the API's JSON to the page's types: the server, its lists and the sandbox. Pure. */

import { list, numberOrNull, object, text, texts, toAnswer } from "./wire.js";

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").Health}
 */
export function toHealth(value) {
  const json = object(value);
  const index = object(json.index);
  const sandbox = object(json.sandbox);
  return {
    status: toStatus(json.status, index.rebuilding === true),
    message: text(json.message) || text(index.message),
    code: text(json.code),
    notes: numberOrNull(index.notes) ?? 0,
    chunks: numberOrNull(index.chunks) ?? 0,
    model: text(index.model),
    warnings: numberOrNull(index.warnings) ?? 0,
    jobId: text(json.job_id),
    sandbox: toSandboxState(sandbox),
    switchedOff: sandbox.switched_off === true,
    engine: text(sandbox.engine),
    sandboxReasons: texts(sandbox.reasons),
    sandboxMessage: text(sandbox.message),
    canEdit: json.editable === true,
    hasChatModel: json.llm === true,
  };
}

/** @type {(status: unknown, rebuilding: boolean) => import("../core/types.js").Health["status"]} */
function toStatus(status, rebuilding) {
  if (status === "ok" || status === "indexing") return status;
  return rebuilding ? "rebuilding" : "degraded";
}

/** @type {(sandbox: Record<string, unknown>) => string} */
function toSandboxState({ state, driver }) {
  return state === "off" && driver && driver !== "off" ? "asleep" : text(state, "off");
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").ConversationSummary[]}
 */
export function toConversations(value) {
  return list(object(value).conversations).map((item) => {
    const json = object(item);
    return { id: text(json.id), title: text(json.title), updated: numberOrNull(json.updated) ?? 0 };
  });
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").Answer[]} of a stored conversation, oldest first
 */
export function toConversationAnswers(value) {
  return list(object(value).messages).map((item) => {
    const { answer, rating } = object(item);
    return { ...toAnswer(answer), feedback: rating === "up" || rating === "down" ? rating : null };
  });
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").NoteSummary[]}
 */
export function toNotes(value) {
  return list(value).map((item) => {
    const json = object(item);
    const path = text(json.path);
    return {
      path,
      title: text(json.title) || path,
      tags: texts(json.tags),
      chunks: numberOrNull(json.chunks) ?? 0,
    };
  });
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").NoteDoc}
 */
export function toNote(value) {
  const json = object(value);
  const path = text(json.path);
  return {
    path,
    title: text(json.title) || path,
    source: text(json.source),
    html: text(json.html),
    etag: text(json.etag),
  };
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").Sandbox | null} null where the daemon does not run: what lies on
 *   the disk is not known then
 */
export function toSandbox(value) {
  const json = object(value);
  if (json.state !== "ready") return null;
  return {
    engine: text(json.engine),
    containers: list(json.containers).map(toContainer),
    images: list(json.images).map(toImage).sort((a, b) => a.name.localeCompare(b.name)), // the daemon's order varies
    volumes: list(json.volumes).map((item) => ({
      name: text(object(item).name),
      driver: text(object(item).driver),
    })),
    networks: list(json.networks).map((item) => ({ id: text(object(item).id), name: text(object(item).name) })),
  };
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").SandboxContainer}
 */
function toContainer(value) {
  const json = object(value);
  return {
    id: text(json.id),
    name: text(json.name),
    image: text(json.image),
    state: text(json.state),
    status: text(json.status),
    ports: list(json.ports).map(toPort),
  };
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").PortLink}
 */
function toPort(value) {
  const json = object(value);
  const inside = `${text(json.container_port)}/${text(json.protocol, "tcp")}`;
  const host = text(json.host_port);
  return { label: host ? `${host} → ${inside}` : inside, url: text(json.url) };
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").Sandbox["images"][0]}
 */
function toImage(value) {
  const json = object(value);
  const id = text(json.id);
  const tags = texts(json.tags);
  return { id, name: tags[0] || id, tags, sizeBytes: numberOrNull(json.size_bytes) };
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").NoteWarning[]}
 */
export function toWarnings(value) {
  return list(object(value).warnings).map((item) => {
    const json = object(item);
    return {
      note: text(json.note),
      line: numberOrNull(json.line) ?? 0,
      code: text(json.code),
      message: text(json.message),
      hint: text(json.hint),
    };
  });
}

/**
 * @param {unknown} value
 * @returns {import("../core/types.js").IngestJob}
 */
export function toIngestJob(value) {
  const json = object(value);
  const progress = object(json.progress);
  const state = text(json.state, "running");
  const unit = numberOrNull(progress.chunks_total) ? "chunks" : "files";
  return {
    id: text(json.job_id),
    state: state === "running" || state === "failed" ? state : "done",
    done: numberOrNull(progress[`${unit}_done`]) ?? 0,
    total: numberOrNull(progress[`${unit}_total`]) ?? 0,
    code: text(json.code),
    message: text(json.error) || state,
    hint: text(json.hint),
  };
}
