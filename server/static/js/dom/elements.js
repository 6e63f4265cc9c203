// @ts-check
/** Small helpers over the DOM. Text goes in as text, never as markup. */

import { translate } from "../text/i18n.js";

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`no element #${id}`);
  return node;
}

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function typed(id, type) {
  const node = byId(id);
  if (!(node instanceof type)) throw new Error(`#${id} is no ${type.name}`);
  return node;
}

/**
 * @param {string} id of a `<template>`
 * @returns {HTMLElement} a copy of its one element, in the page's language
 */
export function clone(id) {
  const fragment = typed(id, HTMLTemplateElement).content.cloneNode(true);
  translate(/** @type {DocumentFragment} */ (fragment));
  return /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (fragment).firstElementChild);
}

/**
 * @param {Element} root
 * @param {string} name
 * @returns {HTMLElement} the element with `data-part="name"`
 */
export function part(root, name) {
  const node = root.querySelector(`[data-part="${name}"]`);
  if (!(node instanceof HTMLElement)) throw new Error(`no part ${name}`);
  return node;
}

/**
 * @param {Element} root as it was cloned: what is put into it later may have parts of the same names
 * @returns {(name: string) => HTMLElement} its own parts
 */
export function partsOf(root) {
  const names = [...root.querySelectorAll("[data-part]")].map((node) => node.getAttribute("data-part") ?? "");
  const own = new Map(names.map((name) => [name, part(root, name)]));
  return (name) => {
    const node = own.get(name);
    if (!node) throw new Error(`no part ${name}`);
    return node;
  };
}

/**
 * @param {string} tag
 * @param {{class?: string, text?: string, attrs?: Record<string, string>}} [options]
 * @param {(Node | string)[]} children
 * @returns {HTMLElement}
 */
export function el(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  if (options.class) node.className = options.class;
  if (options.text !== undefined) node.textContent = options.text;
  for (const [name, value] of Object.entries(options.attrs ?? {})) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/**
 * @param {string} name of a symbol in the page's sprite
 * @returns {SVGElement}
 */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** @type {(node: Node, text: string) => void} */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @type {(node: HTMLElement, shown: boolean) => void} */
export function show(node, shown) {
  if (node.hidden === shown) node.hidden = !shown;
}

/**
 * Makes the children of `parent` those of `items`, reusing elements by key, so that focus, typed
 * text and scroll positions stay.
 *
 * @template T
 * @param {Element} parent
 * @param {T[]} items
 * @param {(item: T) => string} key
 * @param {(item: T) => HTMLElement} create
 * @param {(node: HTMLElement, item: T) => void} [update]
 */
export function syncList(parent, items, key, create, update) {
  /** @type {Map<string, HTMLElement>} */
  const kept = new Map();
  for (const child of parent.children) {
    if (child instanceof HTMLElement && child.dataset.key !== undefined) {
      kept.set(child.dataset.key, child);
    }
  }
  let previous = /** @type {Element | null} */ (null);
  for (const item of items) {
    const name = key(item);
    const node = kept.get(name) ?? create(item);
    kept.delete(name);
    node.dataset.key = name;
    update?.(node, item);
    const place = previous ? previous.nextElementSibling : parent.firstElementChild;
    if (place !== node) parent.insertBefore(node, place);
    previous = node;
  }
  for (const stale of kept.values()) stale.remove();
}

/**
 * An element with what keeps it up to date.
 *
 * @template T
 * @typedef {object} Component
 * @property {HTMLElement} node
 * @property {(item: T, state: import("../core/state.js").State) => void} update
 */

/**
 * `syncList` for components: each is made once per key and updated from then on.
 *
 * @template T
 * @param {Element} parent
 * @param {Map<string, Component<T>>} made the components of this list, by key
 * @param {T[]} items
 * @param {(item: T) => string} key
 * @param {(item: T) => Component<T>} create
 * @param {import("../core/state.js").State} state
 */
export function syncComponents(parent, made, items, key, create, state) {
  const wanted = new Set(items.map(key));
  for (const name of [...made.keys()]) if (!wanted.has(name)) made.delete(name);
  for (const item of items) {
    const name = key(item);
    const component = made.get(name) ?? create(item);
    made.set(name, component);
    component.update(item, state);
  }
  syncList(parent, items, key, (item) => {
    const component = made.get(key(item));
    if (!component) throw new Error("a component is made before it is placed");
    return component.node;
  });
}

/**
 * Empties a place whose words are of another language, so that it is made anew.
 *
 * @param {HTMLElement} node
 * @param {string} language
 * @returns {boolean} it was emptied
 */
export function renewOnLanguage(node, language) {
  if (node.dataset.language === language) return false;
  node.dataset.language = language;
  node.replaceChildren();
  return true;
}
