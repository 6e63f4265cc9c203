// @ts-check
/** Server-sent events read through fetch, because EventSource cannot send a header. */

/**
 * @typedef {object} ServerEvent
 * @property {string} event
 * @property {string} data
 * @property {string} id
 */

/**
 * Splits a text stream into events, whatever the borders of its pieces are.
 *
 * @returns {(piece: string) => ServerEvent[]} feed a piece, get the events that it completed
 */
export function createEventParser() {
  let rest = "";
  return (piece) => {
    rest += piece;
    // A piece may end between the two characters of a line end: wait for the next one.
    const held = rest.endsWith("\r") ? "\r" : "";
    const text = rest.slice(0, rest.length - held.length).replace(/\r\n?/g, "\n");
    const blocks = text.split("\n\n");
    rest = (blocks.pop() ?? "") + held;
    return blocks.flatMap(parseBlock);
  };
}

/**
 * @param {string} block
 * @returns {ServerEvent[]} one event, or none for a comment
 */
function parseBlock(block) {
  const event = { event: "message", data: "", id: "" };
  /** @type {string[]} */
  const data = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon === 0) continue; // a comment keeps the connection open
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") data.push(value);
    else if (name === "event") event.event = value;
    else if (name === "id") event.id = value;
  }
  return data.length ? [{ ...event, data: data.join("\n") }] : [];
}

/**
 * @param {Response} response
 * @returns {AsyncGenerator<ServerEvent, void, void>} its events, until it ends
 */
export async function* eventsOf(response) {
  if (!response.body) return;
  const parse = createEventParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    yield* parse(done ? "\n\n" : value);
    if (done) return;
  }
}
