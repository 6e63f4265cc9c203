// @ts-check
/** The sandbox panel: its state, what is in it, a line to type into, reset. */

import { clone, el, part, setText, show, syncComponents, syncList } from "../dom/elements.js";
import { emptyCard } from "../core/state.js";
import { run, runTyped, stopRun } from "../effects/runs.js";
import { cleanSandbox, loadSandbox, resetSandbox, startSandbox } from "../effects/server.js";
import { statusInWords } from "../text/container-status.js";
import { failureInWords, reasonsInWords } from "../text/failures.js";
import { sizeInWords } from "../text/format.js";
import { t } from "../text/i18n.js";
import { confirmWith, leaveOnEscape } from "./dialogs.js";
import { portLink } from "./port-link.js";
import { createRun } from "./run.js";

/**
 * @typedef {import("../core/state.js").State} State
 * @typedef {import("../core/types.js").Sandbox} Sandbox
 * @typedef {import("../effects/context.js").Context} Context
 * @typedef {{key: string, name: string, detail: string, dot: string,
 *   ports: import("../core/types.js").PortLink[], lines: {label: string, line: string}[]}} Thing
 */

/** Of these the server has no more to tell. */
const PLAIN_REASONS = new Set(["not_started", "restarting", "switched_off"]);

/**
 * @param {Context} context
 * @returns {{node: HTMLElement, update: (state: State) => void}}
 */
export function createSandboxView(context) {
  const node = clone("t-sandbox");
  wireConsole(context, node);
  part(node, "start").addEventListener("click", () => void startSandbox(context));
  part(node, "refresh").addEventListener("click", () => void loadSandbox(context));
  part(node, "clean").addEventListener("click", () => {
    const agree = (/** @type {string} */ names) =>
      confirmWith(t("sandbox.cleanTitle"), t("sandbox.cleanText", { names }), t("sandbox.remove"));
    void cleanSandbox(context, agree);
  });
  part(node, "reset").addEventListener("click", async () => {
    const agreed = await confirmWith(t("sandbox.resetTitle"), t("sandbox.resetText"), t("sandbox.reset"));
    if (agreed) await resetSandbox(context);
  });
  /** @type {Map<string, import("../dom/elements.js").Component<string>>} */
  const entries = new Map();
  return {
    node,
    update(state) {
      fillStatus(node, state);
      fillThings(context, node, "containers", containersOf(state.sandbox.info), state);
      fillThings(context, node, "images", imagesOf(state.sandbox.info), state);
      fillThings(context, node, "volumes", volumesOf(state.sandbox.info), state);
      const keys = [...state.consoleKeys].reverse();
      syncComponents(part(node, "console"), entries, keys, (key) => key, (key) => createEntry(context, key), state);
    },
  };
}

/** @type {(node: HTMLElement, state: State) => void} */
function fillStatus(node, { sandbox, health }) {
  const state = sandbox.resetting ? "starting" : health?.sandbox ?? "off";
  const off = state === "off";
  part(node, "dot").className = `dot ${dotOf(state)}`;
  setText(part(node, "state"), sandbox.resetting ? t("sandbox.resetting") : t(`sandbox.state.${state}`));
  const failure = sandbox.failure ? failureInWords(sandbox.failure).message : "";
  const engine = sandbox.info?.engine || health?.engine || "";
  const why = reasonsInWords(health?.sandboxReasons ?? []);
  setText(part(node, "message"), failure || why || engine || (off ? t("sandbox.offHint") : ""));
  fillDetail(node, health);
  show(part(node, "live"), !off);
  for (const name of ["refresh", "clean"]) show(part(node, name), state === "ready");
  show(part(node, "start"), !health?.switchedOff && (off || state === "asleep" || state === "unavailable"));
}

/**
 * The server's own words name addresses, paths and what a program has said.
 *
 * @param {HTMLElement} node
 * @param {State["health"]} health
 */
function fillDetail(node, health) {
  const told = health?.sandboxReasons.some((reason) => !PLAIN_REASONS.has(reason)) ?? false;
  show(part(node, "detail"), told);
  setText(part(node, "detail-text"), told ? health?.sandboxMessage ?? "" : "");
}

/** @type {(state: string) => string} */
export function dotOf(state) {
  return { ready: "good", starting: "busy", unavailable: "bad" }[state] ?? "";
}

/** @type {(info: Sandbox | null) => Thing[]} */
function containersOf(info) {
  return (info?.containers ?? []).map(({ id, name, image, state, status, ports }) => {
    const target = name || id;
    const running = state === "running";
    return {
      key: id,
      name: target,
      detail: `${image} · ${statusInWords(status)}`,
      dot: running ? "good" : "",
      ports,
      lines: [
        { label: t("sandbox.logs"), line: `docker logs ${target}` },
        running
          ? { label: t("run.stop"), line: `docker stop ${target}` }
          : { label: t("sandbox.start"), line: `docker start ${target}` },
        ...(running ? [] : [{ label: t("sandbox.remove"), line: `docker rm ${target}` }]),
      ],
    };
  });
}

/** @type {(info: Sandbox | null) => Thing[]} */
function imagesOf(info) {
  return (info?.images ?? []).map(({ id, name, sizeBytes }) => ({
    key: `${id} ${name}`,
    name,
    detail: sizeInWords(sizeBytes),
    dot: "",
    ports: [],
    lines: [{ label: t("sandbox.remove"), line: `docker rmi ${name}` }],
  }));
}

/** @type {(info: Sandbox | null) => Thing[]} */
function volumesOf(info) {
  return (info?.volumes ?? []).map(({ name, driver }) => ({
    key: name,
    name,
    detail: driver,
    dot: "",
    ports: [],
    lines: [{ label: t("sandbox.remove"), line: `docker volume rm ${name}` }],
  }));
}

