// @ts-check
/** A command card: the line with its slots, what it risks, Run, and what came of it. */

import { emptyCard } from "../core/state.js";
import { announce } from "../dom/announce.js";
import { copyOnClick } from "../dom/clipboard.js";
import { clone, el, part, setText, show } from "../dom/elements.js";
import { loadFiles, preview, run, stopRun } from "../effects/runs.js";
import { startSandbox } from "../effects/server.js";
import { failureInWords } from "../text/failures.js";
import { fileName, lineNumbers } from "../text/format.js";
import { t } from "../text/i18n.js";
import { takesFiles } from "../text/note-files.js";
import { createCommandLine, fillExplanations } from "./command-line.js";
import { leaveOnEscape } from "./dialogs.js";
import { fillFiles } from "./files.js";
import { createRun } from "./run.js";
import { createWanted } from "./wanted.js";

/**
 * @typedef {import("../core/types.js").Command} Command
 * @typedef {import("../core/types.js").Card} Card
 * @typedef {import("../core/state.js").State} State
 * @typedef {{node: HTMLElement, update: (command: Command, state: State) => void}} CommandCard
 */

const PREVIEW_DELAY_MS = 250;

/**
 * @param {import("../effects/context.js").Context} context
 * @param {string} key
 * @param {Command} command
 * @param {(citation: import("../core/types.js").Citation) => void} open
 * @returns {CommandCard}
 */
export function createCommand(context, key, command, open) {
  const { store } = context;
  const node = clone("t-command");
  node.setAttribute("aria-label", command.text);
  const { values } = store.get().cards[key] ?? emptyCard();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const line = createCommandLine(part(node, "line"), part(node, "extra"), command, values, (slot, value) => {
    store.dispatch({ type: "card/value", key, slot, value });
    clearTimeout(timer);
    timer = setTimeout(() => preview(context, key, command.id), PREVIEW_DELAY_MS);
  });
  const want = createWanted(part(node, "wanted"), command.slots, {
    choose: line.choose,
    wake: () => void startSandbox(context),
  });
  const output = createRun(() => stopRun(context, key));
  part(node, "output").append(output.node);
  fillExplanations(part(node, "explain-list"), command, open);
  show(part(node, "explain"), command.explanation.length > 0);
  fillHead(node, command, line.text, open);
  wire(context, node, key, command, line);
  if (takesFiles(command.text)) void loadFiles(context, key, command.id);
  return {
    node,
    update(_, state) {
      const card = state.cards[key] ?? emptyCard();
      const known = { info: state.sandbox.info, services: card.services };
      line.fill(card.values);
      line.mark(card.missing);
      line.offer(known);
      want({
        missing: card.missing,
        known,
        asleep: state.health?.sandbox === "asleep",
        value: line.value,
      });
      update(node, command, card, state);
      show(output.node, card.run !== null);
      if (card.run) output.update(card.run, state, line.text());
    },
  };
}

/**
 * @param {HTMLElement} node
 * @param {Command} command
 * @param {() => string} text
 * @param {(citation: import("../core/types.js").Citation) => void} open
 */
function fillHead(node, command, text, open) {
  const { note, lineStart, lineEnd } = command;
  const source = part(node, "source");
  setText(source, `${fileName(note)}:${lineNumbers(lineStart, lineEnd)}`);
  source.addEventListener("click", () => open({ n: 0, note, lineStart, lineEnd, trail: [], quote: "", span: null }));
  show(source, note !== "");
  copyOnClick(part(node, "copy"), text);
  const hints = part(node, "hints");
  hints.replaceChildren(...command.hints.map((hint) => el("li", { text: hint })));
  show(hints, command.hints.length > 0);
}

/**
 * @param {import("../effects/context.js").Context} context
 * @param {HTMLElement} node
 * @param {string} key
 * @param {Command} command
 * @param {import("./command-line.js").CommandLine} line
 */
function wire(context, node, key, command, line) {
  const { store } = context;
  /** @type {{runnable: import("../effects/runs.js").Runnable, text: string} | null} */
  let last = null;
  /** @type {(runnable: import("../effects/runs.js").Runnable, text: string, confirm?: boolean) => void} */
  const attempt = (runnable, text, confirm = false) => {
    if (isBusy(store.get().cards[key] ?? emptyCard())) return; // a second click starts no second run
    last = { runnable, text };
    void run(context, key, runnable, confirm, text);
  };
  const start = (clean = false) => {
    if (part(node, "run").ariaDisabled === "true") return;
    const missing = findMissing(command, line);
    if (missing.length === 0) return attempt({ id: command.id, clean }, line.text());
    store.dispatch({ type: "card/missing", key, slots: missing.map((slot) => slot.id) });
    line.fields.get(missing[0].id)?.focus();
    announce(t("command.fill", { slots: missing.map((slot) => slot.label).join(", ") }));
  };
  part(node, "run").addEventListener("click", () => start());
  part(node, "clean").addEventListener("click", () => start(true));
  part(node, "how").addEventListener("click", () => store.dispatch({ type: "panel/sandbox" }));
  for (const field of line.fields.values()) {
    field.addEventListener("keydown", (event) => event.key === "Enter" && !event.isComposing && start());
  }
  part(node, "cancel").addEventListener("click", () => {
    store.dispatch({ type: "card/dismissed", key });
    store.flush();
    part(node, "run").focus();
  });
  leaveOnEscape(part(node, "confirm"), () => part(node, "cancel").click());
  part(node, "go").addEventListener("click", () => {
    if (!last) return;
    attempt(last.runnable, last.text, true);
    store.flush(); // the button goes, and the focus with it
    part(node, "run").focus();
  });
  part(node, "use").addEventListener("click", () => {
    attempt({ id: command.id, instead: true }, part(node, "suggestion").textContent ?? "");
  });
}

