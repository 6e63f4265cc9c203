// @ts-check
/** Where in a command line its slots and its explained tokens stand. Pure. */

/**
 * @typedef {object} Segment
 * @property {string} text
 * @property {number | null} slot index into the slots
 * @property {number | null} token index into the explanations
 *
 * @typedef {object} Range
 * @property {number} start
 * @property {number} end
 * @property {number} index
 */

const WORD = /[\p{L}\p{N}_]/u;

/**
 * Cuts a line at the borders of its slots and explained tokens. Both lists stand in the order of
 * the line; what cannot be found in the line is left out (its index appears in no segment).
 *
 * @param {string} line
 * @param {{value: string, start?: number | null}[]} slots `start` in code points; searched where it is null
 * @param {{token: string}[]} tokens
 * @returns {Segment[]}
 */
export function segmentCommand(line, slots, tokens) {
  const tokenRanges = locate(line, tokens.map((item) => ({ word: item.token, start: null })));
  const slotRanges = locate(line, slots.map((item) => ({ word: item.value, start: item.start ?? null })));
  const borders = new Set([0, line.length]);
  for (const range of [...tokenRanges, ...slotRanges]) borders.add(range.start).add(range.end);
  const cuts = [...borders].sort((a, b) => a - b);
  /** @type {Segment[]} */
  const segments = [];
  for (let i = 0; i + 1 < cuts.length; i += 1) {
    const [start, end] = [cuts[i], cuts[i + 1]];
    const slot = indexAt(slotRanges, start);
    const last = segments.at(-1);
    if (slot !== null && last?.slot === slot) last.text += line.slice(start, end);
    else segments.push({ text: line.slice(start, end), slot, token: indexAt(tokenRanges, start) });
  }
  return segments.filter((segment) => segment.text !== "");
}

/**
 * Finds each word after the one before it; a word that stands only earlier is looked for there.
 * What is said to begin somewhere, and does, is not looked for.
 *
 * @param {string} line
 * @param {{word: string, start: number | null}[]} words
 * @returns {Range[]} in the line's order, without overlaps
 */
function locate(line, words) {
  const known = words.flatMap(({ word, start }, index) => knownRange(line, word, start, index));
  const found = [...known];
  let from = 0;
  words.forEach(({ word }, index) => {
    const told = known.find((range) => range.index === index);
    const start = told?.start ?? findFree(line, word, from, found) ?? findFree(line, word, 0, found);
    if (start === null) return;
    if (!told) found.push({ start, end: start + word.length, index });
    from = start + word.length;
  });
  return found.sort((a, b) => a.start - b.start);
}

/** @type {(line: string, word: string, start: number | null, index: number) => Range[]} */
function knownRange(line, word, start, index) {
  if (start === null || !word) return [];
  const at = [...line].slice(0, start).join("").length;
  return line.startsWith(word, at) ? [{ start: at, end: at + word.length, index }] : [];
}

/**
 * @param {string} line
 * @param {string} word
 * @param {number} from
 * @param {Range[]} taken
 * @returns {number | null}
 */
function findFree(line, word, from, taken) {
  if (!word) return null;
  for (let at = line.indexOf(word, from); at >= 0; at = line.indexOf(word, at + 1)) {
    const end = at + word.length;
    const whole = standsAlone(line, at, end);
    if (whole && !taken.some((range) => at < range.end && range.start < end)) return at;
  }
  return null;
}

/** @type {(line: string, start: number, end: number) => boolean} */
function standsAlone(line, start, end) {
  const joinsLeft = start > 0 && WORD.test(line[start - 1]) && WORD.test(line[start]);
  const joinsRight = end < line.length && WORD.test(line[end]) && WORD.test(line[end - 1]);
  return !joinsLeft && !joinsRight;
}

/** @type {(ranges: Range[], at: number) => number | null} */
const indexAt = (ranges, at) =>
  ranges.find((range) => range.start <= at && at < range.end)?.index ?? null;

/**
 * @param {Segment[]} segments
 * @param {(slot: number) => string} value
 * @returns {string} the line with the values in place
 */
export function fillSegments(segments, value) {
  return segments.map(({ text, slot }) => (slot === null ? text : value(slot))).join("");
}
