// @ts-check
/** The HTTP API, as the page uses it. Each call resolves to parsed JSON or throws an ApiError. */

import { t } from "../text/i18n.js";
import { eventsOf } from "./sse.js";
import { texts } from "./wire.js";

/** The longest page that the server gives. */
const PAGE_SIZE = 500;

/** A request that did not succeed. `status` is 0 where the server could not be reached. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {string} hint
   * @param {Record<string, unknown>} body the whole answer, for what goes beyond the error
   */
  constructor(status, code, message, hint = "", body = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.body = body;
  }
}

/**
 * @typedef {object} CallOptions
 * @property {string} [method]
 * @property {unknown} [json]
 * @property {string | Blob} [markdown] body of an upload
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 */

/**
 * @typedef {object} Api
 * @property {(path: string, options?: CallOptions) => Promise<Response>} send
 * @property {(path: string, options?: CallOptions) => Promise<unknown>} call
 * @property {(path: string, name: string) => Promise<unknown[]>} list every page of a list
 * @property {(path: string, options: CallOptions,
 *   onEvent: (name: string, data: Record<string, unknown>, id: string) => void) => Promise<void>} stream
 */

/**
 * @param {() => string} token
 * @returns {Api}
 */
export function createApi(token) {
  /** @type {Api["send"]} */
  async function send(path, options = {}) {
    const response = await whileReached(fetch(path, toRequest(options, token())));
    if (!response.ok) throw await toError(response);
    return response;
  }

  /** @type {Api["call"]} */
  async function call(path, options) {
    const response = await send(path, options);
    return response.status === 204 ? {} : whileReached(response.json());
  }

  return {
    send,
    call,
    async list(path, name) {
      /** @type {unknown[]} */
      const items = [];
      let offset = /** @type {unknown} */ (0);
      while (typeof offset === "number") {
        const query = new URLSearchParams({ limit: String(PAGE_SIZE), offset: String(offset) });
        const page = /** @type {Record<string, unknown>} */ (await call(`${path}?${query}`));
        items.push(.../** @type {unknown[]} */ (page[name] ?? []));
        offset = page.next_offset;
      }
      return items;
    },
    async stream(path, options, onEvent) {
      const headers = { ...options.headers, Accept: "text/event-stream" };
      const response = await send(path, { ...options, headers });
      const events = eventsOf(response);
      for (;;) {
        const { done, value } = await whileReached(events.next());
        if (done) return;
        onEvent(value.event, parseData(value.data), value.id);
      }
    },
  };
}

/**
 * @param {CallOptions} options
 * @param {string} token
 * @returns {RequestInit}
 */
function toRequest({ method, json, markdown, headers, signal }, token) {
  /** @type {Record<string, string>} */
  const all = { Authorization: `Bearer ${token}`, ...headers };
  if (json !== undefined) all["Content-Type"] = "application/json";
  if (markdown !== undefined) all["Content-Type"] = "text/markdown";
  const body = json === undefined ? markdown : JSON.stringify(json);
  const hasBody = body !== undefined;
  return { method: method ?? (hasBody ? "POST" : "GET"), headers: all, body, signal, cache: "no-store" };
}

/**
 * Waits for the server; one that cannot be reached, or goes away in the middle, is offline.
 *
 * @template T
 * @param {Promise<T>} going
 * @returns {Promise<T>}
 */
async function whileReached(going) {
  try {
    return await going;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // stopped by the page, or no JSON
    throw new ApiError(0, "offline", t("banner.offline"), t("banner.offlineHint"));
  }
}

/**
 * @param {Response} response
 * @returns {Promise<ApiError>}
 */
async function toError(response) {
  const body = /** @type {Record<string, unknown>} */ (await response.json().catch(() => ({})));
  const error = /** @type {Record<string, unknown>} */ (body.error ?? {});
  const code = String(error.code ?? `http_${response.status}`);
  const message = String(error.message ?? `HTTP ${response.status} ${response.statusText}`);
  return new ApiError(response.status, code, message, String(error.hint ?? ""), body);
}

/**
 * @param {string} data
 * @returns {Record<string, unknown>} the JSON object, or the bare text under `text`
 */
function parseData(data) {
  try {
    const value = JSON.parse(data);
    return value !== null && typeof value === "object" ? value : { text: String(value) };
  } catch {
    return { text: data };
  }
}

/**
 * @param {unknown} error
 * @returns {import("../core/types.js").Failure}
 */
export function toFailure(error) {
  if (error instanceof ApiError) {
    const { code, message, hint, body } = error;
    return { code, message, hint, reasons: texts(body.reasons) };
  }
  return { code: "page", message: error instanceof Error ? error.message : String(error), hint: "" };
}

/**
 * @param {string} path a note's path, `/` between its parts
 * @returns {string} the same, safe in a URL
 */
export function encodePath(path) {
  return path.split("/").map(encodeURIComponent).join("/");
}
