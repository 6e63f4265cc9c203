// @ts-check
/**
 * The little Markdown that an answer uses while it streams: paragraphs, fences, lists, quotes,
 * code and bold. The server's own HTML replaces it when the answer is whole; this keeps the page
 * from jumping until then.
 */

/**
 * @typedef {{kind: "code", text: string} | {kind: "quote" | "item" | "paragraph", text: string}} Part
 */

/**
 * @param {string} markdown
 * @returns {Part[]}
 */
export function splitParts(markdown) {
  /** @type {Part[]} */
  const parts = [];
  let fence = "";
  for (const line of markdown.split("\n")) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? "";
    const last = parts.at(-1);
    if (mark && (!fence || mark.startsWith(fence))) {
      fence = fence ? "" : mark;
      if (fence) parts.push({ kind: "code", text: "" });
    } else if (fence && last) {
      last.text += last.text ? `\n${line}` : line;
    } else {
      addProse(parts, line);
    }
  }
  return parts.filter((part) => part.text !== "" || part.kind === "code");
}

/** @type {(parts: Part[], line: string) => void} */
function addProse(parts, line) {
  const last = parts.at(-1);
  const item = /^\s*(?:[*+-]|\d+[.)])\s+(.*)$/.exec(line)?.[1];
  const quote = /^\s*>\s?(.*)$/.exec(line)?.[1];
  if (line.trim() === "") parts.push({ kind: "paragraph", text: "" });
  else if (item !== undefined) parts.push({ kind: "item", text: item });
  else if (quote !== undefined && last?.kind === "quote") last.text += `\n${quote}`;
  else if (quote !== undefined) parts.push({ kind: "quote", text: quote });
  else if (last && last.kind !== "code" && last.text) last.text += `\n${line}`;
  else parts.push({ kind: "paragraph", text: line });
}

/**
 * @param {string} text
 * @returns {{tag: "code" | "strong" | null, text: string}[]}
 */
export function splitInline(text) {
  return text
    .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
    .filter(Boolean)
    .map((piece) => {
      if (/^`[^`]+`$/.test(piece)) return { tag: "code", text: piece.slice(1, -1) };
      if (/^\*\*[^*]+\*\*$/.test(piece)) return { tag: "strong", text: piece.slice(2, -2) };
      return { tag: null, text: piece };
    });
}
