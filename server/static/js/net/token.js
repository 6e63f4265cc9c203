// @ts-check
/** The access token: given in the URL's fragment, kept for this origin, never put into a URL again. */

const KEY = "kb.token";

/**
 * Takes a token out of the address bar and keeps it.
 *
 * @returns {string} the token, or "" where there was none
 */
export function takeTokenFromAddress() {
  const fields = new URLSearchParams(location.hash.slice(1));
  const token = fields.get("token");
  if (!token) return "";
  keepToken(token);
  fields.delete("token");
  const rest = fields.toString();
  history.replaceState(null, "", location.pathname + location.search + (rest ? `#${rest}` : ""));
  return token;
}

/** @returns {string} the kept token, or "" */
export function readToken() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // storage is switched off: the page asks for the token at every visit
  }
}

/** @param {string} token */
export function keepToken(token) {
  try {
    localStorage.setItem(KEY, token);
  } catch {
    // Without storage the token lives as long as the page does.
  }
}

/**
 * What a person pastes: the token itself, or the whole URL that the server printed.
 *
 * @param {string} text
 * @returns {string}
 */
export function tokenFromText(text) {
  const match = /[#&?]token=([^&\s]+)/.exec(text);
  return match ? decodeURIComponent(match[1]) : text.trim();
}
