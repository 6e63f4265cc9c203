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

/**
 * @param {string} raw
 * @returns {Styled[]}
 */
export function styleOutput(raw) {
  const text = raw.replace(/\r+\n/g, "\n");
  /** @type {Styled[]} */
  const pieces = [];
  let className = "";
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
  return pieces;
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
