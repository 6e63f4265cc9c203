// @ts-check
/**
 * The server's HTML, put into the page through an allow-list.
 *
 * The server renders notes without raw HTML already. This is the second lock: a parsed but inert
 * document is walked, and only known elements and attributes are built anew.
 */

const ELEMENTS = new Set(
  ("a abbr b blockquote br code del details dd div dl dt em h1 h2 h3 h4 h5 h6 hr i input kbd li " +
    "mark ol p pre s section small span strong sub summary sup table tbody td th thead tr u ul").split(" "),
);
/** Their content goes with them. */
const DROPPED = new Set(
  ("script style iframe object embed template noscript svg math link meta base form frame " +
    "frameset audio video canvas select textarea button").split(" "),
);
const CLASS = /^[\w -]{1,120}$/;
const NUMBER = /^\d{1,9}$/;
/** The server has resolved links between notes already: a relative address leads nowhere. */
const SAFE_URL = /^(https?:|mailto:|#)/i;
const BITMAP = /^data:image\/(png|gif|jpeg|webp);base64,[A-Za-z0-9+/=]+$/;
const NUMBERS = ["data-line", "data-n", "colspan", "rowspan", "start"];

/**
 * @param {string} html
 * @returns {DocumentFragment}
 */
export function toSafeFragment(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const fragment = document.createDocumentFragment();
  appendSafe(fragment, parsed.body);
  return fragment;
}

/**
 * @param {Node} target
 * @param {Node} source
 */
function appendSafe(target, source) {
  for (const child of source.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      target.appendChild(document.createTextNode(child.nodeValue ?? ""));
    } else if (child instanceof Element) {
      appendElement(target, child);
    }
  }
}

/**
 * @param {Node} target
 * @param {Element} source
 */
function appendElement(target, source) {
  const name = source.localName;
  if (DROPPED.has(name) || source.namespaceURI !== "http://www.w3.org/1999/xhtml") return;
  if (name === "img") {
    target.appendChild(image(source));
  } else if (name === "input") {
    if (source.getAttribute("type") === "checkbox") target.appendChild(checkbox(source));
  } else if (!ELEMENTS.has(name)) {
    appendSafe(target, source); // an unknown wrapper: its content is kept
  } else {
    const copy = document.createElement(name);
    copyAttributes(copy, source);
    appendSafe(copy, source);
    target.appendChild(copy);
  }
}

/**
 * @param {HTMLElement} copy
 * @param {Element} source
 */
function copyAttributes(copy, source) {
  const className = source.getAttribute("class");
  if (className && CLASS.test(className)) copy.className = className;
  for (const name of NUMBERS) {
    const value = source.getAttribute(name);
    if (value && NUMBER.test(value)) copy.setAttribute(name, value);
  }
  for (const name of ["title", "data-note"]) {
    const value = source.getAttribute(name);
    if (value) copy.setAttribute(name, value);
  }
  if (copy instanceof HTMLAnchorElement) copyAddress(copy, source.getAttribute("href") ?? "");
}

/**
 * @param {HTMLAnchorElement} copy
 * @param {string} address
 */
function copyAddress(copy, address) {
  // Browsers drop these from a scheme (`java\tscript:`), so they go before the check.
  // eslint-disable-next-line no-control-regex
  const url = address.replace(/[\x00-\x20]+/g, (space) => (/^[ ]+$/.test(space) ? "%20" : ""));
  if (!SAFE_URL.test(url)) return;
  copy.setAttribute("href", url);
  if (/^https?:/i.test(url)) {
    copy.target = "_blank";
    copy.rel = "noopener noreferrer";
  }
}

/** @type {(source: Element) => Node} a picture inside the note is shown, any other is a link */
function image(source) {
  const address = source.getAttribute("src") ?? "";
  const label = source.getAttribute("alt") || "";
  if (BITMAP.test(address)) {
    const copy = document.createElement("img");
    copy.src = address;
    copy.alt = label;
    return copy;
  }
  const copy = document.createElement("a");
  copy.textContent = label || address;
  copyAddress(copy, address);
  return copy;
}

/** @type {(source: Element) => Node} */
function checkbox(source) {
  const copy = document.createElement("input");
  copy.type = "checkbox";
  copy.disabled = true;
  copy.checked = source.hasAttribute("checked");
  copy.setAttribute("aria-label", copy.checked ? "☑" : "☐");
  return copy;
}
