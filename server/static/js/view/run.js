// @ts-check
/** A run: its state, its output as it comes, Stop and Copy. */

import { clone, el, part, setText, show } from "../dom/elements.js";
import { copyOnClick } from "../dom/clipboard.js";
import { createStyler, styleOutput } from "../text/ansi.js";
import { formatNumber, t } from "../text/i18n.js";
import { publishedBy } from "../text/published.js";
import { remarkInWords } from "../text/remarks.js";
import { portLink } from "./port-link.js";

/**
 * @typedef {import("../core/types.js").Run} Run
 * @typedef {import("../core/state.js").State} State
 */

const NEAR_END_PX = 40;

/**
 * @param {() => void} onStop
 * @returns {{node: HTMLElement, update: (run: Run, state: State, shown: string) => void}}
 *   `shown`: the line that stands above it
 */
export function createRun(onStop) {
  const node = clone("t-run");
  const output = part(node, "output");
  const fillOutput = createOutput(output);
  /** @type {Run | null} */
  let current = null;
  part(node, "stop").addEventListener("click", onStop);
  copyOnClick(part(node, "copy"), () => (current ? plainOutput(current) : ""));
  return {
    node,
    update(run, { health, sandbox }, shown) {
      const differs = oneLine(run.text) !== oneLine(shown); // another value was typed since, or another line ran
      setText(part(node, "ran"), differs ? run.text : "");
      show(part(node, "ran"), differs);
      fillPorts(part(node, "ports"), run, sandbox.info?.containers ?? []);
      if (run === current) return;
      const busy = isBusy(run);
      const waiting = run.state === "starting" && health?.sandbox !== "ready";
      setText(part(node, "state"), waiting ? t("run.startingSandbox") : stateInWords(run));
      part(node, "dot").className = `dot ${dotOf(run)}`;
      node.classList.toggle("bad", dotOf(run) === "bad"); // programs also write to stderr when all is well
      setText(part(node, "meta"), metaInWords(run));
      show(part(node, "stop"), busy);
      show(part(node, "copy"), run.output.length > 0);
      if (run.output !== current?.output) fillOutput(run);
      show(output, run.output.length > 0);
      setText(part(node, "note"), run.truncated ? t("run.truncated") : t("run.empty"));
      show(part(node, "note"), run.truncated || (!busy && run.output.length === 0));
      current = run;
    },
  };
}

/** @type {(line: string) => string} */
const oneLine = (line) => line.replace(/\\\r?\n/g, " ").replace(/\s+/g, " ").trim();

/** @type {(run: Run) => boolean} */
const isBusy = (run) => run.state === "starting" || run.state === "running";

/**
 * Says where what was published can be opened: not at this computer's own address.
 *
 * @param {HTMLElement} target
 * @param {Run} run
 * @param {import("../core/types.js").SandboxContainer[]} containers
 */
function fillPorts(target, run, containers) {
  const ports = isBusy(run) ? [] : publishedBy(run, containers).flatMap((container) => container.ports);
  const links = ports.filter((port) => port.url);
  const shown = links.map((port) => port.url).join();
  if (target.dataset.shown === shown) return;
  target.dataset.shown = shown;
  target.replaceChildren(t("run.ports"), ...links.flatMap((port) => [" ", portLink(port, new URL(port.url).host)]));
  show(target, links.length > 0);
}

/** @type {(run: Run) => string} */
const plainOutput = (run) =>
  run.output.map((piece) => (piece.remark ? plainRemark(piece.remark) : plainText(piece.text))).join("");

/** @type {(remark: import("../core/types.js").Remark) => string} */
const plainRemark = (remark) => Object.values(remarkInWords(remark)).filter(Boolean).map((line) => `${line}\n`).join("");

/** @type {(text: string) => string} */
const plainText = (text) => styleOutput(text).map((styled) => styled.text).join("");

/**
 * @param {HTMLElement} output
 * @returns {(run: Run) => void} adds what has come since; a new run begins anew
 */
function createOutput(output) {
  /** @type {((text: string) => void)[]} */
  let blocks = [];
  let runId = /** @type {string | null} */ (null);
  return (run) => {
    const atEnd = output.scrollHeight - output.scrollTop - output.clientHeight < NEAR_END_PX;
    if (run.id !== runId) {
      output.replaceChildren();
      [runId, blocks] = [run.id, []];
    }
    run.output.forEach((piece, i) => {
      blocks[i] ??= piece.remark ? createRemark(output, piece.remark) : createBlock(output, piece.stream);
      blocks[i](piece.text);
    });
    if (atEnd) output.scrollTop = output.scrollHeight;
  };
}

/**
 * @param {HTMLElement} output
 * @param {import("../core/types.js").Remark} remark
 * @returns {() => void} it comes whole
 */
function createRemark(output, remark) {
  const { message, hint } = remarkInWords(remark);
  output.append(el("span", { class: "remark" }, message, hint ? el("small", { text: hint }) : ""));
  return () => {};
}

/**
 * @param {HTMLElement} output
 * @param {string} stream
 * @returns {(text: string) => void} shows the text so far; only what is new in it is drawn
 */
function createBlock(output, stream) {
  const [whole, open] = [el("span"), el("span")];
  output.append(el("span", { class: stream }, whole, open));
  const style = createStyler();
  let size = 0;
  return (text) => {
    if (text.length === size) return;
    size = text.length;
    const pieces = style(text);
    whole.append(...pieces.settled.map(toNode));
    open.replaceChildren(...pieces.open.map(toNode));
  };
}

/** @type {(styled: import("../text/ansi.js").Styled) => Node | string} */
const toNode = ({ text, className }) => (className ? el("span", { class: className, text }) : text);

/** @type {(run: Run) => string} */
function stateInWords({ state, exitCode }) {
  if (state === "exited") return t("run.exited", { code: exitCode ?? 0 });
  if (state === "failed" && exitCode !== null) return t("run.failedCode", { code: exitCode });
  return t(`run.${state}`);
}

/** @type {(run: Run) => string} */
function dotOf({ state, exitCode }) {
  if (state === "starting" || state === "running") return "busy";
  if (state === "exited" && !exitCode) return "good";
  return state === "stopped" ? "" : "bad";
}

/** @type {(run: Run) => string} */
function metaInWords({ state, output, durationS }) {
  if (state === "running" && output.length === 0) return t("run.silent");
  if (durationS === null) return "";
  const seconds = durationS < 0.1 ? `< ${formatNumber(0.1, 1)}` : formatNumber(durationS, durationS < 10 ? 1 : 0);
  return t("run.duration", { seconds });
}