/**
 * @param {Context} context
 * @param {HTMLElement} node
 * @param {"containers" | "images" | "volumes"} kind
 * @param {Thing[]} things
 * @param {State} state
 */
function fillThings(context, node, kind, things, { sandbox, health }) {
  const known = sandbox.info !== null;
  const comes = !known && sandbox.state !== "error" && ["ready", "starting"].includes(health?.sandbox ?? "");
  setText(part(node, `${kind}-count`), known ? String(things.length) : "");
  const list = part(node, kind);
  list.classList.toggle("loading", comes);
  list.dataset.none = comes ? "" : t(known ? "sandbox.none" : "sandbox.unknown");
  syncList(list, things, (thing) => thing.key, () => clone("t-thing"), (row, thing) => {
    part(row, "dot").className = `dot ${thing.dot}`;
    setText(part(row, "name"), thing.name);
    setText(part(row, "detail"), thing.detail);
    // By keys: what has the focus stays while the container's age changes.
    const keyOf = (/** @type {Thing["ports"][0]} */ port) => `${thing.ports.indexOf(port)} ${port.label} ${port.url}`;
    syncList(part(row, "ports"), thing.ports, keyOf, (port) => portLink(port));
    syncList(part(row, "actions"), thing.lines, ({ line }) => line, (action) => actionButton(context, thing, action));
  });
}

/** @type {(context: Context, thing: Thing, action: {label: string, line: string}) => HTMLElement} */
function actionButton(context, thing, { label, line }) {
  const button = el("button", { class: "button small ghost", text: label, attrs: { type: "button", title: line } });
  button.setAttribute("aria-label", `${label}: ${thing.name}`);
  button.addEventListener("click", () => void runTyped(context, line));
  return button;
}

/**
 * @param {Context} context
 * @param {HTMLElement} node
 */
function wireConsole(context, node) {
  const field = /** @type {HTMLInputElement} */ (part(node, "line"));
  /** @type {string[]} */
  const typed = [];
  let back = 0;
  part(node, "form").addEventListener("submit", (event) => {
    event.preventDefault();
    const line = field.value.trim();
    if (!line) return;
    typed.push(line);
    back = 0;
    field.value = "";
    void runTyped(context, line);
  });
  field.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (!step || back + step < 0 || back + step > typed.length) return;
    event.preventDefault();
    back += step;
    field.value = back ? typed[typed.length - back] : "";
  });
}

/**
 * One line that was typed, with its run.
 *
 * @param {Context} context
 * @param {string} key
 * @returns {import("../dom/elements.js").Component<string>}
 */
function createEntry(context, key) {
  const line = el("code", { class: "console-line" });
  const confirm = el("div", { class: "confirm", attrs: { role: "alertdialog", "aria-label": t("command.confirmLabel") } });
  leaveOnEscape(confirm, () => dismiss(context, key));
  const failure = el("div", { class: "failure", attrs: { role: "alert" } });
  const output = createRun(() => stopRun(context, key));
  const node = el("div", { class: "console-entry" }, line, confirm, failure, output.node);
  return {
    node,
    update(_, state) {
      const card = state.cards[key] ?? emptyCard();
      setText(line, card.line);
      fillConfirm(context, key, confirm, card);
      const wrong = card.refusal ?? card.failure;
      show(failure, wrong !== null);
      if (wrong) fillWrong(context, failure, wrong);
      show(output.node, card.run !== null);
      if (card.run) output.update(card.run, state, card.line);
    },
  };
}

/**
 * @param {Context} context
 * @param {string} key
 * @param {HTMLElement} box
 * @param {import("../core/types.js").Card} card
 */
function fillConfirm(context, key, box, card) {
  const appears = box.hidden || !box.firstChild;
  show(box, card.confirm !== null);
  if (!card.confirm || !appears) return;
  const cancel = el("button", { class: "button ghost", text: t("action.cancel"), attrs: { type: "button" } });
  const go = el("button", { class: "button danger", text: t("command.confirm"), attrs: { type: "button" } });
  cancel.addEventListener("click", () => dismiss(context, key));
  go.addEventListener("click", () => {
    void run(context, key, { text: card.line }, true, card.line);
    focusConsole(context);
  });
  box.replaceChildren(
    el("strong", { text: t("command.confirmText") }),
    el("ul", {}, ...card.confirm.victims.map((name) => el("li", { text: name }))),
    el("div", { class: "confirm-actions" }, cancel, go),
  );
  cancel.focus();
}

/** @type {(context: Context, key: string) => void} */
function dismiss(context, key) {
  context.store.dispatch({ type: "card/dismissed", key });
  focusConsole(context);
}

/**
 * The buttons of a confirmation go with it: the focus goes back to the line.
 *
 * @param {Context} context
 */
function focusConsole(context) {
  context.store.flush();
  document.getElementById("console-line")?.focus();
}

/**
 * @param {Context} context
 * @param {HTMLElement} target
 * @param {import("../core/types.js").Refusal | import("../core/types.js").Failure} wrong
 */
function fillWrong(context, target, wrong) {
  const { message, hint } = failureInWords(wrong);
  target.replaceChildren(el("strong", { text: message }), el("span", { text: hint }));
  const suggestion = "suggestion" in wrong ? wrong.suggestion : "";
  if (!suggestion) return;
  const use = el("button", { class: "button small", text: t("command.runInstead"), attrs: { type: "button" } });
  use.addEventListener("click", () => void runTyped(context, suggestion));
  target.append(el("div", { class: "instead" }, el("span", { text: t("command.instead") }), el("code", { text: suggestion }), use));
}
