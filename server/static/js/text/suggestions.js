// @ts-check
/** First questions, made from what the notes themselves ask, name and show. Pure. */

/**
 * @typedef {object} Candidate
 * @property {"question" | "command" | "flag" | "heading"} kind
 * @property {string} value the question, command line, flag or heading
 * @property {"ru" | "en"} language of the note around it
 * @property {string} note
 */

const FENCE = /^\s{0,3}(`{3,}|~{3,})/;
const MAX_QUESTION_CHARS = 110;

/**
 * @param {string} note
 * @param {string} source
 * @returns {Candidate[]} in the order of the note
 */
export function findCandidates(note, source) {
  const language = isRussian(source) ? "ru" : "en";
  /** @type {Candidate[]} */
  const found = [];
  let fence = "";
  let command = "";
  for (const line of source.split("\n")) {
    const mark = FENCE.exec(line)?.[1] ?? "";
    if (mark && (!fence || mark.startsWith(fence))) {
      fence = fence ? "" : mark;
      continue;
    }
    if (fence) command = commandIn(line) || command;
    const candidate = fence ? commandCandidate(line) : proseCandidate(line, command);
    if (candidate) found.push({ ...candidate, language, note });
  }
  return found;
}

/** @type {(text: string) => boolean} */
const isRussian = (text) =>
  (text.match(/[а-яё]/gi)?.length ?? 0) * 2 > (text.match(/[a-z]/gi)?.length ?? 0);

/** @type {(line: string) => string} the docker command in a line of code, without its arguments */
function commandIn(line) {
  const words = line.replace(/^\s*[$#>]\s+/, "").trim().split(/\s+/);
  if (!/^docker(-compose)?$/.test(words[0] ?? "")) return "";
  const plain = words.slice(1).findIndex((word) => !/^[a-z]+$/.test(word));
  const length = plain < 0 ? words.length : plain + 1;
  const grouped = ["volume", "network", "image", "container", "system", "compose"];
  return words.slice(0, Math.min(length, grouped.includes(words[1]) ? 3 : 2)).join(" ");
}

/** @type {(line: string) => Pick<Candidate, "kind" | "value"> | null} */
function commandCandidate(line) {
  const command = commandIn(line);
  return command.includes(" ") ? { kind: "command", value: command } : null;
}

/**
 * @param {string} line
 * @param {string} command the command shown last
 * @returns {Pick<Candidate, "kind" | "value"> | null}
 */
function proseCandidate(line, command) {
  const heading = /^#{1,4}\s+(.+?)\s*#*\s*$/.exec(line)?.[1];
  const asked = heading?.endsWith("?") ? heading : /^\s{0,3}>\s*(.+\?)\s*$/.exec(line)?.[1];
  if (asked && asked.length <= MAX_QUESTION_CHARS) return { kind: "question", value: plain(asked) };
  const flag = /^\s*[*+-]\s+`?(--?[a-z][\w-]*)`?\s+[-–—:]\s/i.exec(line)?.[1];
  if (flag && command) return { kind: "flag", value: `${command} ${flag}` };
  if (heading && /\s|[A-Z].*[A-Z]/.test(heading)) return { kind: "heading", value: plain(heading) };
  return null;
}

/** @type {(markdown: string) => string} */
const plain = (markdown) => markdown.replace(/[*_`]+|\[([^\]]*)\]\([^)]*\)/g, "$1").trim();

/**
 * A few that differ: own questions of the notes first, then a flag, a command, a heading; notes
 * take turns.
 *
 * @param {Candidate[]} candidates
 * @param {number} count
 * @returns {Candidate[]}
 */
export function chooseCandidates(candidates, count) {
  /** @type {Candidate["kind"][]} */
  const wanted = ["question", "flag", "command", "heading"];
  /** @type {Candidate[]} */
  const chosen = [];
  /** @type {Map<string, number>} */
  const uses = new Map();
  while (chosen.length < count) {
    const before = chosen.length;
    for (const kind of wanted) {
      if (chosen.length >= count) break;
      const free = candidates.filter(
        (item) => item.kind === kind && !chosen.some((other) => other.value === item.value),
      );
      const next = leastUsed(free, uses);
      if (!next) continue;
      chosen.push(next);
      uses.set(next.note, (uses.get(next.note) ?? 0) + 1);
    }
    if (chosen.length === before) break;
  }
  return chosen;
}

/** @type {(items: Candidate[], uses: Map<string, number>) => Candidate | undefined} */
function leastUsed(items, uses) {
  /** @type {(item: Candidate) => number} */
  const count = (item) => uses.get(item.note) ?? 0;
  return items.reduce(
    (best, item) => (best && count(best) <= count(item) ? best : item),
    /** @type {Candidate | undefined} */ (undefined),
  );
}
