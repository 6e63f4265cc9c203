// @ts-check
/** Where lines of a text stand after it was edited. Pure. */

/** @typedef {[number, number]} Lines first and last, 1-based */

/**
 * @param {string} before the text that the lines are of
 * @param {string} after
 * @param {Lines} lines
 * @returns {Lines | null} the same lines nearest to where they were; null where they are not there any more
 */
export function followLines(before, after, [first, last]) {
  const wanted = before.split("\n").slice(first - 1, last);
  const now = after.split("\n");
  const starts = now.flatMap((_, i) => (wanted.every((line, k) => now[i + k] === line) ? [i + 1] : []));
  if (wanted.length === 0 || starts.length === 0) return null;
  const start = starts.reduce((best, each) => (Math.abs(each - first) < Math.abs(best - first) ? each : best));
  return [start, start + wanted.length - 1];
}
