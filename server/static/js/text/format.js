// @ts-check
/** Small things said in words: lines, sizes, paths. */

import { formatNumber, t } from "./i18n.js";

/**
 * @param {number} start
 * @param {number} end
 * @returns {string} `line 4`, `lines 4–6`
 */
export function linesInWords(start, end) {
  return t(start === end ? "lines.one" : "lines.many", { start, end });
}

/** @type {(start: number, end: number) => string} */
export const lineNumbers = (start, end) => (start === end ? `${start}` : `${start}–${end}`);

/**
 * @param {number[]} numbers in order
 * @returns {string} `1–3, 7`
 */
export function rangesInWords(numbers) {
  /** @type {[number, number][]} */
  const ranges = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([start, end]) => lineNumbers(start, end)).join(", ");
}

/**
 * @param {number | null} bytes
 * @returns {string} as docker prints sizes: decimal units
 */
export function sizeInWords(bytes) {
  if (bytes === null) return "";
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${formatNumber(value, value >= 100 || power === 0 ? 0 : 1)} ${t(`unit.${units[power]}`)}`;
}

/** @type {(path: string) => string} */
export const fileName = (path) => path.slice(path.lastIndexOf("/") + 1);

/** @type {(path: string) => string} the file's name without `.md` */
export const noteName = (path) => fileName(path).replace(/\.(md|markdown)$/i, "");
