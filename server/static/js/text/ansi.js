// @ts-check
/** Terminal output made safe: colours become classes, every other escape sequence is dropped. */

/**
 * @typedef {object} Styled
 * @property {string} text
 * @property {string} className
 */

// CSI, also when it is cut off; OSC up to BEL or ST; any other escape.
const ESCAPE = /\x1b\[([0-?]*)[ -/]*([@-~]|$)|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-Z\\^-~]?/g;
// Controls but tab and line feed; directional marks that could reorder what is read.
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/** A longer line is not waited for: what there is of it is styled for good. */
const MAX_OPEN_CHARS = 4000;

/**
 * @param {string} raw
 * @returns {Styled[]}
 */
export const styleOutput = (raw) => style(raw, "").pieces;

/**
 * Styles a text that only grows: whole lines once, the last line anew each time.
 *
 * @returns {(raw: string) => {settled: Styled[], open: Styled[]}} takes the text so far; gives the pieces
 *   to add for good since the call before, and the pieces of the line that is still open
 */
export function createStyler() {
  let done = 0;
  let className = "";
  return (raw) => {
    const end = settledLength(raw, done);
    const settled = style(raw.slice(done, end), className);
    [done, className] = [end, settled.className];
    // What a long line has written over is left behind.
    if (raw.length - done > MAX_OPEN_CHARS) done = Math.max(done, raw.lastIndexOf("\r", raw.length - 2) + 1);
    return { settled: settled.pieces, open: style(raw.slice(done), className).pieces };
  };
}

/** @type {(raw: string, from: number) => number} where the line begins that may still change */
function settledLength(raw, from) {
  const end = raw.lastIndexOf("\n") + 1;
  if (end > from) return end;
  const isLong = raw.length - from > MAX_OPEN_CHARS;
  return isLong && !raw.slice(from, -1).includes("\r") ? raw.length : from;
}

/**
 * @param {string} raw
 * @param {string} before the class that the text before it left
 * @returns {{pieces: Styled[], className: string}} with the class that holds at its end
 */
function style(raw, before) {
  const text = raw.replace(/\r+\n/g, "\n");
  /** @type {Styled[]} */
  const pieces = [];
  let className = before;
  let from = 0;
  /** @param {string} part */
  const push = (part) => {
    const safe = overwriteLines(part).replace(UNSAFE, "");
    if (safe) pieces.push({ text: safe, className });
  };
  for (const match of text.matchAll(ESCAPE)) {
    push(text.slice(from, match.index));
    if (match[2] === "m") className = nextClass(className, match[1]);
    from = match.index + match[0].length;
  }
  push(text.slice(from));
  return { pieces, className };
}

/** @type {(part: string) => string} a carriage return writes the line over, as a terminal does */
const overwriteLines = (part) => part.replace(/^.*\r(?=[^\n])/gm, "");

/**
 * @param {string} current
 * @param {string} codes of an SGR sequence, `1;31`
 * @returns {string}
 */
function nextClass(current, codes) {
  let colour = /ansi-(?!bold)\w+/.exec(current)?.[0] ?? "";
  let bold = current.includes("ansi-bold");
  for (const code of (codes || "0").split(";").map(Number)) {
    if (code === 0) [colour, bold] = ["", false];
    else if (code === 1) bold = true;
    else if (code === 22) bold = false;
    else if (code === 39) colour = "";
    else if (code >= 30 && code <= 37) colour = `ansi-${COLOURS[code - 30]}`;
    else if (code >= 90 && code <= 97) colour = `ansi-${COLOURS[code - 90]}`;
    else if (code === 38 || code === 48) break; // 256 colours: left plain
  }
  return [colour, bold ? "ansi-bold" : ""].filter(Boolean).join(" ");
}
