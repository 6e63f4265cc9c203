// @ts-check
/** One tooltip for the page: shown on hover, focus and tap, hidden by Esc, blur and out of view. */

import { byId, el } from "../dom/elements.js";

const GAP_PX = 8;

/** @type {HTMLElement | null} */
let owner = null;

/**
 * @param {HTMLElement} target
 * @param {() => {text: string, source: string}} content
 */
export function explainOn(target, content) {
  const reveal = () => showTip(target, content());
  target.addEventListener("mouseenter", reveal);
  target.addEventListener("focus", reveal);
  target.addEventListener("click", reveal);
  target.addEventListener("mouseleave", () => document.activeElement !== target && hideTip());
  target.addEventListener("blur", hideTip);
}

/** @returns {boolean} a tip was shown */
export function hideTip() {
  const shown = owner !== null;
  owner?.removeAttribute("aria-describedby");
  owner = null;
  byId("tip").hidden = true;
  return shown;
}

/**
 * @param {HTMLElement} target
 * @param {{text: string, source: string}} content
 */
function showTip(target, { text, source }) {
  hideTip();
  const tip = byId("tip");
  tip.replaceChildren(el("p", { text }), el("small", { text: source }));
  tip.hidden = false;
  owner = target;
  target.setAttribute("aria-describedby", "tip");
  place(tip, target.getBoundingClientRect());
}

/**
 * @param {HTMLElement} tip
 * @param {DOMRect} around
 */
function place(tip, around) {
  const { offsetWidth: width, offsetHeight: height } = tip;
  const middle = around.left + around.width / 2 - width / 2;
  const left = Math.max(GAP_PX, Math.min(middle, document.documentElement.clientWidth - width - GAP_PX));
  const above = around.top - height - GAP_PX;
  const top = above >= GAP_PX ? above : around.bottom + GAP_PX;
  tip.style.left = `${left}px`;
  tip.style.top = `${top}px`;
}

/** Keeps the tip beside what it explains, also where the focus itself has scrolled there. */
function followOwner() {
  if (!owner) return;
  const around = owner.getBoundingClientRect();
  const frame = byId("scroll").getBoundingClientRect();
  if (around.bottom < frame.top || around.top > frame.bottom) hideTip();
  else place(byId("tip"), around);
}

export function watchTip() {
  document.addEventListener("scroll", followOwner, { capture: true, passive: true });
  window.addEventListener("resize", followOwner);
}