/** @type {(command: Command, line: import("./command-line.js").CommandLine) => import("../core/types.js").Slot[]} */
const findMissing = (command, line) =>
  command.slots.filter((slot) => slot.required && !line.fields.get(slot.id)?.value.trim());

/**
 * @param {HTMLElement} node
 * @param {Command} command
 * @param {Card} card
 * @param {State} state
 */
function update(node, command, card, state) {
  const sandbox = state.health?.sandbox ?? "off";
  const own = card.preview ? card.preview.refusal : command.refusal;
  const refusal = card.refusal ?? own;
  fillRisk(part(node, "risk"), card.preview?.risk ?? command.risk, refusal !== null);
  fillRefusal(node, refusal, sandbox);
  fillConfirm(node, card);
  fillFailure(node, card);
  const blocked = refusal !== null && card.refusal === null;
  fillFiles(node, command.text, card.files, !blocked && sandbox !== "off");
  fillFoot(node, card, { sandbox, blocked });
}

/** @type {(node: HTMLElement, risk: import("../core/types.js").Risk, blocked: boolean) => void} */
function fillRisk(node, risk, blocked) {
  node.className = `tag ${blocked ? "blocked" : risk}`;
  setText(node, t(blocked ? "command.blocked" : `risk.${risk}`));
}

/** @type {(node: HTMLElement, refusal: import("../core/types.js").Refusal | null, sandbox: string) => void} */
function fillRefusal(node, refusal, sandbox) {
  show(part(node, "refusal"), refusal !== null);
  setText(part(node, "refusal-text"), refusal?.message ?? "");
  setText(part(node, "refusal-hint"), refusal?.hint ?? "");
  setText(part(node, "suggestion"), refusal?.suggestion ?? "");
  show(part(node, "instead"), Boolean(refusal?.suggestion));
  show(part(node, "use"), sandbox !== "off");
}

/** @type {(node: HTMLElement, card: Card) => void} */
function fillConfirm(node, card) {
  const box = part(node, "confirm");
  const appears = box.hidden && card.confirm !== null;
  show(box, card.confirm !== null);
  if (!appears || !card.confirm) return;
  setText(part(node, "confirm-text"), t("command.confirmText"));
  part(node, "victims").replaceChildren(...card.confirm.victims.map((name) => el("li", { text: name })));
  part(node, "cancel").focus();
}

/** @type {(card: Card) => boolean} */
const isBusy = (card) => card.pending || card.run?.state === "starting" || card.run?.state === "running";

/** @type {(node: HTMLElement, card: Card) => void} */
function fillFailure(node, card) {
  show(part(node, "failure"), card.failure !== null);
  const { message, hint } = card.failure ? failureInWords(card.failure) : { message: "", hint: "" };
  setText(part(node, "failure-text"), message);
  setText(part(node, "failure-hint"), hint);
}

/**
 * @param {HTMLElement} node
 * @param {Card} card
 * @param {{sandbox: string, blocked: boolean}} now
 */
function fillFoot(node, card, { sandbox, blocked }) {
  const starting = card.pending || card.run?.state === "starting";
  const busy = isBusy(card);
  const button = part(node, "run");
  const noSandbox = sandbox === "off";
  show(part(node, "foot"), !blocked && card.confirm === null);
  button.ariaDisabled = String(busy || noSandbox); // not `disabled`: focus stays where it is
  button.classList.toggle("busy", busy);
  setText(part(node, "run-text"), starting ? t("command.working") : busy ? t("run.running") : t(card.run ? "command.runAgain" : "command.run"));
  const edited = card.preview !== null && !card.preview.refusal;
  const hint = noSandbox ? t("command.noSandbox") : card.invalid;
  const target = part(node, "preview");
  show(part(node, "how"), noSandbox);
  target.className = noSandbox ? "quiet" : hint ? "preview wrong" : "preview";
  setText(target, hint || (edited ? `${t("command.preview")} ${card.preview?.text}` : ""));
}
